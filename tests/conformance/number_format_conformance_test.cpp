// What every number format must hold, at every granularity. A new line in the registry is tested by being there.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "core/kernels/reference.h"
#include "core/schemes/number_format.h"
#include "core/schemes/quantized_tensor.h"
#include "tests/support/memory_model.h"
#include "tests/support/random.h"

namespace roundoff::schemes {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInf = std::numeric_limits<float>::infinity();

std::vector<TensorScheme> allSchemes() {
    std::vector<TensorScheme> list;
    for (const NumberFormat& format : numberFormats()) {
        if (!format.grid) continue;
        for (const Symmetry symmetry : format.symmetries)
            for (const auto kind : format.granularities)
                for (const auto rule : format.ranges) {
                    if (kind == Granularity::Kind::Token) continue;
                    TensorScheme scheme = format.defaults;
                    scheme.symmetry = symmetry;
                    scheme.granularity = {kind, 0, kind == Granularity::Kind::Group ? 16U : 0U};
                    scheme.range = {rule, rule == Range::Rule::Percentile ? 99.0 : 100.0};
                    list.push_back(scheme);
                }
    }
    return list;
}

struct RoundTrip {
    QuantizedTensor tensor;
    std::vector<float> values;
};

RoundTrip roundTrip(const TensorScheme& scheme, const tensor::Shape& shape, const std::vector<float>& x) {
    Job job;
    const auto data = test::floatTensor(shape, x);
    auto quantized = quantize(data.view, int(shape.size()) - 1, 0, scheme, job);
    EXPECT_TRUE(quantized) << quantized.error().line();
    RoundTrip result{std::move(*quantized), std::vector<float>(x.size())};
    dequantize(result.tensor, 0, result.values);
    return result;
}

class NumberFormats : public testing::TestWithParam<TensorScheme> {};
INSTANTIATE_TEST_SUITE_P(Registry, NumberFormats, testing::ValuesIn(allSchemes()), [](const auto& each) {
    std::string name = text({each.param, {}});
    for (char& c : name)
        if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
    return name;
});

TEST_P(NumberFormats, RoundsToTheNearestLevelWithinRange) {
    const auto set = levels(GetParam());
    const auto grid = findNumberFormat(GetParam().format)->grid(GetParam());
    double widest = 0;  // distance from a level to where its neighbour takes over
    for (std::size_t i = 1; i < set.size(); ++i) {
        const auto* own = std::get_if<kernels::LevelGrid>(&grid);
        const double threshold = own ? own->thresholds[i - 1] : (set[i] + set[i - 1]) / 2;
        widest = std::max({widest, set[i] - threshold, threshold - set[i - 1]});
    }
    for (const tensor::Shape& shape : {tensor::Shape{64, 8}, tensor::Shape{33, 3}, tensor::Shape{5, 1}}) {
        const auto x = test::gaussian(std::size_t(shape[0] * shape[1]), 11);
        const auto result = roundTrip(GetParam(), shape, x);
        const bool clips = GetParam().range.rule != Range::Rule::MinMax;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const float scale = result.tensor.scales[result.tensor.tiling.index(i)];
            // An asymmetric zero moves the ends by up to half a step.
            const double bound = (GetParam().symmetry == Symmetry::Asymmetric ? 2.0 : 1.0) * widest * scale * 1.0001;
            // Scales that are small numbers themselves may be a little too small for the largest of a block.
            if (!clips && std::abs(x[i]) <= set.back() * scale) {
                EXPECT_LE(std::abs(x[i] - result.values[i]), bound) << i;
            }
        }
    }
}

TEST_P(NumberFormats, KeepsZeroSignAndOrder) {
    std::vector<float> x;
    for (int i = -40; i <= 40; ++i) x.push_back(float(i) * 0.01F);
    const auto result = roundTrip(GetParam(), {81, 1}, x);
    EXPECT_EQ(result.values[40], 0.0F);
    for (std::size_t i = 1; i < x.size() && result.tensor.scales.size() == 1; ++i)
        EXPECT_LE(result.values[i - 1], result.values[i]);
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_GE(double(x[i]) * double(result.values[i]), 0.0);
}

TEST_P(NumberFormats, IsIdempotentWithTheSameParameters) {
    const auto grid = findNumberFormat(GetParam().format)->grid(GetParam());
    const auto once = roundTrip(GetParam(), {64, 4}, test::gaussian(256, 3));
    for (std::size_t i = 0; i < once.values.size(); ++i) {
        const auto block = once.tensor.tiling.index(i);
        const float scale = once.tensor.scales[block];
        const float zero = once.tensor.zeroPoints.empty() ? 0 : float(once.tensor.zeroPoints[block]);
        const auto again = kernels::reference::snap(grid, once.values[i], scale, zero);
        EXPECT_EQ(again.unit * scale, once.values[i]);
    }
}

TEST_P(NumberFormats, SurvivesEverySizeAndOddValues) {
    for (std::int64_t n = 0; n <= 67; ++n) {
        auto x = test::gaussian(std::size_t(n), std::uint64_t(n));
        const float odd[] = {kNan, kInf, -kInf, 1e-45F, 3e38F, -0.0F};
        for (std::size_t i = 0; i < x.size(); i += 5) x[i] = odd[i / 5 % std::size(odd)];
        const auto result = roundTrip(GetParam(), {n, 1}, x);
        EXPECT_EQ(result.tensor.codes.size(), std::size_t(n));
        for (const float v : result.values) EXPECT_TRUE(std::isfinite(v));
    }
}

TEST_P(NumberFormats, ConstantAndZeroTensors) {
    for (const float constant : {0.0F, 0.25F, -0.125F, 1e-42F}) {
        const auto result = roundTrip(GetParam(), {32, 2}, std::vector<float>(64, constant));
        for (const float v : result.values) {
            if (std::abs(constant) < 1e-30F) {
                EXPECT_LE(std::abs(v), 2 * std::abs(constant));  // a subnormal may become 0
            } else {
                EXPECT_NEAR(v, constant, 0.01 * std::abs(constant));
            }
        }
    }
}

TEST_P(NumberFormats, SizeIsCodesAndScales) {
    const NumberFormat& format = *findNumberFormat(GetParam().format);
    const bool asym = GetParam().symmetry == Symmetry::Asymmetric;
    const std::uint64_t bits = std::uint64_t(format.bits);
    const std::uint64_t scale = format.scaleRule == ScaleRule::One ? 0 : format.scaleBits > 0 ? std::uint64_t(format.scaleBits) : 32;
    EXPECT_EQ(quantizedBytes(GetParam(), 1000, 8, tensor::ElementType::Float32),
              (1000 * bits + 7) / 8 + scale + (asym ? bits : 0) + (format.scaleRule == ScaleRule::TwoLevel ? 4 : 0));
}

TEST_P(NumberFormats, ScalingByAPowerOfTwoChangesTheScaleOnly) {
    if (findNumberFormat(GetParam().format)->scaleRule == ScaleRule::One) return;  // it has no scale
    const auto x = test::gaussian(256, 5);
    auto scaled = x;
    for (float& v : scaled) v *= 8;
    const auto one = roundTrip(GetParam(), {64, 4}, x), eight = roundTrip(GetParam(), {64, 4}, scaled);
    EXPECT_EQ(one.tensor.codes, eight.tensor.codes);
    for (std::size_t i = 0; i < one.values.size(); ++i) EXPECT_EQ(one.values[i] * 8, eight.values[i]);
}

TEST(NumberFormatRegistry, EveryEntryIsComplete) {
    std::set<std::string> ids;
    for (const NumberFormat& format : numberFormats()) {
        EXPECT_TRUE(ids.insert(format.id).second) << format.id;
        EXPECT_FALSE(format.title.empty() || format.summary.empty() || format.formula.empty()) << format.id;
        const auto scheme = parseScheme(format.id);
        ASSERT_TRUE(scheme) << format.id;
        EXPECT_EQ(scheme->weight.format, format.id);
        if (!format.grid) continue;
        const auto set = levels(scheme->weight);
        EXPECT_TRUE(std::ranges::is_sorted(set)) << format.id;
        EXPECT_TRUE(std::ranges::adjacent_find(set) == set.end()) << format.id;
        EXPECT_LE(set.size(), std::size_t(1) << format.bits) << format.id;
        EXPECT_GT(set.size(), std::size_t(1) << (format.bits - 1)) << format.id;
    }
}

}  // namespace
}  // namespace roundoff::schemes
