#include "core/tensor/tensor_view.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "core/tensor/convert.h"

namespace roundoff::tensor {
namespace {

template <class T>
std::vector<float> read(ElementType type, const std::vector<T>& stored, std::int64_t count, std::uint64_t first = 0) {
    std::vector<float> out(std::size_t(count) - first);
    readFloats({type, {count}, std::as_bytes(std::span(stored))}, first, out);
    return out;
}

std::vector<std::uint8_t> allBytes() {
    std::vector<std::uint8_t> codes(256);
    for (std::size_t i = 0; i < 256; ++i) codes[i] = std::uint8_t(i);
    return codes;
}

/// (-1)^S · 2^(e-bias) · (1+m/2^M); e = 0: (-1)^S · 2^(1-bias) · m/2^M. The formula, in double.
double formula(unsigned code, int exponentBits, int mantissaBits, int bias) {
    const double sign = code >> (exponentBits + mantissaBits) & 1 ? -1 : 1;
    const int e = int(code >> mantissaBits) & ((1 << exponentBits) - 1);
    const double m = double(code & ((1u << mantissaBits) - 1)) / (1 << mantissaBits);
    return e == 0 ? sign * std::pow(2.0, 1 - bias) * m : sign * std::pow(2.0, e - bias) * (1 + m);
}

TEST(ReadFloats, EveryFloat8CodeFollowsTheFormula) {
    struct Case {
        ElementType type;
        int exponent, mantissa, bias;
        std::vector<unsigned> nan, inf;
    };
    const std::vector<Case> cases{
        {ElementType::Float8E4M3, 4, 3, 7, {0x7F, 0xFF}, {}},
        {ElementType::Float8E4M3Fnuz, 4, 3, 8, {0x80}, {}},
        {ElementType::Float8E5M2, 5, 2, 15, {0x7D, 0x7E, 0x7F, 0xFD, 0xFE, 0xFF}, {0x7C, 0xFC}},
        {ElementType::Float8E5M2Fnuz, 5, 2, 16, {0x80}, {}},
    };
    const auto contains = [](const std::vector<unsigned>& list, unsigned code) {
        return std::find(list.begin(), list.end(), code) != list.end();
    };
    for (const Case& c : cases) {
        const std::vector<float> values = read(c.type, allBytes(), 256);
        for (unsigned code = 0; code < 256; ++code) {
            if (contains(c.nan, code)) {
                ASSERT_TRUE(std::isnan(values[code])) << name(c.type) << ' ' << code;
            } else if (contains(c.inf, code)) {
                ASSERT_TRUE(std::isinf(values[code])) << name(c.type) << ' ' << code;
                ASSERT_EQ(std::signbit(values[code]), code >= 0x80);
            } else {
                const double expected = formula(code, c.exponent, c.mantissa, c.bias);
                ASSERT_EQ(double(values[code]), expected) << name(c.type) << ' ' << code;
                ASSERT_EQ(std::signbit(values[code]), std::signbit(expected));
            }
        }
    }
}

TEST(ReadFloats, ReachesThePublishedLimits) {
    EXPECT_EQ(read(ElementType::Float8E4M3, allBytes(), 256)[0x7E], 448);
    EXPECT_EQ(read(ElementType::Float8E4M3Fnuz, allBytes(), 256)[0x7F], 240);
    EXPECT_EQ(read(ElementType::Float8E5M2, allBytes(), 256)[0x7B], 57344);
    EXPECT_EQ(read(ElementType::Float8E5M2Fnuz, allBytes(), 256)[0x7F], 57344);
}

TEST(ReadFloats, E8M0IsAPowerOfTwo) {
    const std::vector<float> values = read(ElementType::Float8E8M0, allBytes(), 256);
    for (int code = 0; code < 255; ++code) ASSERT_EQ(double(values[std::size_t(code)]), std::pow(2.0, code - 127));
    EXPECT_TRUE(std::isnan(values[255]));
}

TEST(ReadFloats, SubByteTypesStartInTheLowBitsAndIgnoreRows) {
    // Low nibble first: 0..15.
    const std::vector<std::uint8_t> nibbles{0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xDC, 0xFE};
    EXPECT_EQ(read(ElementType::Float4E2M1, nibbles, 16),
              (std::vector<float>{0, .5f, 1, 1.5f, 2, 3, 4, 6, -0.f, -.5f, -1, -1.5f, -2, -3, -4, -6}));
    EXPECT_EQ(read(ElementType::Int4, nibbles, 16),
              (std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1}));
    EXPECT_EQ(read(ElementType::Uint4, nibbles, 15, 7), (std::vector<float>{7, 8, 9, 10, 11, 12, 13, 14}));
    const std::vector<std::uint8_t> pairs{0b11100100, 0b00011011};
    EXPECT_EQ(read(ElementType::Uint2, pairs, 8), (std::vector<float>{0, 1, 2, 3, 3, 2, 1, 0}));
    EXPECT_EQ(read(ElementType::Int2, pairs, 8, 1), (std::vector<float>{1, -2, -1, -1, -2, 1, 0}));
}

TEST(ReadFloats, EveryHalfAndBrainCode) {
    std::vector<std::uint16_t> codes(65536);
    for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = std::uint16_t(i);
    const std::vector<float> half = read(ElementType::Float16, codes, 65536);
    const std::vector<float> brain = read(ElementType::BFloat16, codes, 65536);
    for (unsigned code = 0; code < 65536; ++code) {
        ASSERT_EQ(std::bit_cast<std::uint32_t>(brain[code]), code << 16);
        if ((code & 0x7C00) != 0x7C00) {
            ASSERT_EQ(double(half[code]), formula(code, 5, 10, 15)) << code;
            ASSERT_EQ(std::signbit(half[code]), code >= 0x8000);
        } else {
            ASSERT_EQ(std::isinf(half[code]), (code & 0x3FF) == 0) << code;
            ASSERT_EQ(std::isnan(half[code]), (code & 0x3FF) != 0) << code;
        }
    }
}

TEST(ReadFloats, IntegersAreReadByValueAtAnyOffset) {
    EXPECT_EQ(read<std::int8_t>(ElementType::Int8, {-128, 0, 127}, 3), (std::vector<float>{-128, 0, 127}));
    EXPECT_EQ(read<std::uint8_t>(ElementType::Uint8, {0, 128, 255}, 3, 1), (std::vector<float>{128, 255}));
    EXPECT_EQ(read<std::int16_t>(ElementType::Int16, {-32768, 7}, 2), (std::vector<float>{-32768, 7}));
    EXPECT_EQ(read<std::uint16_t>(ElementType::Uint16, {65535, 7}, 2, 1), (std::vector<float>{7}));
    EXPECT_EQ(read<std::int32_t>(ElementType::Int32, {-70000, 7}, 2), (std::vector<float>{-70000, 7}));
    EXPECT_EQ(read<std::uint32_t>(ElementType::Uint32, {4000000000u}, 1), (std::vector<float>{4e9f}));
    EXPECT_EQ(read<std::int64_t>(ElementType::Int64, {-5, 1}, 2), (std::vector<float>{-5, 1}));
    EXPECT_EQ(read<std::uint64_t>(ElementType::Uint64, {5, 1}, 2, 1), (std::vector<float>{1}));
    EXPECT_EQ(read<std::uint8_t>(ElementType::Bool, {0, 1}, 2), (std::vector<float>{0, 1}));
}

TEST(ReadFloats, Float64IsRoundedToTheNearest) {
    EXPECT_EQ(read<double>(ElementType::Float64, {0.1, 1 + 0x1p-24, 1e300, -2}, 4),
              (std::vector<float>{0.1f, 1, std::numeric_limits<float>::infinity(), -2}));
}

TEST(ReadFloats, BytesNeedNoAlignment) {
    std::vector<std::byte> shifted(1 + 4 * sizeof(float));
    const std::vector<float> values{1.5f, -2, 3, 4};
    std::memcpy(shifted.data() + 1, values.data(), 16);
    std::vector<float> out(3);
    readFloats({ElementType::Float32, {4}, std::span(shifted).subspan(1)}, 1, out);
    EXPECT_EQ(out, (std::vector<float>{-2, 3, 4}));
    readFloats({ElementType::Float32, {0}, {}}, 0, {});  // nothing of nothing
}

}  // namespace
}  // namespace roundoff::tensor
