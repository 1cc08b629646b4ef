#include "core/calibration/dataset.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>

#include "core/calibration/readers.h"
#include "core/tensor/convert.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;
using model::Model;
using model::Value;
using tensor::Shape;

constexpr std::uint64_t kLargestFile = std::uint64_t(4) << 30;

/// Cuts an array into tensors for `input` along the first axis; whole where it has the input's very shape.
Result<std::vector<runtime::NamedTensor>> cut(const Value& input, const Array& array, const fs::path& path,
                                              std::size_t limit) {
    const Shape& want = input.shape;
    Shape shape = array.shape;
    if (input.hasShape && shape.size() + 1 == want.size()) shape.insert(shape.begin(), 1);
    bool fits = !input.hasShape || shape.size() == want.size();
    for (std::size_t i = 1; fits && i < want.size(); ++i) fits = want[i] < 0 || want[i] == shape[i];
    const std::int64_t batch = want.empty() || want[0] < 0 ? 1 : want[0];
    if (!fits || (!shape.empty() && (batch == 0 || shape[0] % std::max<std::int64_t>(batch, 1) != 0)))
        return badInput(path.string(),
                        fmt::format("the array is {}, input \"{}\" takes {}", tensor::text(array.shape), input.name,
                                    tensor::text(want)),
                        "Give the input's shape; the first axis counts samples");
    if (!input.hasShape || shape.empty() || array.values.empty())
        return std::vector{tensorFor(input, shape, array.values)};
    const auto pieces = std::size_t(shape[0] / batch);
    const std::size_t each = array.values.size() / pieces;
    shape[0] = batch;
    std::vector<runtime::NamedTensor> tensors;
    for (std::size_t i = 0; i < std::min(pieces, limit); ++i) {
        const auto at = array.values.begin() + std::ptrdiff_t(i * each);
        tensors.push_back(tensorFor(input, shape, std::vector<double>(at, at + std::ptrdiff_t(each))));
    }
    return tensors;
}

bool holdsPositions(const Value& input) { return input.name.find("position") != std::string::npos; }
bool holdsTokens(const Value& input) { return input.name.find("mask") == std::string::npos && !holdsPositions(input); }

Result<Samples> arraysOfOneInput(const Model& model, const std::vector<fs::path>& files, std::size_t limit, Job& job) {
    Samples samples;
    for (const fs::path& path : files) {
        if (samples.size() >= limit) break;
        if (job.cancelled()) return cancelled();
        const auto array = readNpy(path);
        if (!array) return propagate(array);
        auto tensors = cut(model.graph().inputs[0], *array, path, limit - samples.size());
        if (!tensors) return propagate(tensors);
        for (auto& tensor : *tensors) samples.push_back({std::move(tensor)});
    }
    return samples;
}

Result<Samples> arraysByName(const Model& model, const fs::path& folder, std::size_t limit, Job& job) {
    Samples samples;
    for (const Value& input : model.graph().inputs) {
        if (job.cancelled()) return cancelled();
        const fs::path path = folder / (input.name + ".npy");
        if (!fs::exists(path))
            return usage(folder.string(), "there is no \"" + input.name + ".npy\" for the input of that name",
                         "Save one array for each input of the model");
        const auto array = readNpy(path);
        if (!array) return propagate(array);
        auto tensors = cut(input, *array, path, limit);
        if (!tensors) return propagate(tensors);
        if (!samples.empty() && samples.size() != tensors->size())
            return badInput(
                path.string(),
                fmt::format("the array holds {} samples, the one before {}", tensors->size(), samples.size()),
                "Give every input the same number of samples");
        samples.resize(tensors->size());
        for (std::size_t i = 0; i < samples.size(); ++i) samples[i].push_back(std::move((*tensors)[i]));
    }
    return samples;
}

std::string extensionOf(const fs::path& path) {
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return char(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    return extension;
}

struct Files {
    std::vector<fs::path> arrays, images;
};

Result<Files> filesIn(const fs::path& folder, Job& job) {
    Files files;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        if (job.cancelled()) return cancelled();
        if (!it->is_regular_file(error)) continue;
        const std::string extension = extensionOf(it->path());
        if (extension == ".npy") files.arrays.push_back(it->path());
        if (extension == ".png" || extension == ".jpg" || extension == ".jpeg") files.images.push_back(it->path());
    }
    if (error)
        return badInput(folder.string(), "the folder cannot be read: " + error.message(), "Check its permissions");
    std::sort(files.arrays.begin(), files.arrays.end());
    // By name first, so that a limit takes some of every class folder.
    std::sort(files.images.begin(), files.images.end(), [](const fs::path& a, const fs::path& b) {
        return std::pair(a.filename(), a) < std::pair(b.filename(), b);
    });
    return files;
}

Result<Samples> readFolder(const Model& model, const fs::path& folder, std::size_t limit, Job& job) {
    const auto files = filesIn(folder, job);
    if (!files) return propagate(files);
    if (!files->arrays.empty() && model.graph().inputs.size() == 1) return arraysOfOneInput(model, files->arrays, limit, job);
    if (!files->arrays.empty()) return arraysByName(model, folder, limit, job);
    if (!files->images.empty()) return readImages(model, files->images, limit, job);
    return badInput(folder.string(), "the folder holds neither .npy arrays nor .png or .jpg images",
                    "Put the samples there");
}

/// The class of each image; none where they all lie in one folder.
std::vector<int> labelsOf(const std::vector<fs::path>& images, std::size_t count) {
    std::vector<std::string> names;
    for (const fs::path& image : images) names.push_back(image.parent_path().filename().string());
    std::vector<std::string> classes = names;
    std::sort(classes.begin(), classes.end());
    classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
    if (classes.size() < 2) return {};
    const auto numberOf = [](const std::string& name) {
        int value = -1;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
        return error == std::errc() && end == name.data() + name.size() ? value : -1;
    };
    const bool numbers = std::all_of(classes.begin(), classes.end(), [&](const auto& name) { return numberOf(name) >= 0; });
    std::vector<int> labels;
    for (std::size_t i = 0; i < std::min(count, names.size()); ++i)
        labels.push_back(numbers ? numberOf(names[i])
                                 : int(std::lower_bound(classes.begin(), classes.end(), names[i]) - classes.begin()));
    return labels;
}

}  // namespace

Result<std::vector<std::byte>> readFile(const fs::path& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    if (error) return badInput(path.string(), "the file cannot be read: " + error.message(), "Check the path");
    if (size > kLargestFile) return badInput(path.string(), "the file is larger than 4 GiB", "Split it");
    std::vector<std::byte> bytes(size);
    std::ifstream file(path, std::ios::binary);
    if (!file.read(reinterpret_cast<char*>(bytes.data()), std::streamsize(size)) && size > 0)
        return badInput(path.string(), "the file cannot be read", "Check its permissions");
    return bytes;
}

runtime::NamedTensor tensorFor(const Value& input, Shape shape, const std::vector<double>& values) {
    runtime::NamedTensor out{input.name, input.type, std::move(shape), {}};
    out.bytes.resize(storageBytes(input.type, values.size()).value_or(0));
    tensor::writeNumbers(input.type, values, out.bytes);
    return out;
}

Result<Samples> readText(const Model& model, const fs::path& path, std::size_t limit) {
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
    const auto bytes = readFile(path);
    if (!bytes) return propagate(bytes);
    if (bytes->size() < window)
        return badInput(path.string(), fmt::format("the text is shorter than one window of {} bytes", window),
                        "Give a longer text");
    Samples samples;
    for (std::size_t at = 0; at + window <= bytes->size() && samples.size() < limit; at += window) {
        runtime::Sample& sample = samples.emplace_back();
        for (const Value& input : model.graph().inputs) {
            std::vector<double> values(window, 1);  // a mask
            if (holdsTokens(input))
                for (std::size_t i = 0; i < window; ++i) values[i] = std::to_integer<int>((*bytes)[at + i]);
            if (holdsPositions(input))
                for (std::size_t i = 0; i < window; ++i) values[i] = double(i);
            sample.push_back(tensorFor(input, {1, std::int64_t(window)}, values));
        }
    }
    return samples;
}

Result<Samples> loadSamples(const Model& model, const fs::path& path, std::size_t limit, Job& job) {
    if (model.graph().inputs.empty())
        return usage(model.info().path, "the model has no inputs to feed", "Leave the data out");
    for (const Value& input : model.graph().inputs)
        if (!tensor::writable(input.type))
            return usage(model.info().path,
                         fmt::format("input \"{}\" takes {}, which no data can give", input.name, name(input.type)),
                         "Use a model with numeric inputs");
    std::error_code error;
    if (!fs::exists(path, error)) return badInput(path.string(), "there is no such file or folder", "Check the path");
    auto samples = [&]() -> Result<Samples> {
        if (fs::is_directory(path, error)) return readFolder(model, path, limit, job);
        const std::string extension = extensionOf(path);
        if (extension == ".npy") {
            if (model.graph().inputs.size() == 1) return arraysOfOneInput(model, {path}, limit, job);
            return usage(path.string(), "one array cannot feed a model with several inputs",
                         "Give a folder with one .npy named after each input");
        }
        if (extension == ".png" || extension == ".jpg" || extension == ".jpeg")
            return readImages(model, {path}, limit, job);
        return readText(model, path, limit);
    }();
    if (samples && samples->empty()) return badInput(path.string(), "there are no samples in it", "Give at least one");
    return samples;
}

Result<DataSource> parseDataSource(std::string_view text, std::uint64_t seed) {
    constexpr std::string_view kSynthetic = "synthetic";
    DataSource source;
    source.seed = seed;
    if (text.empty() || text == kSynthetic) return source;
    if (!text.starts_with("synthetic:")) {
        source.path = text;
        return source;
    }
    const std::string_view number = text.substr(kSynthetic.size() + 1);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), source.synthetic);
    if (error != std::errc() || end != number.data() + number.size() || source.synthetic < 1 || source.synthetic > 10'000)
        return usage("DATA", fmt::format("'{}' does not say how many samples to make up", text),
                     "Write synthetic:N with N of 1 to 10000");
    return source;
}

Result<Dataset> loadDataset(const Model& model, const DataSource& source, std::size_t limit, Job& job) {
    constexpr std::int64_t kLength = 64;  // of a made-up sequence
    auto samples = source.isSynthetic() ? runtime::syntheticSamples(model, source.synthetic, kLength, source.seed)
                                        : loadSamples(model, source.path, limit, job);
    if (!samples) return propagate(samples);
    Dataset data{std::move(*samples), {}, {}};
    if (source.isSynthetic()) return data;
    std::error_code error;
    if (fs::is_directory(source.path, error)) {
        const auto files = filesIn(source.path, job);
        if (!files) return propagate(files);
        if (files->arrays.empty()) data.labels = labelsOf(files->images, data.samples.size());
    } else {
        const std::string extension = extensionOf(source.path);
        if (extension != ".npy" && extension != ".png" && extension != ".jpg" && extension != ".jpeg")
            for (const Value& input : model.graph().inputs)
                if (data.tokens.empty() && holdsTokens(input)) data.tokens = input.name;
    }
    return data;
}

}  // namespace roundoff::calibration
