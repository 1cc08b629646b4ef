#include "core/calibration/dataset.h"

#include <algorithm>
#include <charconv>

#include "core/calibration/readers.h"
#include "core/tensor/convert.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;
using model::Model;
using model::Value;

constexpr std::int64_t kLength = 64;  // of a made-up sequence

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

Result<Dataset> readFolder(const Model& model, const fs::path& folder, Job& job) {
    const auto files = filesIn(folder, job);
    if (!files) return propagate(files);
    if (!files->arrays.empty() && model.graph().inputs.size() == 1) return arraysOfOneInput(model, files->arrays, job);
    if (!files->arrays.empty()) return arraysByName(model, folder);
    if (!files->images.empty()) return readImages(model, files->images);
    return badInput(folder.string(), "the folder holds neither .npy arrays nor .png or .jpg images",
                    "Put the samples there");
}

Result<Dataset> readPath(const Model& model, const fs::path& path, Job& job) {
    std::error_code error;
    if (!fs::exists(path, error)) return badInput(path.string(), "there is no such file or folder", "Check the path");
    if (fs::is_directory(path, error)) return readFolder(model, path, job);
    const std::string extension = extensionOf(path);
    if (extension == ".npy") {
        if (model.graph().inputs.size() == 1) return arraysOfOneInput(model, {path}, job);
        return usage(path.string(), "one array cannot feed a model with several inputs",
                     "Give a folder with one .npy named after each input");
    }
    if (extension == ".png" || extension == ".jpg" || extension == ".jpeg") return readImages(model, {path});
    return readText(model, path);
}

Result<Dataset> madeUp(const Model& model, const DataSource& source) {
    Dataset data(source.synthetic, [model, seed = source.seed](std::size_t index) {
        return runtime::syntheticSample(model, index, kLength, seed);
    });
    if (const auto first = data.sample(0); !first) return propagate(first);
    data.words = fmt::format("{} synthetic samples", data.count());
    return data;
}

}  // namespace

Dataset::Dataset(std::size_t count, std::function<Result<runtime::Sample>(std::size_t)> read)
    : m_count(count), m_read(std::move(read)) {}

void Dataset::keep(std::size_t limit) {
    m_count = std::min(m_count, limit);
    if (labels.size() > m_count) labels.resize(m_count);
}

runtime::NamedTensor tensorFor(const Value& input, tensor::Shape shape, const std::vector<double>& values) {
    runtime::NamedTensor out{input.name, input.type, std::move(shape), {}};
    out.bytes.resize(storageBytes(input.type, values.size()).value_or(0));
    tensor::writeNumbers(input.type, values, out.bytes);
    return out;
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
    if (model.graph().inputs.empty())
        return usage(model.info().path, "the model has no inputs to feed", "Leave the data out");
    for (const Value& input : model.graph().inputs)
        if (!tensor::writable(input.type))
            return usage(model.info().path,
                         fmt::format("input \"{}\" takes {}, which no data can give", input.name, name(input.type)),
                         "Use a model with numeric inputs");
    if (source.isSynthetic()) return madeUp(model, source);
    auto all = readPath(model, source.path, job);
    if (!all) return propagate(all);
    if (all->count() == 0) return badInput(source.path.string(), "there are no samples in it", "Give at least one");
    Dataset data = std::move(*all);
    data.keep(limit);
    data.words = fmt::format("{} samples of {}", data.count(), source.path.filename().string());
    return data;
}

}  // namespace roundoff::calibration
