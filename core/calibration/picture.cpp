#include "core/calibration/picture.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_MAX_DIMENSIONS 16384
#include <stb/stb_image.h>
// Its assertions want weights that nearly add up to 1 before they are made to; from 1440 to 640 pixels they do not.
#define STBIR_ASSERT(condition) static_cast<void>(condition)
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_STATIC
#include <stb/stb_image_resize.h>

#include "core/calibration/readers.h"

namespace roundoff::calibration {
namespace {

constexpr std::int64_t kMostPixels = 1 << 28;

bool scale(Picture& picture, std::int64_t height, std::int64_t width) {
    if (width < 1 || height < 1 || width > kMostPixels / height) return false;
    if (width == picture.width && height == picture.height) return true;
    Picture out{int(width), int(height), picture.channels, std::vector<std::uint8_t>(std::size_t(width * height) * std::size_t(picture.channels))};
    if (!stbir_resize_uint8_generic(picture.pixels.data(), picture.width, picture.height, 0, out.pixels.data(), out.width,
                                    out.height, 0, out.channels, STBIR_ALPHA_CHANNEL_NONE, 0, STBIR_EDGE_CLAMP,
                                    STBIR_FILTER_TRIANGLE, STBIR_COLORSPACE_LINEAR, nullptr))
        return false;
    picture = std::move(out);
    return true;
}

/// So that the sides are at least these, and one is just that.
bool cover(Picture& picture, std::int64_t height, std::int64_t width) {
    const double factor = std::max(double(height) / picture.height, double(width) / picture.width);
    const auto side = [&](int length, std::int64_t least) {
        return std::max(least, std::int64_t(std::min(length * factor, double(kMostPixels))));
    };
    return scale(picture, side(picture.height, height), side(picture.width, width));
}

/// The library's reason in our words.
const char* whyNot(std::string_view reason) {
    if (reason == "unknown image type") return "this is neither a PNG nor a JPEG picture";
    if (reason == "too large") return "the picture is larger than 16384 on a side";
    if (reason == "outofmem") return "there is not enough memory for the picture";
    return "the picture is cut off, damaged, or of a rare kind of PNG or JPEG";
}

void crop(Picture& picture, std::int64_t height, std::int64_t width) {
    if (height == picture.height && width == picture.width) return;
    const auto row = std::size_t(width * picture.channels);
    const auto top = (picture.height - height) / 2, left = (picture.width - width) / 2;
    for (std::int64_t y = 0; y < height; ++y)
        std::memmove(picture.pixels.data() + std::size_t(y) * row,
                     picture.pixels.data() + std::size_t(((top + y) * picture.width + left) * picture.channels), row);
    picture.pixels.resize(std::size_t(height) * row);
    picture.height = int(height);
    picture.width = int(width);
}

}  // namespace

Result<Picture> openPicture(const std::filesystem::path& path, int channels) {
    const auto bytes = readFile(path);
    if (!bytes) return propagate(bytes);
    if (bytes->size() > std::size_t(std::numeric_limits<int>::max()))
        return badInput(path.string(), "the image is too large", "Scale it down");
    Picture out;
    int stored = 0;
    const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
        stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes->data()), int(bytes->size()), &out.width, &out.height,
                              &stored, channels),
        stbi_image_free);
    if (!pixels)
        return badInput(path.string(), whyNot(stbi_failure_reason()), "Remove it, or write it anew");
    out.channels = channels;
    out.pixels.assign(pixels.get(), pixels.get() + std::size_t(out.width) * std::size_t(out.height) * std::size_t(channels));
    return out;
}

Result<Picture> fitted(Picture picture, const ImageOptions& options, std::int64_t height, std::int64_t width,
                       const std::filesystem::path& path) {
    const auto tooSmall = [&] {
        return badInput(path.string(),
                        fmt::format("the picture of {} × {} cannot be fitted to the input's {} × {} this way", picture.height,
                                    picture.width, height, width),
                        "Give another --resize, or leave it out");
    };
    bool done = true;
    if (options.fit == ImageOptions::Fit::Shorter) done = cover(picture, options.height, options.height);
    if (options.fit == ImageOptions::Fit::Exact) done = scale(picture, options.height, options.width);
    if (height < 0) height = picture.height;
    if (width < 0) width = picture.width;
    if (options.fit == ImageOptions::Fit::Input) done = cover(picture, height, width);
    const bool same = picture.height == height && picture.width == width;
    if (!done || picture.height < height || picture.width < width || (options.fit == ImageOptions::Fit::None && !same))
        return tooSmall();
    crop(picture, height, width);
    return picture;
}

}  // namespace roundoff::calibration
