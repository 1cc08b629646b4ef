#include <charconv>

#include "core/calibration/readers.h"

namespace roundoff::calibration {
namespace {

using model::Value;

bool holdsPositions(const Value& input) {
    return input.name.find("position") != std::string::npos;
}

}  // namespace

bool holdsTokens(const Value& input) {
    return input.name.find("mask") == std::string::npos && !holdsPositions(input);
}

Result<Dataset> readText(const model::Model& model, const std::filesystem::path& path) {
    const auto& metadata = model.info().metadata;
    const auto tokenizer = metadata.find("tokenizer"), context = metadata.find("context");
    if (tokenizer == metadata.end() || tokenizer->second != "bytes")
        return usage(path.string(), "the model does not say that its tokens are bytes (metadata tokenizer=bytes)",
                     "Give token ids as .npy arrays named after the inputs");
    std::size_t window = 256;
    if (context != metadata.end()) {
        const std::string& text = context->second;
        if (std::from_chars(text.data(), text.data() + text.size(), window).ec != std::errc() || window == 0 ||
            window > 1u << 20)
            return badInput(model.info().path, "metadata context=" + text + " is no sensible window",
                            "Give .npy arrays");
    }
    auto read = readFile(path);
    if (!read) return propagate(read);
    if (read->size() < window)
        return badInput(path.string(), fmt::format("the text is shorter than one window of {} bytes", window),
                        "Give a longer text");
    const auto bytes = std::make_shared<const std::vector<std::byte>>(std::move(*read));
    Dataset data(bytes->size() / window, [bytes, window, inputs = model.graph().inputs](std::size_t index) {
        runtime::Sample sample;
        for (const Value& input : inputs) {
            std::vector<double> values(window, 1);  // a mask
            if (holdsTokens(input))
                for (std::size_t i = 0; i < window; ++i) values[i] = std::to_integer<int>((*bytes)[index * window + i]);
            if (holdsPositions(input))
                for (std::size_t i = 0; i < window; ++i) values[i] = double(i);
            sample.push_back(tensorFor(input, {1, std::int64_t(window)}, values));
        }
        return Result<runtime::Sample>(std::move(sample));
    });
    for (const Value& input : model.graph().inputs)
        if (data.tokens.empty() && holdsTokens(input)) data.tokens = input.name;
    data.files = {path};
    return data;
}

}  // namespace roundoff::calibration
