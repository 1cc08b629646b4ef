// llama.cpp's block formats: every instruction set that this machine runs against the reference, and properties.
#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <string>

#include "tests/kernels/ggml_fixture.h"
#include "tests/kernels/targets.h"
#include "tests/support/random.h"

namespace roundoff::kernels::ggml {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInf = std::numeric_limits<float>::infinity(),
                kMax = std::numeric_limits<float>::max();
/// Bit patterns, so that NaN equals itself and -0 differs from 0.
std::vector<std::uint32_t> bits(const Floats& x) {
    std::vector<std::uint32_t> out(x.size());
    std::memcpy(out.data(), x.data(), x.size() * sizeof(float));
    return out;
}

double sqnr(const Floats& x, const Floats& y) {
    double signal = 0, noise = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        signal += double(x[i]) * x[i];
        noise += (double(x[i]) - y[i]) * (double(x[i]) - y[i]);
    }
    return 10 * std::log10(signal / noise);
}

/// 13 blocks of 256 of each kind of input, ordinary and hostile.
std::vector<std::pair<std::string, Floats>> inputs() {
    constexpr std::size_t kCount = 13 * 256;
    std::vector<std::pair<std::string, Floats>> all;
    const auto add = [&](const std::string& name, const auto& element) {
        test::Random random(all.size());
        Floats x(kCount);
        for (std::size_t i = 0; i < kCount; ++i) x[i] = float(element(random, i));
        all.emplace_back(name, std::move(x));
    };
    using test::Random;
    for (int exponent = -45; exponent <= 38; ++exponent)
        add("Gaussian 1e" + std::to_string(exponent), [&](Random& r, std::size_t) {
            return std::clamp(r.gauss() * std::pow(10.0, exponent), -double(kMax), double(kMax));
        });
    add("Laplace", [](Random& r, std::size_t) { return r.laplace(); });
    add("few integers", [](Random& r, std::size_t) { return double(r.bits() % 7) - 3; });
    add("positive", [](Random& r, std::size_t) { return r.uniform(); });
    add("positive, far from 0", [](Random& r, std::size_t) { return 5 + r.uniform(); });
    add("negative", [](Random& r, std::size_t) { return -r.uniform(); });
    add("negative, far from 0", [](Random& r, std::size_t) { return -5 - r.uniform(); });
    add("zero", [](Random&, std::size_t) { return 0.0; });
    add("zeros of both signs", [](Random& r, std::size_t) { return r.bits() % 2 ? 0.0 : -0.0; });
    add("sparse", [](Random& r, std::size_t) { return r.bits() % 20 ? -0.0 : r.gauss(); });
    add("constant by 32", [](Random&, std::size_t i) { return std::sin(double(i / 32)); });
    add("constant by 256", [](Random&, std::size_t i) { return std::sin(double(i / 256)); });
    add("many scales", [](Random& r, std::size_t i) { return std::ldexp(r.gauss(), int(i / 16 * 29 % 60) - 40); });
    add("not finite", [](Random& r, std::size_t) {
        const auto kind = r.bits() % 50;
        return kind == 0 ? kNan : kind == 1 ? kInf : kind == 2 ? -kInf : r.gauss();
    });
    add("blocks not finite", [](Random& r, std::size_t i) {
        return i / 32 % 5 == 0 ? kNan : i / 32 % 5 == 1 ? kInf : r.gauss();
    });
    add("largest", [](Random& r, std::size_t) { return (double(r.bits() % 3) - 1) * kMax; });
    return all;
}

class GgmlTargets : public test::OnInstructionSet {};
INSTANTIATE_TEST_SUITE_P(Targets, GgmlTargets, testing::ValuesIn(test::instructionSets()), test::instructionSetName);

TEST_P(GgmlTargets, EqualTheReferenceBitForBit) {
    for (const auto& [name, x] : inputs()) {
        for (const Type type : kTypes) {
            const Bytes want = referenceBytes(type, x);
            ASSERT_TRUE(bytesOf(type, x, quantize) == want) << nameOf(type) << ", " << name;
            const Floats y = decoded(type, want);
            const std::size_t blocks = x.size() / layout(type).elements;
            Floats got(x.size()), inPlace = x;
            round(type, x.data(), blocks, got.data());
            round(type, inPlace.data(), blocks, inPlace.data());
            ASSERT_TRUE(bits(got) == bits(y)) << nameOf(type) << ", " << name;
            ASSERT_TRUE(bits(inPlace) == bits(y)) << nameOf(type) << ", " << name;
            ASSERT_TRUE(std::ranges::all_of(y, [](float v) { return std::isfinite(v); }))
                << nameOf(type) << ", " << name;
        }
    }
}

TEST_P(GgmlTargets, WriteNothingBeyondTheBlocks) {
    const auto x = test::gaussian(5 * 256, 3);
    for (const Type type : kTypes) {
        const auto [elements, bytes] = layout(type);
        for (std::size_t blocks = 0; blocks <= 4; ++blocks) {
            Floats y(x.size(), 7);
            round(type, x.data(), blocks, y.data());
            Bytes out(5 * bytes, std::byte(7));
            quantize(type, x.data(), blocks, out.data());
            const auto count = std::ptrdiff_t(blocks * elements), size = std::ptrdiff_t(blocks * bytes);
            EXPECT_THAT(Floats(y.begin() + count, y.end()), testing::Each(7.0F)) << nameOf(type);
            EXPECT_THAT(Bytes(out.begin() + size, out.end()), testing::Each(std::byte(7))) << nameOf(type);
            EXPECT_EQ(decoded(type, Bytes(out.begin(), out.begin() + size)), Floats(y.begin(), y.begin() + count));
        }
    }
}

TEST(GgmlBlocks, ElementsThatAreNotFiniteCountAsTheExtremes) {
    const auto clean = test::gaussian(256, 9);
    for (const Type type : kTypes) {
        Floats x(clean.begin(), clean.begin() + std::ptrdiff_t(layout(type).elements)), expected = x;
        x[3] = kNan, x[8] = kInf, x[20] = -kInf;
        Floats finite;
        std::ranges::copy_if(x, std::back_inserter(finite), [](float v) { return std::isfinite(v); });
        const auto [low, high] = std::ranges::minmax(finite);
        expected[3] = expected[20] = low, expected[8] = high;
        EXPECT_EQ(referenceBytes(type, x), referenceBytes(type, expected)) << nameOf(type);
        const Floats none(x.size(), kNan);
        EXPECT_EQ(referenceBytes(type, none), referenceBytes(type, Floats(x.size(), 0.0F))) << nameOf(type);
    }
}

TEST(GgmlBlocks, ScalesSaturate) {
    for (const Type type : kTypes) {
        Floats x(layout(type).elements, 65504);
        x[0] = -1e30F;
        const Floats y = decoded(type, referenceBytes(type, x));
        EXPECT_LE(y[0], -65504) << nameOf(type);
        if (y.size() > 32) continue;  // there the scale of its group shares 6 or 8 bits with the huge one
        EXPECT_EQ(y[1], 65504) << nameOf(type) << ": the codes fit the scale that is stored";
    }
}

TEST(GgmlBlocks, MoreBitsAndASearchHelpOnGaussians) {
    const auto x = test::gaussian(256 * 256, 4);
    std::map<Type, double> of;
    for (const Type type : kTypes) of[type] = sqnr(x, decoded(type, referenceBytes(type, x)));
    EXPECT_GT(of[Type::Q8_0], of[Type::Q6_K] + 6);
    EXPECT_GT(of[Type::Q6_K], of[Type::Q5_K] + 3);
    EXPECT_GT(of[Type::Q5_K], of[Type::Q5_1]);
    EXPECT_GT(of[Type::Q5_K], of[Type::Q5_0]);
    EXPECT_GT(of[Type::Q5_0], of[Type::Q4_K] + 3);
    EXPECT_GT(of[Type::Q4_K], of[Type::Q4_1]);
    EXPECT_GT(of[Type::Q4_K], of[Type::Q4_0]);
}

TEST(GgmlBlocks, OneSidedGroupsGainFromAMinimum) {
    auto x = test::gaussian(256 * 64, 6);
    for (float& v : x) v = std::abs(v);
    const auto of = [&](Type type) { return sqnr(x, decoded(type, referenceBytes(type, x))); };
    EXPECT_GT(of(Type::Q4_1), of(Type::Q4_0) + 3);
    EXPECT_GT(of(Type::Q5_1), of(Type::Q5_0) + 3);
    EXPECT_GT(of(Type::Q4_K), of(Type::Q4_0) + 3);
}

TEST(GgmlBlocks, ErrorStaysBelowHalfAStepOfTheWidestGroup) {
    // Steps are of the block's range; fp16 rounds them by at most 2^-11, which moves the outermost code most.
    const auto x = test::gaussian(256 * 64, 8);
    const std::map<Type, double> steps{{Type::Q8_0, 254}, {Type::Q4_1, 15}, {Type::Q5_1, 31}};
    for (const auto& [type, count] : steps) {
        const Floats y = decoded(type, referenceBytes(type, x));
        for (std::size_t b = 0; b < x.size(); b += 32) {
            const auto [low, high] =
                std::minmax_element(x.begin() + std::ptrdiff_t(b), x.begin() + std::ptrdiff_t(b + 32));
            const double absmax = std::max(std::abs(*low), std::abs(*high));
            const double range = type == Type::Q8_0 ? 2 * absmax : double(*high) - *low;
            for (std::size_t i = b; i < b + 32; ++i)
                ASSERT_LE(std::abs(double(x[i]) - y[i]), range / count / 2 + absmax * 3 / 2048) << nameOf(type);
        }
    }
}

TEST(GgmlBlocks, SizesAreGgmls) {
    const std::map<Type, double> bitsPerWeight{{Type::Q8_0, 8.5}, {Type::Q4_0, 4.5},   {Type::Q4_1, 5},
                                               {Type::Q5_0, 5.5}, {Type::Q5_1, 6},     {Type::Q4_K, 4.5},
                                               {Type::Q5_K, 5.5}, {Type::Q6_K, 6.5625}};
    for (const Type type : kTypes) {
        const auto [elements, bytes] = layout(type);
        EXPECT_EQ(double(bytes) * 8 / double(elements), bitsPerWeight.at(type)) << nameOf(type);
    }
}

}  // namespace
}  // namespace roundoff::kernels::ggml
