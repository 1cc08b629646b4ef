#include "core/exports/packing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace roundoff::exports {
namespace {

using tensor::ElementType;

std::string hex(const std::vector<std::byte>& bytes) {
    std::string text;
    for (const std::byte b : bytes) text += fmt::format("{:02x}", std::to_integer<int>(b));
    return text;
}
template <class T = std::int16_t>
std::string packed(ElementType type, std::vector<T> codes) {
    return hex(pack(type, std::span<const T>(codes)));
}

TEST(Packing, FourBitsLowNibbleFirstOverTheFlatTensor) {
    EXPECT_EQ(packed(ElementType::Uint4, {1, 2, 3, 4, 5, 6, 7, 8, 9}), "2143658709");  // 3 × 3: rows are not aligned
    EXPECT_EQ(packed(ElementType::Int4, {-8, -1, 7}), "f807");
    EXPECT_EQ(packed(ElementType::Int4, {}), "");
}

TEST(Packing, OtherWidths) {
    EXPECT_EQ(packed(ElementType::Uint2, {0, 1, 2, 3, 1}), "e401");
    EXPECT_EQ(packed(ElementType::Int2, {-2, -1, 0, 1}), "4e");
    EXPECT_EQ(packed(ElementType::Int8, {-128, -1, 127}), "80ff7f");
    EXPECT_EQ(packed(ElementType::Int16, {-2, 258}), "feff0201");
    EXPECT_EQ(packed(ElementType::Uint16, {std::int16_t(65535), std::int16_t(32768)}), "ffff0080");
    EXPECT_EQ(packed<std::int32_t>(ElementType::Uint16, {65535, 1}), "ffff0100");
    EXPECT_EQ(packed(ElementType::Float8E4M3, {0x7E, 0x80}), "7e80");
}

// MatMulNBits, checked by hand against its definition: column n holds its codes along K, even k in the low nibble.
TEST(Packing, NBitsRunsDownTheColumns) {
    const NBitsShape shape{16, 2, 16, 4};
    std::vector<std::int16_t> codes(32);
    for (int k = 0; k < 16; ++k) {
        codes[std::size_t(k) * 2] = std::int16_t(k);           // column 0: 0 … 15
        codes[std::size_t(k) * 2 + 1] = std::int16_t(15 - k);  // column 1: 15 … 0
    }
    EXPECT_EQ(hex(packNBits(shape, codes, 0)),
              "1032547698badcfe"
              "efcdab8967452301");
}

TEST(Packing, NBitsSignedCodesAreOffsetAndTheTailIsZero) {
    const NBitsShape shape{18, 1, 16, 4};  // two blocks, the second holds two codes
    std::vector<std::int16_t> codes(18, -8);
    codes[16] = 7;
    codes[17] = -1;
    EXPECT_EQ(hex(packNBits(shape, codes, 8)),
              "0000000000000000"
              "7f00000000000000");
    const NBitsShape wide{18, 1, 16, 8};
    EXPECT_EQ(hex(packNBits(wide, std::vector<std::int16_t>(18, -127), 128)),
              std::string("01010101010101010101010101010101") + "0101" + std::string(28, '0'));
}

TEST(Packing, NBitsZeroPointsAreByteAlignedPerColumn) {
    const NBitsShape shape{48, 2, 16, 4};                     // three blocks a column
    const std::vector<std::int32_t> zeros{1, 4, 2, 5, 3, 6};  // [blocks, N]
    EXPECT_EQ(hex(packNBitsZeros(shape, zeros, 0)),
              "2103"
              "5406");
    EXPECT_EQ(hex(packNBitsZeros(shape, {}, 8)),
              "8808"
              "8808");
    const std::vector<float> scales{1, 4, 2, 5, 3, 6};
    EXPECT_EQ(transposeScales(shape, scales), (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST(Packing, EveryCodeComesBackFromOddSizes) {
    for (const int bits : {2, 4, 8}) {
        const ElementType type = bits == 2 ? ElementType::Uint2 : bits == 4 ? ElementType::Uint4 : ElementType::Uint8;
        for (std::size_t n = 0; n < 68; ++n) {
            std::vector<std::int16_t> codes(n);
            for (std::size_t i = 0; i < n; ++i) codes[i] = std::int16_t((i * 7 + 3) % (1u << bits));
            const auto bytes = pack(type, std::span<const std::int16_t>(codes));
            ASSERT_EQ(bytes.size(), (n * std::size_t(bits) + 7) / 8);
            for (std::size_t i = 0; i < n; ++i) {
                const std::size_t bit = i * std::size_t(bits);
                ASSERT_EQ(std::to_integer<int>(bytes[bit / 8]) >> (bit % 8) & ((1 << bits) - 1), codes[i]);
            }
        }
    }
}

}  // namespace
}  // namespace roundoff::exports
