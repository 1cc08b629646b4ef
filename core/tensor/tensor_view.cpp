#include "core/tensor/tensor_view.h"

#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace roundoff::tensor {
namespace {

/// An 8-bit or narrower float: sign, exponent, mantissa. Fnuz: the only NaN is the code of minus zero, no infinity.
/// Finite: every code but all ones (where `hasNan`) is a number. Otherwise IEEE.
struct SmallFloat {
    enum class Kind { Ieee, Finite, Fnuz };
    int exponent, mantissa, bias;
    Kind kind;
    bool hasNan = true;
};

template <std::size_t size>
std::array<float, size> decodeAll(const SmallFloat& format) {
    std::array<float, size> table{};
    const int magnitudeBits = format.exponent + format.mantissa;
    for (unsigned code = 0; code < size; ++code) {
        const bool negative = (code >> magnitudeBits & 1) != 0;
        const int magnitude = int(code & ((1u << magnitudeBits) - 1));
        const int power = magnitude >> format.mantissa, fraction = magnitude & ((1 << format.mantissa) - 1);
        const int allOnes = (1 << format.exponent) - 1;
        float value = power == 0
                          ? std::ldexp(float(fraction), 1 - format.bias - format.mantissa)
                          : std::ldexp(float(fraction + (1 << format.mantissa)), power - format.bias - format.mantissa);
        bool nan = false;
        if (format.kind == SmallFloat::Kind::Ieee && power == allOnes) {
            nan = fraction != 0;
            value = std::numeric_limits<float>::infinity();
        } else if (format.kind == SmallFloat::Kind::Finite) {
            nan = format.hasNan && magnitude == (1 << magnitudeBits) - 1;
        } else if (format.kind == SmallFloat::Kind::Fnuz) {
            nan = negative && magnitude == 0;
        }
        table[code] = nan ? std::numeric_limits<float>::quiet_NaN() : negative ? -value : value;
    }
    return table;
}

std::array<float, 256> powersOfTwo() {
    std::array<float, 256> table{};
    for (int code = 0; code < 255; ++code) table[std::size_t(code)] = std::ldexp(1.0f, code - 127);
    table[255] = std::numeric_limits<float>::quiet_NaN();
    return table;
}

/// The values of all codes of an 8-bit float.
const float* byteTable(ElementType type) {
    using enum SmallFloat::Kind;
    static const auto e4m3 = decodeAll<256>({4, 3, 7, Finite});
    static const auto e4m3Fnuz = decodeAll<256>({4, 3, 8, Fnuz});
    static const auto e5m2 = decodeAll<256>({5, 2, 15, Ieee});
    static const auto e5m2Fnuz = decodeAll<256>({5, 2, 16, Fnuz});
    static const auto e8m0 = powersOfTwo();
    switch (type) {
        case ElementType::Float8E4M3:
            return e4m3.data();
        case ElementType::Float8E4M3Fnuz:
            return e4m3Fnuz.data();
        case ElementType::Float8E5M2:
            return e5m2.data();
        case ElementType::Float8E5M2Fnuz:
            return e5m2Fnuz.data();
        default:
            return e8m0.data();
    }
}

/// The values of all codes of a type narrower than a byte.
const float* subByteTable(ElementType type) {
    static const auto e2m1 = decodeAll<16>({2, 1, 1, SmallFloat::Kind::Finite, false});
    static constexpr std::array<float, 16> int4{0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1};
    static constexpr std::array<float, 16> uint4{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    static constexpr std::array<float, 4> int2{0, 1, -2, -1};
    switch (type) {
        case ElementType::Float4E2M1:
            return e2m1.data();
        case ElementType::Int4:
            return int4.data();
        case ElementType::Int2:
            return int2.data();
        default:
            return uint4.data();  // Uint2 is its beginning
    }
}

template <class T>
void readNumbers(const std::byte* from, std::span<float> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        T value;
        std::memcpy(&value, from + i * sizeof(T), sizeof(T));
        out[i] = float(value);
    }
}

void readHalfs(const std::byte* from, std::span<float> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        std::uint16_t code;
        std::memcpy(&code, from + 2 * i, 2);
        const std::uint32_t magnitude = std::uint32_t(code & 0x7FFFu) << 13, power = magnitude & 0x0F800000u;
        // Every branch is computed and one selected, so that the loop becomes vector code.
        const std::uint32_t normal = magnitude + (112u << 23);
        const std::uint32_t special = magnitude | 0x7F800000u;
        const std::uint32_t subnormal =
            std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude + (113u << 23)) - 0x1p-14f);
        const std::uint32_t bits = power == 0 ? subnormal : power == 0x0F800000u ? special : normal;
        out[i] = std::bit_cast<float>(bits | std::uint32_t(code & 0x8000u) << 16);
    }
}

void readBrains(const std::byte* from, std::span<float> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        std::uint16_t code;
        std::memcpy(&code, from + 2 * i, 2);
        out[i] = std::bit_cast<float>(std::uint32_t(code) << 16);
    }
}

void readBytes(const std::byte* from, const float* table, std::span<float> out) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = table[std::size_t(from[i])];
}

/// Elements of `width` bits, the first in the low bits of its byte; rows are not aligned.
void readPacked(const std::byte* bytes, int width, std::uint64_t first, const float* table, std::span<float> out) {
    const unsigned perByte = 8u / unsigned(width), mask = (1u << width) - 1;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::uint64_t at = first + i;
        out[i] = table[std::to_integer<unsigned>(bytes[at / perByte]) >> (at % perByte * unsigned(width)) & mask];
    }
}

}  // namespace

void readFloats(const TensorView& view, std::uint64_t first, std::span<float> out) {
    if (out.empty()) return;
    assert(storageBytes(view.type, first + out.size()).value_or(~std::uint64_t{0}) <= view.bytes.size());
    const int width = bits(view.type);
    const std::byte* from = view.bytes.data() + (width >= 8 ? first * (std::uint64_t(width) / 8) : 0);
    switch (view.type) {
        case ElementType::Float32:
            std::memcpy(out.data(), from, out.size_bytes());
            return;
        case ElementType::Float64:
            return readNumbers<double>(from, out);
        case ElementType::Float16:
            return readHalfs(from, out);
        case ElementType::BFloat16:
            return readBrains(from, out);
        case ElementType::Float8E4M3:
        case ElementType::Float8E4M3Fnuz:
        case ElementType::Float8E5M2:
        case ElementType::Float8E5M2Fnuz:
        case ElementType::Float8E8M0:
            return readBytes(from, byteTable(view.type), out);
        case ElementType::Float4E2M1:
        case ElementType::Int2:
        case ElementType::Int4:
        case ElementType::Uint2:
        case ElementType::Uint4:
            return readPacked(from, width, first, subByteTable(view.type), out);
        case ElementType::Int8:
            return readNumbers<std::int8_t>(from, out);
        case ElementType::Int16:
            return readNumbers<std::int16_t>(from, out);
        case ElementType::Int32:
            return readNumbers<std::int32_t>(from, out);
        case ElementType::Int64:
            return readNumbers<std::int64_t>(from, out);
        case ElementType::Bool:
        case ElementType::Uint8:
            return readNumbers<std::uint8_t>(from, out);
        case ElementType::Uint16:
            return readNumbers<std::uint16_t>(from, out);
        case ElementType::Uint32:
            return readNumbers<std::uint32_t>(from, out);
        case ElementType::Uint64:
            return readNumbers<std::uint64_t>(from, out);
        case ElementType::String:
        case ElementType::Complex64:
        case ElementType::Complex128:
        case ElementType::Undefined:
            assert(!"readFloats takes numbers only");
    }
}

}  // namespace roundoff::tensor
