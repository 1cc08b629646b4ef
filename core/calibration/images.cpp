#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/calibration/picture.h"
#include "core/calibration/readers.h"
#include "core/runtime/inputs.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;
using Fit = ImageOptions::Fit;
using Layout = ImageOptions::Layout;

/// The size of an axis: the input's, else the one given for it, else what the pictures are fitted to; -1 = each its own.
Result<std::int64_t> sideOf(const model::Model& model, const model::Value& input, const DataSource& source, std::size_t axis,
                            bool high) {
    if (input.shape[axis] >= 0) return input.shape[axis];
    const std::string symbol = axis < input.dimensionNames.size() ? input.dimensionNames[axis] : "";
    const std::string place = input.name + ":" + std::to_string(axis);
    for (const std::string& name : {symbol, place})
        if (const auto found = source.dims.find(name); !name.empty() && found != source.dims.end()) return found->second;
    const ImageOptions& options = source.images;
    if (options.fit == Fit::Shorter) return options.height;
    if (options.fit == Fit::Exact) return high ? options.height : options.width;
    if (options.fit == Fit::None) return -1;
    return usage(model.info().path,
                 fmt::format("the {} of input \"{}\" ({}) has no size", high ? "height" : "width", input.name,
                             symbol.empty() ? place : symbol),
                 "Give --resize HxW, or --dim " + (symbol.empty() || symbol == "?" ? place : symbol) + "=N");
}

Result<void> checkChannels(const model::Model& model, const ImageOptions& options, int channels) {
    for (const auto& [name, numbers] : {std::pair("--mean", &options.mean), std::pair("--std", &options.std)})
        if (numbers->size() > 1 && numbers->size() != std::size_t(channels))
            return usage(name, fmt::format("{} numbers for the {} channel{} of {}", numbers->size(), channels, channels == 1 ? "" : "s", fs::path(model.info().path).filename().string()),
                         "Give one number, or one for each channel");
    return {};
}

struct Labels {
    std::vector<int> of;  ///< each image
    std::size_t named = 0;
    std::string words;
};

/// The class of each image as its folder says; none where all lie in `place` itself, or in one folder that is no number.
Labels labelsOf(const std::vector<fs::path>& images, const fs::path& place) {
    std::error_code ignored;
    const fs::path top = fs::is_directory(place, ignored) ? (place / "").parent_path() : place.parent_path();
    std::vector<std::string> names;  // empty: beside the folders
    for (const fs::path& image : images) names.push_back(image.parent_path() == top ? "" : image.parent_path().filename().string());
    std::vector<std::string> classes = names;
    std::sort(classes.begin(), classes.end());
    classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
    const bool loose = !classes.empty() && classes.front().empty();
    if (loose) classes.erase(classes.begin());
    const auto numberOf = [](const std::string& name) {
        int value = -1;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
        return error == std::errc() && end == name.data() + name.size() ? value : -1;
    };
    const bool numbers = std::all_of(classes.begin(), classes.end(), [&](const auto& name) { return numberOf(name) >= 0; });
    Labels labels;
    if (classes.empty()) return labels;
    if (classes.size() == 1 && !numbers) {
        labels.words = "; the name of the one folder is not taken as a class";
        return labels;
    }
    labels.named = numbers ? 0 : classes.size();
    labels.words = numbers ? "; classes = the folders' numbers" : "; classes = the folders in alphabetical order";
    if (loose) labels.words += ", of pictures beside them unknown";
    for (const std::string& name : names)
        labels.of.push_back(name.empty() ? kNoLabel
                            : numbers    ? numberOf(name)
                                         : int(std::lower_bound(classes.begin(), classes.end(), name) - classes.begin()));
    return labels;
}

}  // namespace

Result<ImageInput> imageInput(const model::Model& model, const DataSource& source) {
    const auto unfit = [&](std::string what) {
        return usage(model.info().path, std::move(what), "Give .npy arrays named after the inputs");
    };
    if (model.graph().inputs.size() != 1) return unfit("images can feed only a model with one input");
    const model::Value& input = model.graph().inputs[0];
    const tensor::Shape& shape = input.shape;
    if (shape.size() != 4 || shape[0] > 1) return unfit("the model's input is not a batch of one image");
    const auto channels = [](std::int64_t n) { return n == 1 || n == 3; };
    const Layout asked = source.images.layout;
    ImageInput out{input, asked != Layout::Nhwc && channels(shape[1])};
    const std::size_t axis = out.channelsFirst ? 1 : 3, first = out.channelsFirst ? 2 : 1;
    if (!channels(shape[axis]) || (asked == Layout::Nchw && axis != 1))
        return unfit(asked == Layout::ByShape ? "the model's input has neither 1 nor 3 channels"
                                              : fmt::format("the model's input {} does not have 1 or 3 channels where --layout says",
                                                            runtime::shapeText(input)));
    out.channels = int(shape[axis]);
    if (auto checked = checkChannels(model, source.images, out.channels); !checked) return propagate(checked);
    const auto height = sideOf(model, input, source, first, true), width = sideOf(model, input, source, first + 1, false);
    if (!height) return propagate(height);
    if (!width) return propagate(width);
    out.height = *height;
    out.width = *width;
    return out;
}

Result<runtime::Sample> sampleOf(const Picture& picture, const ImageInput& to, const ImageOptions& options,
                                 const fs::path& file) {
    const auto depth = std::size_t(to.channels), plane = std::size_t(picture.width) * std::size_t(picture.height);
    const double factor = options.scale.value_or(isFloat(to.input.type) ? 1.0 / 255 : 1);
    const auto of = [](const std::vector<double>& numbers, std::size_t channel, double standard) {
        return numbers.empty() ? standard : numbers[std::min(channel, numbers.size() - 1)];
    };
    std::vector<double> values(plane * depth);
    for (std::size_t c = 0; c < depth; ++c) {
        const double mean = of(options.mean, c, 0), std = of(options.std, c, 1);
        const std::size_t from = options.bgr ? depth - 1 - c : c;
        for (std::size_t p = 0; p < plane; ++p)
            values[to.channelsFirst ? c * plane + p : p * depth + c] = (picture.pixels[p * depth + from] * factor - mean) / std;
    }
    for (std::size_t i = 0; i < values.size() && !isFloat(to.input.type); ++i) {
        values[i] = std::nearbyint(values[i]);
        if (const std::string what = whyNot(to.input, values[i]); !what.empty())
            return badInput(file.string(), "a pixel becomes " + what, "Choose --mean, --std and --scale so that pixels fit");
    }
    const tensor::Shape shape = to.channelsFirst ? tensor::Shape{1, to.channels, picture.height, picture.width}
                                                 : tensor::Shape{1, picture.height, picture.width, to.channels};
    return runtime::Sample{tensorFor(to.input, shape, values)};
}

std::string wordsOf(const ImageInput& to, const ImageOptions& options) {
    const auto list = [](const std::vector<double>& numbers) { return fmt::format("{}", fmt::join(numbers, ",")); };
    const std::string size = to.height < 0 ? "" : fmt::format(", centre crop {} × {}", to.height, to.width);
    std::string words = options.fit == Fit::Input     ? fmt::format("pictures of another size: shorter side to the input's{}", size)
                        : options.fit == Fit::Shorter ? fmt::format("pictures: shorter side to {}{}", options.height, size)
                        : options.fit == Fit::Exact   ? fmt::format("pictures: stretched to {} × {}{}", options.height, options.width, size)
                                                      : "pictures not resized";
    if (options.scale)
        words += fmt::format(", pixels × {}", *options.scale);
    else
        words += isFloat(to.input.type) ? ", 0..1" : ", 0..255";
    if (!options.mean.empty()) words += ", mean " + list(options.mean);
    if (!options.std.empty()) words += ", std " + list(options.std);
    if (to.channels == 3) words += options.bgr ? ", bgr" : ", rgb";
    return words;
}

Result<Dataset> readImages(const model::Model& model, const DataSource& source, const std::vector<fs::path>& files) {
    const auto to = imageInput(model, source);
    if (!to) return propagate(to);
    Dataset data(files.size(), [to = *to, options = source.images, files](std::size_t index) -> Result<runtime::Sample> {
        auto picture = openPicture(files[index], to.channels);
        if (!picture) return propagate(picture);
        picture = fitted(std::move(*picture), options, to.height, to.width, files[index]);
        if (!picture) return propagate(picture);
        return sampleOf(*picture, to, options, files[index]);
    });
    Labels labels = labelsOf(files, source.path);
    data.labels = std::move(labels.of);
    data.namedClasses = labels.named;
    data.words = wordsOf(*to, source.images) + labels.words;
    data.files = files;
    data.images = true;
    return data;
}

}  // namespace roundoff::calibration
