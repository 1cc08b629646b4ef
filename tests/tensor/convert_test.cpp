#include "core/tensor/convert.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace roundoff::tensor {
namespace {

template <class T>
T one(ElementType type, double value) {
    T out{};
    writeNumbers(type, std::span(&value, 1), std::as_writable_bytes(std::span(&out, 1)));
    return out;
}

/// Value of a float16 pattern, straight from its definition.
double half(std::uint16_t code) {
    const int exponent = code >> 10 & 31, mantissa = code & 1023;
    const double magnitude = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
    return code & 0x8000 ? -magnitude : magnitude;
}

TEST(Convert, EveryFiniteHalfComesBackAndMidpointsGoToEven) {
    for (std::uint32_t code = 0; code < 0x7C00; ++code) {
        ASSERT_EQ(one<std::uint16_t>(ElementType::Float16, half(std::uint16_t(code))), code);
        ASSERT_EQ(one<std::uint16_t>(ElementType::Float16, -half(std::uint16_t(code))), code | 0x8000);
        if (code + 1 == 0x7C00) break;
        const double low = half(std::uint16_t(code)), high = half(std::uint16_t(code + 1)), middle = (low + high) / 2;
        ASSERT_EQ(one<std::uint16_t>(ElementType::Float16, middle), code + (code & 1)) << code;
        ASSERT_EQ(one<std::uint16_t>(ElementType::Float16, std::nextafter(middle, high)), code + 1);
        ASSERT_EQ(one<std::uint16_t>(ElementType::Float16, std::nextafter(middle, low)), code);
    }
    EXPECT_EQ(one<std::uint16_t>(ElementType::Float16, 65519.99), 0x7BFF);
    EXPECT_EQ(one<std::uint16_t>(ElementType::Float16, 65520), 0x7C00);
    EXPECT_EQ(one<std::uint16_t>(ElementType::Float16, -1e300), 0xFC00);
    EXPECT_EQ(one<std::uint16_t>(ElementType::Float16, 1e-300), 0);
}

TEST(Convert, BFloat16IsTheUpperHalfOfAFloatRoundedToEven) {
    for (std::uint32_t code = 0; code < 0x7F80; ++code) {
        const std::uint32_t bits = code << 16;
        float value = 0;
        std::memcpy(&value, &bits, 4);
        ASSERT_EQ(one<std::uint16_t>(ElementType::BFloat16, value), code);
    }
    EXPECT_EQ(one<std::uint16_t>(ElementType::BFloat16, 1.00390625), 0x3F80);  // 1 + 2^-8: a tie, to even
    EXPECT_EQ(one<std::uint16_t>(ElementType::BFloat16, 1.01171875), 0x3F82);
    EXPECT_EQ(one<std::uint16_t>(ElementType::BFloat16, std::numeric_limits<double>::quiet_NaN()) & 0x7FC0, 0x7FC0);
}

TEST(Convert, IntegersAreCutAndNeverOverflowTheCast) {
    EXPECT_EQ(one<std::int64_t>(ElementType::Int64, -3.9), -3);
    EXPECT_EQ(one<std::int64_t>(ElementType::Int64, 1e30), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(one<std::uint8_t>(ElementType::Uint8, 255), 255);
    EXPECT_EQ(one<std::int32_t>(ElementType::Int32, std::numeric_limits<double>::quiet_NaN()), 0);
    EXPECT_EQ(one<std::uint8_t>(ElementType::Bool, 0.5), 1);
}

TEST(Convert, SaysWhatItTakes) {
    for (const ElementType type : {ElementType::Float16, ElementType::Bool, ElementType::Uint64, ElementType::Int8})
        EXPECT_TRUE(writable(type));
    for (const ElementType type : {ElementType::Int4, ElementType::Uint2, ElementType::String, ElementType::Float8E4M3})
        EXPECT_FALSE(writable(type));
}

}  // namespace
}  // namespace roundoff::tensor
