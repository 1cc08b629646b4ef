#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/base/result.h"
#include "core/calibration/dataset.h"

namespace roundoff::calibration {

/// Pixels of 8 bits, row by row, the channels (1: grey, 3: RGB) side by side.
struct Picture {
    int width = 0, height = 0, channels = 3;
    std::vector<std::uint8_t> pixels;
};

/// A PNG or JPEG file; transparency is left out, 16 bits become 8, and a camera's note of rotation is not heeded.
Result<Picture> openPicture(const std::filesystem::path& path, int channels);

/// The picture as `options` fit it to an input of `height` × `width`; -1 leaves a side as it comes. Scaling is linear over
/// the pixels that make up each new one. An error where the picture ends up smaller than the input. `path` for errors.
Result<Picture> fitted(Picture picture, const ImageOptions& options, std::int64_t height, std::int64_t width,
                       const std::filesystem::path& path);

}  // namespace roundoff::calibration
