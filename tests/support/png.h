#pragma once
#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

namespace roundoff::test {

/// A PNG file of 8-bit pixels, row by row; 1 channel is grey, 3 are RGB.
inline std::string pngBytes(int width, int height, int channels, const std::vector<std::uint8_t>& pixels) {
    const auto number = [](std::uint32_t value) {
        std::string out;
        for (int shift = 24; shift >= 0; shift -= 8) out += char(value >> shift & 255);
        return out;
    };
    const auto chunk = [&](const std::string& type, const std::string& data) {
        const std::string body = type + data;
        const auto crc = crc32(0, reinterpret_cast<const Bytef*>(body.data()), uInt(body.size()));
        return number(std::uint32_t(data.size())) + body + number(std::uint32_t(crc));
    };
    std::string rows;
    const auto row = std::size_t(width * channels);
    for (std::size_t y = 0; y < std::size_t(height); ++y) {
        rows += '\0';  // no filter
        rows.append(reinterpret_cast<const char*>(pixels.data()) + y * row, row);
    }
    uLongf size = compressBound(uLong(rows.size()));
    std::string packed(size, '\0');
    compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(rows.data()), uLong(rows.size()));
    packed.resize(size);
    const std::string header = number(std::uint32_t(width)) + number(std::uint32_t(height)) + char(8) + char(channels == 3 ? 2 : 0) +
                               std::string(3, '\0');
    return "\x89PNG\r\n\x1a\n" + chunk("IHDR", header) + chunk("IDAT", packed) + chunk("IEND", "");
}

}  // namespace roundoff::test
