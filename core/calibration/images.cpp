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

}  // namespace

Result<Samples> readImages(const model::Model& model, const std::vector<std::filesystem::path>& files,
                           std::size_t limit, Job& job) {
    const auto layout = layoutOf(model);
    if (!layout) return propagate(layout);
    const model::Value& input = model.graph().inputs[0];
    const int channels = layout->channels;
    const double unit = isFloat(input.type) ? 255 : 1;
    Samples samples;
    for (const auto& path : files) {
        if (samples.size() == limit) break;
        if (job.cancelled()) return cancelled();
        const auto bytes = readFile(path);
        if (!bytes) return propagate(bytes);
        if (bytes->size() > std::size_t(std::numeric_limits<int>::max()))
            return badInput(path.string(), "the image is too large", "Scale it down");
        int width = 0, height = 0, stored = 0;
        const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
            stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes->data()), int(bytes->size()), &width, &height,
                                  &stored, channels),
            stbi_image_free);
        if (!pixels)
            return badInput(path.string(), std::string("not a readable image: ") + stbi_failure_reason(),
                            "Remove it from the folder");
        const int w = int(layout->width < 0 ? width : layout->width),
                  h = int(layout->height < 0 ? height : layout->height);
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
                values[layout->channelsFirst ? c * plane + p : p * depth + c] = fitted[p * depth + c] / unit;
        const tensor::Shape shape =
            layout->channelsFirst ? tensor::Shape{1, channels, h, w} : tensor::Shape{1, h, w, channels};
        samples.push_back({tensorFor(input, shape, values)});
    }
    return samples;
}

}  // namespace roundoff::calibration
