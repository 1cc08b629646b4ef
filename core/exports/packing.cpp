#include "core/exports/packing.h"

#include <cassert>
#include <cstring>

namespace roundoff::exports {
namespace {

void put(std::byte* bytes, std::uint64_t index, int bits, std::uint32_t code) {
    const auto perByte = std::uint64_t(8 / bits);
    const std::uint32_t kept = code & ((1u << bits) - 1);
    bytes[index / perByte] |= std::byte(kept << (index % perByte * std::uint64_t(bits)));
}

template <class T>
std::vector<std::byte> packAll(tensor::ElementType storage, std::span<const T> codes) {
    const int bits = tensor::bits(storage);
    assert(bits == 2 || bits == 4 || bits == 8 || bits == 16);
    std::vector<std::byte> out(tensor::storageBytes(storage, codes.size()).value_or(0));
    if (bits == 16) {
        for (std::size_t i = 0; i < codes.size(); ++i) {
            const auto code = std::uint16_t(codes[i]);
            std::memcpy(out.data() + 2 * i, &code, 2);
        }
    } else {
        for (std::size_t i = 0; i < codes.size(); ++i) put(out.data(), i, bits, std::uint32_t(codes[i]));
    }
    return out;
}

}  // namespace

std::vector<std::byte> pack(tensor::ElementType storage, std::span<const std::int16_t> codes) {
    return packAll(storage, codes);
}
std::vector<std::byte> pack(tensor::ElementType storage, std::span<const std::int32_t> codes) {
    return packAll(storage, codes);
}

std::vector<std::byte> packNBits(const NBitsShape& shape, std::span<const std::int16_t> codes, int offset) {
    assert(codes.size() == shape.k * shape.n);
    const std::uint64_t column = shape.blocks() * shape.blockBytes();
    std::vector<std::byte> out(shape.n * column);
    for (std::uint64_t k = 0; k < shape.k; ++k)
        for (std::uint64_t n = 0; n < shape.n; ++n)
            put(out.data() + n * column, k, shape.bits, std::uint32_t(codes[k * shape.n + n] + offset));
    return out;
}

std::vector<std::byte> packNBitsZeros(const NBitsShape& shape, std::span<const std::int32_t> zeros, int offset) {
    assert(zeros.empty() || zeros.size() == shape.blocks() * shape.n);
    std::vector<std::byte> out(shape.n * shape.zeroBytes());
    for (std::uint64_t n = 0; n < shape.n; ++n)
        for (std::uint64_t b = 0; b < shape.blocks(); ++b)
            put(out.data() + n * shape.zeroBytes(), b, shape.bits,
                std::uint32_t((zeros.empty() ? 0 : zeros[b * shape.n + n]) + offset));
    return out;
}

std::vector<float> transposeScales(const NBitsShape& shape, std::span<const float> scales) {
    assert(scales.size() == shape.blocks() * shape.n);
    std::vector<float> out(scales.size());
    for (std::uint64_t b = 0; b < shape.blocks(); ++b)
        for (std::uint64_t n = 0; n < shape.n; ++n) out[n * shape.blocks() + b] = scales[b * shape.n + n];
    return out;
}

}  // namespace roundoff::exports
