// llama.cpp's block formats: ggml's own bytes as golden data, and its decoder's formulas written out by element.
#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <map>
#include <span>
#include <string>

#include "core/base/sha256.h"
#include "tests/kernels/ggml_fixture.h"
#include "tests/support/random.h"

namespace roundoff::kernels::ggml {
namespace {

std::string hex(const Bytes& bytes) {
    std::string text;
    for (const std::byte b : bytes)
        for (const int shift : {4, 0}) text += "0123456789abcdef"[unsigned(b) >> shift & 15];
    return text;
}

template <class T>
std::string digest(const std::vector<T>& values) {
    Sha256 sha;
    sha.update(std::as_bytes(std::span(values)));
    return sha.finish();
}

TEST(GgmlGolden, WritesGgmlsBytes) {
    const std::map<Type, std::string> golden{
        {Type::Q8_0, "4d2281df3d9af856b41270cd2b89e745a2005ebb1977d53390ee4caa0866c3217fdc"},
        {Type::Q4_0, "4032e046acf258bd1379df358be046acf268"},
        {Type::Q4_1, "ab3240bed0369bf257bd1369ce258ae0469cf258"},
        {Type::Q5_0, "402ea4a52d6dc07c38f3bf6b26e2ae5a15d18d49f4c0"},
        {Type::Q5_1, "742e40bea4a52d6db07b37e3af6a26d29d5905c18c48f4b0"},
        {Type::Q4_K,
         "de1a2c26fefffffcfffdfefecfdcfffea0156bc1278cd3489e045ab0167bc2378de349ae056ab1267cd2389de459af15268ce248ad045"
         "9b0157b"
         "d1379ce348ae046ac0267bd2379df359be156ac1268c9df359be157ac1268ce248ad0459b0157bd1379ce348ae046ac0267bd2379df31"
         "56ac126"
         "8cd2489df459b0157bc1378ce348ae046ab0267bd2379de359ae156a"},
        {Type::Q5_K,
         "8e165326fffdfdfdfffcfeffdfeffdcf326c9936cc9366c9b36499324c9926cc9366c9336c99364c9b66cdb366d9336c702be7a35f1ad"
         "6824d09"
         "c5813cf8b46f2be7935e1ad6824d09c5703cf8a36f2b5e1ad5914d09c4803cf8b36f2be6a25e1ad5914d09c4703cf7b36f2be6a25e1a3"
         "be8b36e"
         "2be6925e19c5814c08b4703cf7a36f2ad6925d19c5814c08b4703be71bd7824e0ab5713de9a4602cd8935f1bc6824e0ab5713de9a4601"
         "cd7935f"
         "1bc6"},
        {Type::Q6_K,
         "d158bf37be25ad048b047bf37ad159d0c941ea63eb74fb741d951ea72fc841c9bf35ad169b048df26be069d147cf38bd1a922c840d85e"
         "d77ff57"
         "d038b04aa22b67df58c139b22aa22b931c85fd76ee57ce5ad137b31a902c830f86ec78ff55d1c841da62eb63fc840d951ea63fb840c9d"
         "129b30b"
         "931c74fe86de67ff47d129b118b1c66cb11b6c861b71c61cb1c76cb22453f9248ef9138ef4538d2452f9248ed4a209d47e09a37e14a34"
         "9d4ae09"
         "d77ec863be1463c9147ec923bec463bd1463807f897a867a84877f737d7a81877c89758e"},
    };
    for (const Type type : kTypes) {
        Floats x(layout(type).elements);
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = (float(37 * i % 101) - 50) / 32;
        EXPECT_EQ(hex(referenceBytes(type, x)), golden.at(type)) << nameOf(type);
    }
}

TEST(GgmlGolden, WritesAndReadsGgmlsBytesOfManyBlocks) {
    // Digests of what ggml's compiled quantize_row_*_ref and dequantize_row_* made of the same numbers: about Gaussian,
    // and scaled by 2^-14 to 2^8 from one group of 16 to the next.
    const std::map<Type, std::pair<const char*, const char*>> golden{
        {Type::Q8_0,
         {"e693dc5dbebf722f9e8ca4b6d290455e2ab0dc430c129466945488487408f146",
          "40bba1079b68d05a519448592129d5d5ed4be3f43b6b3f3f84b9c4eae923a59d"}},
        {Type::Q4_0,
         {"14b64dfdbde4ea99c97e006b63c023b9879df1c1c56764caa13f8839bb7ec44d",
          "6c9bf4d9434488543e3ad6c8718419e4a3e1ab65ac0a01b4064c01a1f02e8ca1"}},
        {Type::Q4_1,
         {"96bb60b0dba352ca78f40279034a19bcc28509d96e97c0ea1bf6a2d29c51439f",
          "670e46aae2cd3842f49a306748b7bdb40503eaac8e8ba160c7aed4514998dfa2"}},
        {Type::Q5_0,
         {"310a76dbcc60cd9db0a0285a1ee57d3aed58727693359a090b8eb8fc1e1b4588",
          "3fa2ae6394a9fac01d6304bcadf240805aa26d7b07354ab8662ef6bea3fc368a"}},
        {Type::Q5_1,
         {"f34419201b91f48aa9cd1cb255669dac14343e1a0f42b0b7d10d605a0f54a819",
          "5e57e78fd0c9b31787502d31704687a97df926d2771c644831d3ce7bd42ff5cf"}},
        {Type::Q4_K,
         {"5355116047e419892be1c32741a554861b13bb8d803c1d75bc40675535e3d0f4",
          "c8ecf0e67f55c1720c8db7cae58b3145da76d63180f088c204bfd820129fe68f"}},
        {Type::Q5_K,
         {"7ae9756ba47f65e3253f913adeb6cf9d33849c87ff030f5292c3808548f591a9",
          "7b9dcc8d814d0f25754e6ee6cbac9d54ece78f9c6927d8ef1f7c9dc2c1300b49"}},
        {Type::Q6_K,
         {"5033e9d7fa9bbee28061b946d39d247872745222bcd7f3240db9ef35aac42423",
          "22b7f965b61c1f974ad9d66fa8d14af837bb4990062093d8ac26242558574d9d"}},
    };
    test::Random random(5);
    Floats x(256 * 64);
    for (std::size_t i = 0; i < x.size(); ++i) {
        double sum = -6;  // no library function, whose last bit differs between machines
        for (int k = 0; k < 12; ++k) sum += random.uniform();
        x[i] = float(std::ldexp(sum, int(i / 16 * 7 % 23) - 14));
    }
    for (const Type type : kTypes) {
        const Bytes bytes = referenceBytes(type, x);
        EXPECT_EQ(digest(bytes), golden.at(type).first) << nameOf(type);
        EXPECT_EQ(digest(decoded(type, bytes)), golden.at(type).second) << nameOf(type);
    }
}

/// Element i of one block, by the format's published formula.
float decodedElement(Type type, const std::uint8_t* b, std::size_t i) {
    const auto half = [&](std::size_t at) {
        const int bits = b[at] | b[at + 1] << 8, exponent = bits >> 10 & 31, mantissa = bits & 1023;
        const double a = exponent ? std::ldexp(1024 + mantissa, exponent - 25) : std::ldexp(mantissa, -24);
        return float(bits & 0x8000 ? -a : a);
    };
    const auto nibble = [&](std::size_t at) { return b[at + i % 16] >> 4 * (i / 16) & 15; };
    const auto fifth = [&](std::size_t at) { return (b[at + i / 8] >> i % 8 & 1) << 4; };
    switch (type) {
        case Type::Q8_0:
            return half(0) * float(std::int8_t(b[2 + i]));
        case Type::Q4_0:
            return half(0) * float(nibble(2) - 8);
        case Type::Q4_1:
            return half(0) * float(nibble(4)) + half(2);
        case Type::Q5_0:
            return half(0) * float((nibble(6) | fifth(2)) - 16);
        case Type::Q5_1:
            return half(0) * float(nibble(8) | fifth(4)) + half(2);
        case Type::Q6_K: {
            const std::size_t h = i / 128, l = i % 32, g = i % 128 / 32;
            const int low = b[64 * h + 32 * (g % 2) + l] >> 4 * (g / 2) & 15, high = b[128 + 32 * h + l] >> 2 * g & 3;
            return half(208) * float(std::int8_t(b[192 + i / 16])) * float((low | high << 4) - 32);
        }
        default:
            break;
    }
    const std::uint8_t* s = b + 4;
    const std::size_t j = i / 32, at = (type == Type::Q5_K ? 48 : 16) + 32 * (i / 64) + i % 32;
    const int scale = j < 4 ? s[j] & 63 : (s[j + 4] & 15) | s[j - 4] >> 6 << 4;
    const int min = j < 4 ? s[j + 4] & 63 : s[j + 4] >> 4 | s[j] >> 6 << 4;
    int q = b[at] >> 4 * (j % 2) & 15;
    if (type == Type::Q5_K) q |= (b[16 + i % 32] >> j & 1) << 4;
    return half(0) * float(scale) * float(q) - half(2) * float(min);
}

TEST(GgmlGolden, DecodesEveryBitByTheFormula) {
    test::Random random(11);
    for (const Type type : kTypes) {
        const auto [elements, bytes] = layout(type);
        for (int round = 0; round < 200; ++round) {
            std::vector<std::uint8_t> block(bytes);
            for (auto& b : block) b = std::uint8_t(random.bits());
            const std::size_t first = type == Type::Q6_K ? 208 : 0;
            for (const std::size_t at : {first, first ? first : 2}) block[at + 1] &= 0xBF;  // finite halves
            Floats y(elements);
            dequantize(type, reinterpret_cast<const std::byte*>(block.data()), 1, y.data());
            for (std::size_t i = 0; i < elements; ++i)
                ASSERT_EQ(std::bit_cast<std::uint32_t>(y[i]),
                          std::bit_cast<std::uint32_t>(decodedElement(type, block.data(), i)))
                    << nameOf(type) << " element " << i << " round " << round;
        }
    }
}

}  // namespace
}  // namespace roundoff::kernels::ggml
