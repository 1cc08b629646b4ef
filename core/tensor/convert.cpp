#include "core/tensor/convert.h"

#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace roundoff::tensor {
namespace {

/// Bit pattern of the nearest small float with `exponent` and `mantissa` bits; overflow becomes infinity.
template <int exponent, int mantissa>
std::uint16_t narrow(double value) {
    constexpr int kBias = (1 << (exponent - 1)) - 1;
    constexpr std::uint16_t kInfinity = std::uint16_t(((1 << exponent) - 1) << mantissa);
    const auto sign = std::uint16_t(std::signbit(value) ? 1u << (exponent + mantissa) : 0u);
    if (std::isnan(value)) return std::uint16_t(sign | kInfinity | 1u << (mantissa - 1));
    const double magnitude = std::fabs(value);
    if (magnitude == 0) return sign;
    if (std::isinf(value)) return sign | kInfinity;
    const int power = std::max(std::ilogb(magnitude), 1 - kBias);
    // Units of the last place; a carry into the next power of two does the right thing in the sum below.
    const auto units = std::uint32_t(std::nearbyint(std::scalbn(magnitude, mantissa - power)));
    const std::uint64_t code = std::uint64_t(power + kBias - 1) * (1u << mantissa) + units;
    return std::uint16_t(sign | (code >= kInfinity || power > kBias ? kInfinity : std::uint16_t(code)));
}

template <class T>
void store(std::byte* at, T value) {
    std::memcpy(at, &value, sizeof(T));
}

std::int64_t whole(double value) {
    if (std::isnan(value)) return 0;
    if (value >= 0x1p63) return std::numeric_limits<std::int64_t>::max();
    if (value <= -0x1p63) return std::numeric_limits<std::int64_t>::min();
    return std::int64_t(value);
}

void write(ElementType type, double value, std::byte* at) {
    switch (type) {
        case ElementType::Float64:
            return store(at, value);
        case ElementType::Float32:
            return store(at, float(value));
        case ElementType::Float16:
            return store(at, narrow<5, 10>(value));
        case ElementType::BFloat16:
            return store(at, narrow<8, 7>(value));
        case ElementType::Bool:
            return store(at, std::uint8_t(value != 0));
        default:
            break;
    }
    const std::int64_t integer = whole(value);
    std::memcpy(at, &integer, std::size_t(bits(type)) / 8);  // little-endian, like every file that is read here
}

template <class T>
void writeAll(ElementType type, std::span<const T> values, std::span<std::byte> out) {
    assert(writable(type) && storageBytes(type, values.size()) == out.size());
    const std::size_t width = std::size_t(bits(type)) / 8;
    for (std::size_t i = 0; i < values.size(); ++i) write(type, double(values[i]), out.data() + i * width);
}

}  // namespace

bool writable(ElementType type) {
    if (isFloat(type) || type == ElementType::Bool) return true;
    return type >= ElementType::Int2 && type <= ElementType::Uint64 && bits(type) >= 8;
}

void writeNumbers(ElementType type, std::span<const double> values, std::span<std::byte> out) {
    writeAll(type, values, out);
}
void writeFloats(ElementType type, std::span<const float> values, std::span<std::byte> out) {
    if (type == ElementType::Float32) {
        assert(out.size() == values.size_bytes());
        if (!values.empty()) std::memcpy(out.data(), values.data(), values.size_bytes());
        return;
    }
    writeAll(type, values, out);
}

}  // namespace roundoff::tensor
