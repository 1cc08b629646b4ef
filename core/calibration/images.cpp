#include <algorithm>
#include <charconv>
#include <limits>
#include <memory>

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_MAX_DIMENSIONS 16384
#include <stb/stb_image.h>
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_STATIC
#include <stb/stb_image_resize.h>

#include "core/calibration/readers.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;

/// Where the input's shape keeps what; -1 is free.
struct Layout {
    bool channelsFirst = true;
    int channels = 3;
    std::int64_t height = -1, width = -1;
};

Result<Layout> layoutOf(const model::Model& model) {
    const auto unfit = [&](std::string what) {
        return usage(model.info().path, std::move(what), "Give .npy arrays named after the inputs");
    };
    if (model.graph().inputs.size() != 1) return unfit("images can feed only a model with one input");
    const tensor::Shape& shape = model.graph().inputs[0].shape;
    if (shape.size() != 4 || shape[0] > 1) return unfit("the model's input is not a batch of one image");
    const auto channels = [](std::int64_t n) { return n == 1 || n == 3; };
    if (channels(shape[1])) return Layout{true, int(shape[1]), shape[2], shape[3]};
    if (channels(shape[3])) return Layout{false, int(shape[3]), shape[1], shape[2]};
    return unfit("the model's input has neither 1 nor 3 channels");
}

Result<runtime::Sample> readImage(const model::Value& input, const Layout& layout, const fs::path& path) {
    const int channels = layout.channels;
    const double unit = isFloat(input.type) ? 255 : 1;
    const auto bytes = readFile(path);
    if (!bytes) return propagate(bytes);
    if (bytes->size() > std::size_t(std::numeric_limits<int>::max()))
        return badInput(path.string(), "the image is too large", "Scale it down");
    int width = 0, height = 0, stored = 0;
    const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
        stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes->data()), int(bytes->size()), &width, &height, &stored,
                              channels),
        stbi_image_free);
    if (!pixels)
        return badInput(path.string(), std::string("not a readable image: ") + stbi_failure_reason(),
                        "Remove it from the folder");
    const int w = int(layout.width < 0 ? width : layout.width), h = int(layout.height < 0 ? height : layout.height);
    std::vector<stbi_uc> fitted(pixels.get(),
                                pixels.get() + std::size_t(width) * std::size_t(height) * std::size_t(channels));
    if (w != width || h != height) {
        fitted.resize(std::size_t(w) * std::size_t(h) * std::size_t(channels));
        stbir_resize_uint8(pixels.get(), width, height, 0, fitted.data(), w, h, 0, channels);
    }
    const std::size_t plane = std::size_t(w) * std::size_t(h), depth = std::size_t(channels);
    std::vector<double> values(plane * depth);
    for (std::size_t p = 0; p < plane; ++p)
        for (std::size_t c = 0; c < depth; ++c)
            values[layout.channelsFirst ? c * plane + p : p * depth + c] = fitted[p * depth + c] / unit;
    const tensor::Shape shape = layout.channelsFirst ? tensor::Shape{1, channels, h, w} : tensor::Shape{1, h, w, channels};
    return runtime::Sample{tensorFor(input, shape, values)};
}

/// The class of each image; none where they all lie in one folder.
std::vector<int> labelsOf(const std::vector<fs::path>& images) {
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
    for (std::size_t i = 0; i < names.size(); ++i)
        labels.push_back(numbers ? numberOf(names[i])
                                 : int(std::lower_bound(classes.begin(), classes.end(), names[i]) - classes.begin()));
    return labels;
}

}  // namespace

Result<Dataset> readImages(const model::Model& model, const std::vector<fs::path>& files) {
    const auto layout = layoutOf(model);
    if (!layout) return propagate(layout);
    Dataset data(files.size(), [input = model.graph().inputs[0], layout = *layout, files](std::size_t index) {
        return readImage(input, layout, files[index]);
    });
    data.labels = labelsOf(files);
    data.files = files;
    return data;
}

}  // namespace roundoff::calibration
