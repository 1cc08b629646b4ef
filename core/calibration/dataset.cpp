#include "core/calibration/dataset.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/base/sha256.h"
#include "core/base/sha256_memo.h"
#include "core/base/text.h"
#include "core/calibration/readers.h"
#include "core/runtime/inputs.h"
#include "core/tensor/convert.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;
using model::Model;
using model::Value;

constexpr std::int64_t kLength = 64;  // of a made-up sequence

/// The largest number that a type of floats holds.
double largest(tensor::ElementType type) {
    switch (type) {
        case tensor::ElementType::Float64: return std::numeric_limits<double>::max();
        case tensor::ElementType::Float16: return 65504;
        case tensor::ElementType::BFloat16: return 0x1.FEp127;
        default: return std::numeric_limits<float>::max();
    }
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

/// The input to give where there is but one: all others follow from its shape.
const Value* onlyInput(const Model& model) {
    const Value* only = nullptr;
    for (const Value& input : model.graph().inputs) {
        if (runtime::followsFromShape(input) && model.graph().inputs.size() > 1) continue;
        if (only) return nullptr;
        only = &input;
    }
    return only;
}

Result<Dataset> readFolder(const Model& model, const DataSource& source, Job& job) {
    const auto files = filesIn(source.path, job);
    if (!files) return propagate(files);
    if (!files->arrays.empty() && !files->images.empty())
        return badInput(source.path.string(), fmt::format("the folder holds .npy arrays, as {}, and pictures, as {}", files->arrays[0].filename().string(), files->images[0].filename().string()),
                        "Leave only the one or the other there");
    if (!files->arrays.empty()) {
        const Value* only = onlyInput(model);
        const bool named = std::ranges::any_of(model.graph().inputs, [&](const Value& input) {
                               std::error_code error;
                               return fs::exists(source.path / (input.name + ".npy"), error);
                           });
        return only && !named ? arraysOfOneInput(model, *only, source, files->arrays, job) : arraysByName(model, source, files->arrays);
    }
    if (!files->images.empty()) return readImages(model, source, files->images);
    return badInput(source.path.string(), "the folder holds neither .npy arrays nor .png or .jpg images",
                    "Put the samples there");
}

/// No size is for an axis that is not there, or has one.
Result<void> checkDims(const Model& model, const DataSource& source) {
    std::vector<std::string> names;  // one for each free axis
    std::string places;
    for (const Value& input : model.graph().inputs)
        for (std::size_t i = 0; i < input.shape.size(); ++i) {
            if (input.shape[i] >= 0) continue;
            const std::string place = fmt::format("{}:{}", input.name, i);
            const std::string& symbol = i < input.dimensionNames.size() ? input.dimensionNames[i] : place;
            const std::string& name = symbol.empty() || symbol == "?" ? place : symbol;
            if (std::ranges::find(names, name) == names.end()) names.push_back(name);
            places += place + '\n';
        }
    for (const auto& [name, size] : source.dims)
        if (std::ranges::find(names, name) == names.end() && ('\n' + places).find('\n' + name + '\n') == std::string::npos)
            return usage("--dim", fmt::format("'{}' is no free axis of {}", name, model.info().path),
                         names.empty() ? "It has none; leave it out" : fmt::format("There are {}", fmt::join(names, ", ")));
    return {};
}

Result<Dataset> readPath(const Model& model, const DataSource& source, Job& job) {
    const fs::path& path = source.path;
    std::error_code error;
    if (!fs::exists(path, error)) return badInput(path.string(), "there is no such file or folder", "Check the path");
    if (fs::is_directory(path, error)) return readFolder(model, source, job);
    if (!fs::is_regular_file(path, error)) return badInput(path.string(), "this is not a regular file", "Give a file or a folder");
    const std::string extension = extensionOf(path);
    if (extension == ".npy") {
        if (const Value* only = onlyInput(model)) return arraysOfOneInput(model, *only, source, {path}, job);
        return badInput(path.string(), "one array cannot feed a model with several inputs",
                     "Give a folder with one .npy named after each input, or an .npz");
    }
    if (extension == ".npz") return arraysByName(model, source, {});
    if (extension == ".png" || extension == ".jpg" || extension == ".jpeg") return readImages(model, source, {path});
    return readText(model, source, job);
}

Result<Dataset> madeUp(const Model& model, const DataSource& source, std::size_t limit) {
    const runtime::Sizes sizes{source.dims, 1, source.window > 0 ? std::int64_t(source.window) : kLength};
    Dataset data(std::min(source.synthetic, limit), [model, seed = source.seed, sizes](std::size_t index) {
        return runtime::syntheticSample(model, index, sizes, seed);
    });
    if (const auto first = data.sample(0); !first) return propagate(first);
    data.words = fmt::format("{} synthetic sample{}", data.count(), data.count() == 1 ? "" : "s");
    return data;
}

}  // namespace

Dataset::Dataset(std::size_t count, std::function<Result<runtime::Sample>(std::size_t)> read)
    : m_count(count), m_read(std::move(read)) {}

Error Dataset::unfit(std::size_t index, const Error& error) const {
    if (error.code != ErrorCode::Failed || error.where.starts_with("--")) return error;
    const bool each = images || (!tokenizer && given == 1 && files.size() == m_count);  // a file of its own
    const fs::path& place = each ? files[index] : origin;
    return {ErrorCode::BadInput, place.empty() ? error.where : place.string(), fmt::format("sample {}: {}", index, error.what),
            !tokens.empty()  ? "Look whether the data suit the model: ids within its vocabulary, sequences no longer than it takes"
            : images         ? "Give pictures of the size that the model takes, with --resize or --dim"
            : place.empty()  ? "Give real data, or the sizes that suit with --dim"
                             : error.remedy};
}

void Dataset::keep(std::size_t limit) {
    m_count = std::min(m_count, limit);
    if (labels.size() > m_count) labels.resize(m_count);
    if (images && files.size() > m_count) files.resize(m_count);
}

std::string whyNot(const Value& input, double value) {
    if (std::isnan(value)) return "NaN";
    if (isFloat(input.type))
        return std::isfinite(value) && std::abs(value) > largest(input.type) ? fmt::format("{}, more than {} holds", value, name(input.type)) : "";
    constexpr double kExact = 0x1p53;  // from here on a double may stand for its neighbours
    const int bits = tensor::bits(input.type);
    const bool sign = tensor::name(input.type)[0] == 'i';
    const double low = sign ? std::max(-kExact, -std::ldexp(1.0, bits - 1) - 1) : -1;
    const double high = std::min(kExact, std::ldexp(1.0, sign ? bits - 1 : bits));
    if (value == std::trunc(value) && (input.type == tensor::ElementType::Bool || (value > low && value < high))) return {};
    const bool large = value == std::trunc(value) && std::fabs(value) >= kExact && std::fabs(value) < std::ldexp(1.0, 64);
    return fmt::format("{}, input \"{}\" takes {}{}", value, input.name, name(input.type), large ? ", and numbers so large only from arrays of that type" : "");
}

runtime::NamedTensor tensorFor(const Value& input, tensor::Shape shape, const std::vector<double>& values) {
    runtime::NamedTensor out{input.name, input.type, std::move(shape), {}};
    out.bytes.resize(storageBytes(input.type, values.size()).value_or(0));
    tensor::writeNumbers(input.type, values, out.bytes);
    return out;
}

Result<Dataset> loadDataset(const Model& model, const DataSource& source, std::size_t limit, Job& job) {
    if (model.graph().inputs.empty())
        return usage(model.info().path, "the model has no inputs to feed", "Leave the data out");
    for (const Value& input : model.graph().inputs)
        if (!tensor::writable(input.type))
            return usage(model.info().path,
                         fmt::format("input \"{}\" takes {}, which no data can give", input.name, name(input.type)),
                         "Use a model with numeric inputs");
    if (auto checked = checkDims(model, source); !checked) return propagate(checked);
    auto all = source.isSynthetic() ? madeUp(model, source, limit) : readPath(model, source, job);
    if (!all) return propagate(all);
    if (all->count() == 0) return badInput(source.path.string(), "there are no samples in it", "Give at least one");
    Dataset data = std::move(*all);
    data.keep(limit);
    std::string place = source.path.filename().string();
    if (place.empty()) place = source.path.parent_path().filename().string();  // "folder/"
    const auto also = [&](const std::string& what) { data.words += (data.words.empty() ? "" : "; ") + what; };
    if (!data.images && source.images != ImageOptions()) also("none are pictures, so what is set for these does not count");
    if (!data.tokenizer && source.window > 0 && !source.isSynthetic()) also("none is text, so the window does not count");
    for (const auto& [name, size] : source.dims) also(fmt::format("{} = {}", printable(name), size));
    data.origin = source.path;
    if (source.isSynthetic()) return data;
    data.words = fmt::format("{} sample{} of {}{}{}", data.count(), data.count() == 1 ? "" : "s", place,
                             data.words.empty() ? "" : "; ", data.words);
    return data;
}

Result<std::string> hashOf(const Dataset& data, const DataSource& source, Job& job) {
    Sha256 sum;
    const ImageOptions& images = source.images;
    std::string text = fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|", data.count(), data.words, source.isSynthetic() ? source.seed : 0,
                                   fmt::join(images.mean, ","), fmt::join(images.std, ","), int(images.layout), int(images.fit),
                                   images.height, images.width, images.bgr, images.scale.value_or(0), source.window);
    for (const auto& [name, size] : source.dims) text += fmt::format("{}={}|", name, size);
    for (const int label : data.labels) text += fmt::format("{},", label);
    sum.update(text);
    for (std::size_t i = 0; i < data.files.size(); ++i) {
        job.progress(double(i), double(data.files.size()), "data");
        if (job.cancelled()) return cancelled();
        const auto hash = sha256FileOnce(data.files[i], job);
        if (!hash) return propagate(hash);
        sum.update(*hash);
    }
    return sum.finish();
}

}  // namespace roundoff::calibration
