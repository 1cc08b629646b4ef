#include "core/schemes/block_codec.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace roundoff::schemes {
namespace {

constexpr std::size_t kMostElements = 256, kTogether = 16;  ///< of a block; blocks at a time
using Buffer = std::array<float, kMostElements * kTogether>;

/// Calls work(first block, blocks, filled elements of each, position) for stretches of the batch: position(block, i) is where
/// element i of the stretch's block lies.
template <class Work>
void forEachStretch(const Batch& batch, std::size_t elements, Work work) {
    if (batch.columns) {
        for (std::size_t j = 0; j < batch.width; j += kTogether)
            work(j, std::min(kTogether, batch.width - j), batch.rows(),
                 [&, j](std::size_t block, std::size_t i) { return i * batch.width + j + block; });
    } else {
        const std::size_t filled = std::min(batch.width, elements), blocks = (batch.count + filled - 1) / filled;
        for (std::size_t b = 0; b < blocks; b += kTogether)
            work(b, std::min(kTogether, blocks - b), filled,
                 [&, b](std::size_t block, std::size_t i) { return (b + block) * filled + i; });
    }
}

/// The stretch's blocks one after the other: in place where they lie so, else gathered into `buffer`.
template <class Position>
const float* gather(const float* x, bool inPlace, std::size_t blocks, std::size_t filled, std::size_t elements,
                    const Position& position, Buffer& buffer) {
    if (inPlace) return x + position(0, 0);
    if (filled < elements) buffer.fill(0);
    std::size_t i = 0;
    for (; i + 4 <= filled; i += 4)  // four rows at a time: one store for four loads
        for (std::size_t block = 0; block < blocks; ++block) {
            const float four[] = {x[position(block, i)], x[position(block, i + 1)], x[position(block, i + 2)],
                                  x[position(block, i + 3)]};
            std::memcpy(&buffer[block * elements + i], four, sizeof four);
        }
    for (; i < filled; ++i)
        for (std::size_t block = 0; block < blocks; ++block) buffer[block * elements + i] = x[position(block, i)];
    return buffer.data();
}

}  // namespace

void measureBlocks(kernels::ggml::Type type, const Batch& batch, const float* x, float* y, bool allFinite,
                   kernels::ErrorSums& sums) {
    const std::size_t elements = kernels::ggml::layout(type).elements;
    Buffer own, rounded;
    forEachStretch(batch, elements, [&](std::size_t, std::size_t blocks, std::size_t filled, const auto& position) {
        const bool inPlace = !batch.columns && filled == elements;
        const float* from = gather(x, inPlace, blocks, filled, elements, position, own);
        kernels::ggml::round(type, from, blocks, rounded.data());
        if (filled == elements) {
            kernels::accumulateError(from, rounded.data(), blocks * elements, allFinite, sums);
        } else {
            for (std::size_t block = 0; block < blocks; ++block)
                kernels::accumulateError(from + block * elements, &rounded[block * elements], filled, allFinite, sums);
        }
        if (!y) return;
        for (std::size_t i = 0; i < filled; ++i)
            for (std::size_t block = 0; block < blocks; ++block) y[position(block, i)] = rounded[block * elements + i];
    });
}

void quantizeBlocks(kernels::ggml::Type type, const Batch& batch, const float* x, std::byte* bytes) {
    const auto layout = kernels::ggml::layout(type);
    Buffer own;
    forEachStretch(batch, layout.elements, [&](std::size_t first, std::size_t blocks, std::size_t filled, const auto& position) {
        const bool inPlace = !batch.columns && filled == layout.elements;
        const float* from = gather(x, inPlace, blocks, filled, layout.elements, position, own);
        kernels::ggml::quantize(type, from, blocks, bytes + first * layout.bytes);
    });
}

void dequantizeBlocks(kernels::ggml::Type type, const Batch& batch, const std::byte* bytes, float* y) {
    const auto layout = kernels::ggml::layout(type);
    Buffer values;
    forEachStretch(batch, layout.elements, [&](std::size_t first, std::size_t blocks, std::size_t filled, const auto& position) {
        kernels::ggml::dequantize(type, bytes + first * layout.bytes, blocks, values.data());
        for (std::size_t i = 0; i < filled; ++i)
            for (std::size_t block = 0; block < blocks; ++block) y[position(block, i)] = values[block * layout.elements + i];
    });
}

}  // namespace roundoff::schemes
