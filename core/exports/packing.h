#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/tensor/element_type.h"

namespace roundoff::exports {

/// Codes as ONNX stores them: little-endian; below 8 bits element 0 lies in the lowest bits and packing runs over the
/// flat tensor, rows not byte aligned; padding bits are 0. Keeps the low bits of each code (two's complement).
std::vector<std::byte> pack(tensor::ElementType storage, std::span<const std::int16_t> codes);
std::vector<std::byte> pack(tensor::ElementType storage, std::span<const std::int32_t> codes);

/// A weight [K, N] in the layout of com.microsoft.MatMulNBits: for each column n its K codes, lowest bits first, in
/// blocks of `block`; the tail of the last block is zero bits.
struct NBitsShape {
    std::uint64_t k = 0, n = 0;
    std::uint32_t block = 32;
    int bits = 4;  ///< 2, 4 or 8
    [[nodiscard]] std::uint64_t blocks() const { return (k + block - 1) / block; }
    [[nodiscard]] std::uint64_t blockBytes() const { return std::uint64_t(block) * std::uint64_t(bits) / 8; }
    [[nodiscard]] std::uint64_t zeroBytes() const { return (blocks() * std::uint64_t(bits) + 7) / 8; }  ///< of a column
};
/// @param codes row-major [K, N]  @param offset added to each: 2^(bits-1) where they are signed
std::vector<std::byte> packNBits(const NBitsShape& shape, std::span<const std::int16_t> codes, int offset);
/// @param zeros row-major [blocks, N] as the scales of groups along K stand; empty = all 0
/// @returns uint8 [N, zeroBytes()]: for each column its blocks' zero points, lowest bits first, byte aligned
std::vector<std::byte> packNBitsZeros(const NBitsShape& shape, std::span<const std::int32_t> zeros, int offset);
/// [blocks, N] → [N, blocks]
std::vector<float> transposeScales(const NBitsShape& shape, std::span<const float> scales);

}  // namespace roundoff::exports
