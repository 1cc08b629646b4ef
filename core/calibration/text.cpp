#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/base/json.h"
#include "core/calibration/readers.h"
#include "core/calibration/token_ids.h"
#include "core/calibration/tokenizers/tokenizer.h"
#include "core/runtime/inputs.h"
#include "core/runtime/memory_limit.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;
using model::Value;

constexpr std::size_t kStandardWindow = 256, kShortestWindow = 2, kLongestWindow = 1u << 20, kMostOfConfig = 512;
constexpr std::uint64_t kLongestText = 256u << 20;

/// The one input of tokens.
Result<const Value*> tokensOf(const model::Model& model) {
    const Value* tokens = nullptr;
    for (const Value& input : model.graph().inputs) {
        if (runtime::followsFromShape(input)) continue;
        if (!isInteger(input.type) || tokens || !input.hasShape || input.shape.empty() || input.shape.size() > 2)
            return usage(model.info().path,
                         fmt::format("text can feed only a model with one input of token ids, and \"{}\" is another", input.name),
                         "Give .npy arrays named after the inputs, or an .npz");
        tokens = &input;
    }
    if (!tokens) return usage(model.info().path, "the model has no input of token ids", "Give .npy arrays named after the inputs");
    return tokens;
}

/// max_position_embeddings of the config.json beside the model or in the folder above it; 0 where there is none.
std::size_t positionsOfConfig(const fs::path& model) {
    const fs::path folder = fs::absolute(model).parent_path();
    std::error_code error;
    for (const fs::path& place : {folder, folder.parent_path()}) {
        if (!fs::exists(place / "config.json", error)) continue;
        const auto bytes = readFile(place / "config.json");
        if (!bytes) return 0;
        const auto json = parseJson({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
        for (const char* key : {"max_position_embeddings", "n_positions"})
            if (json.is_object() && json.contains(key) && json[key].is_number_unsigned()) return json[key].get<std::size_t>();
    }
    return 0;
}

Result<std::size_t> windowOf(const model::Model& model, const Value& tokens, const DataSource& source) {
    const std::int64_t fixed = tokens.shape.back();
    if (source.window > 0) {
        if (fixed > 0 && std::int64_t(source.window) != fixed)
            return usage("--window", fmt::format("input \"{}\" takes exactly {} tokens", tokens.name, fixed), "Leave it out");
        return source.window;
    }
    const auto& metadata = model.info().metadata;
    if (const auto context = metadata.find("context"); context != metadata.end()) {
        const std::string& text = context->second;
        std::size_t window = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), window);
        if (error != std::errc() || end != text.data() + text.size() || window < kShortestWindow || window > kLongestWindow)
            return badInput(model.info().path, "metadata context=" + text + " is no sensible window", "Give --window N");
        return window;
    }
    if (fixed > 0) return std::size_t(fixed);
    const std::size_t config = positionsOfConfig(model.info().path);
    return config >= kShortestWindow ? std::min(config, kMostOfConfig) : kStandardWindow;
}

/// The ids of a text of `size` bytes, kept small.
Result<std::shared_ptr<const TokenIds>> idsOf(const Tokenizer& tokenizer, const fs::path& path, std::uint64_t size, Job& job) {
    const auto fits = [&](std::uint64_t more) {
        return runtime::reserve(more, "holding the text " + path.filename().string() + " and its tokens", "Raise the limit, or give a part of the text");
    };
    if (auto read = fits(size); !read) return propagate(read);
    const auto bytes = readFile(path);
    if (!bytes) return propagate(bytes);
    const auto ids = std::make_shared<TokenIds>();
    const auto done = tokenizer.encode({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, [&](std::span<const std::int64_t> some, std::size_t at) {
        ids->add(some);
        return at == 0 ? Result<void>() : fits(std::uint64_t(double(ids->bytes()) * double(bytes->size() - at) / double(at)));
    }, job);
    if (!done) return propagate(done);
    return ids;
}

}  // namespace

Result<Dataset> readText(const model::Model& model, const DataSource& source, Job& job) {
    const auto tokens = tokensOf(model);
    if (!tokens) return propagate(tokens);
    const auto window = windowOf(model, **tokens, source);
    if (!window) return propagate(window);
    const auto& metadata = model.info().metadata;
    const auto said = metadata.find("tokenizer");
    auto opened = said != metadata.end() && said->second == "bytes" ? Result<std::unique_ptr<Tokenizer>>(byteTokenizer())
                                                                    : tokenizerBeside(model.info().path);
    if (!opened) return propagate(opened);
    const std::shared_ptr<const Tokenizer> tokenizer = std::move(*opened);
    const std::string place = source.path.string();
    std::error_code error;
    const auto length = fs::file_size(source.path, error);
    if (!error && length > kLongestText)
        return badInput(place, "the text is larger than 256 MiB", "Give the part of it that is wanted");
    const auto ids = idsOf(*tokenizer, source.path, error ? 0 : length, job);
    if (!ids) return propagate(ids);
    const auto rows = std::size_t((*tokens)->shape.size() > 1 ? std::max<std::int64_t>((*tokens)->shape[0], 1) : 1);
    if ((*ids)->size() / *window < rows)
        return badInput(place,
                        fmt::format("the text is shorter than {}: {} of {} {}",
                                    rows == 1 ? "one window" : fmt::format("the {} windows that the model takes at once", rows),
                                    (*ids)->size(), *window * rows, tokenizer->words()),
                        "Give a longer text, or a shorter --window");
    Dataset data((*ids)->size() / *window / rows, [=, ids = *ids, input = **tokens, length = *window](std::size_t index) -> Result<runtime::Sample> {
        std::vector<double> values;
        for (std::size_t i = 0; i < rows * length; ++i) values.push_back(double((*ids)[index * rows * length + i]));
        const auto size = std::int64_t(length);
        const tensor::Shape shape = input.shape.size() == 1 ? tensor::Shape{size} : tensor::Shape{std::int64_t(rows), size};
        runtime::Sample sample{tensorFor(input, shape, values)};
        if (auto done = runtime::supplyMissing(model, sample, {source.dims, 1, size}); !done) return propagate(done);
        return sample;
    });
    data.tokens = (*tokens)->name;
    data.words = fmt::format("windows of {} {}{}", *window, tokenizer->words(), rows > 1 ? fmt::format(", {} in each", rows) : "");
    data.files = {source.path};
    if (!tokenizer->file.empty()) data.files.push_back(tokenizer->file);
    data.tokenizer = tokenizer;
    data.given = 1;
    return data;
}

}  // namespace roundoff::calibration
