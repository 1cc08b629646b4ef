// What every number format must hold, at every granularity. A new line in the registry is tested by being there.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/kernels/reference.h"
#include "core/schemes/number_format.h"
#include "core/schemes/quantized_tensor.h"
#include "tests/support/memory_model.h"
#include "tests/support/random.h"

namespace roundoff::schemes {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInf = std::numeric_limits<float>::infinity();

/// Every scheme of one format: its variants, symmetries, scales, granularities and range rules.
std::vector<TensorScheme> schemesOf(const NumberFormat& format) {
    std::vector<TensorScheme> list;
    const auto variants = format.variants.empty() ? std::vector<std::string>{""} : format.variants;
    for (const std::string& variant : variants)
        for (const Symmetry symmetry : format.symmetries)
            for (const auto kind : format.granularities)
                for (const auto rule : format.ranges)
                    for (const bool powerOfTwo : {false, true}) {
                        if (kind == Granularity::Kind::Token || (powerOfTwo && format.scaleRule != ScaleRule::Plain)) continue;
                        TensorScheme scheme = format.defaults;
                        scheme.variant = variant;
                        scheme.symmetry = symmetry;
                        scheme.powerOfTwoScale = powerOfTwo;
                        scheme.range = {rule, rule == Range::Rule::Percentile ? 99.0 : 100.0};
                        scheme.granularity = {kind};
                        if (kind == Granularity::Kind::Group)
                            scheme.granularity.columns = format.fixedGroup > 0 ? format.fixedGroup : 16;
                        if (kind == Granularity::Kind::Block) scheme.granularity = {kind, 3, 16};
                        list.push_back(scheme);
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

/// Half the widest gap between levels: what rounding may cost, in scales.
double widestHalf(const TensorScheme& scheme) {
    const auto set = levels(scheme);
    const auto grid = findNumberFormat(scheme.format)->grid(scheme);
    const auto* own = std::get_if<kernels::LevelGrid>(&grid);
    double widest = 0;
    for (std::size_t i = 1; i < set.size(); ++i) {
        const double threshold = own ? own->thresholds[i - 1] : (set[i] + set[i - 1]) / 2;
        widest = std::max({widest, set[i] - threshold, threshold - set[i - 1]});
    }
    return widest;
}

double leastLevel(const TensorScheme& scheme) {
    const auto set = levels(scheme);
    return *std::ranges::upper_bound(set, 0.0);
}

std::vector<std::string> quantizingFormats() {
    std::vector<std::string> ids;
    for (const NumberFormat& format : numberFormats())
        if (format.grid) ids.push_back(format.id);
    return ids;
}

class NumberFormats : public testing::TestWithParam<std::string> {
protected:
    template <class Check>
    void forEachScheme(Check check) {
        for (const TensorScheme& scheme : schemesOf(*findNumberFormat(GetParam()))) {
            SCOPED_TRACE(text({scheme, {}}));
            check(scheme);
            if (HasFailure()) return;
        }
    }
};
INSTANTIATE_TEST_SUITE_P(Registry, NumberFormats, testing::ValuesIn(quantizingFormats()), [](const auto& each) {
    std::string name = each.param;
    std::ranges::replace(name, '-', '_');
    return name;
});

TEST_P(NumberFormats, TheTextParsesBack) {
    forEachScheme([](const TensorScheme& scheme) {
        const Scheme whole{scheme, {}};
        EXPECT_EQ(parseScheme(text(whole)).value(), whole);
        EXPECT_EQ(parseScheme(shortText(whole)).value(), whole);
    });
}

TEST_P(NumberFormats, RoundsToTheNearestLevelWithinRange) {
    forEachScheme([](const TensorScheme& scheme) {
        // Learned levels are known afterwards only; whole blocks have scales for parts of them.
        if (findNumberFormat(scheme.format)->learn || findNumberFormat(scheme.format)->blocks) return;
        const auto set = levels(scheme);
        const double widest = widestHalf(scheme), top = set.back(), bottom = set.front();
        for (const tensor::Shape& shape : {tensor::Shape{64, 8}, tensor::Shape{33, 3}, tensor::Shape{5, 1}}) {
            const auto x = test::gaussian(std::size_t(shape[0] * shape[1]), 11);
            const auto result = roundTrip(scheme, shape, x);
            for (std::size_t i = 0; i < x.size(); ++i) {
                const auto block = result.tensor.tiling.index(i);
                const double scale = std::abs(double(result.tensor.scales[block]));
                const double zero = result.tensor.offsets.empty() ? 0 : result.tensor.offsets[block];
                const double from = isSymmetric(scheme.symmetry)   ? top
                                    : result.tensor.offsets.empty() ? top - result.tensor.zeroPointOf(block)
                                                                    : top;
                // Beyond the outermost levels of its block an element clips, whatever the rounding.
                const double least = isSymmetric(scheme.symmetry) ? -top : bottom - (top - from);
                if (x[i] - zero > from * scale || x[i] - zero < least * scale) continue;
                const double rounding = (std::abs(double(x[i])) + std::abs(zero)) * 0x1p-22;
                ASSERT_LE(std::abs(x[i] - result.values[i]), widest * scale * 1.0001 + rounding) << i;
            }
        }
    });
}

TEST_P(NumberFormats, KeepsZeroSignAndOrder) {
    std::vector<float> x;
    for (int i = -40; i <= 40; ++i) x.push_back(float(i) * 0.01F);
    forEachScheme([&](const TensorScheme& scheme) {
        const auto result = roundTrip(scheme, {81, 1}, x);
        for (std::size_t i = 1; i < x.size() && result.tensor.scales.size() == 1; ++i)
            EXPECT_LE(result.values[i - 1], result.values[i]);
        if (!findNumberFormat(scheme.format)->exactZero || scheme.symmetry == Symmetry::AsymmetricFloat) return;
        EXPECT_EQ(result.values[40], 0.0F);
        for (std::size_t i = 0; i < x.size(); ++i) EXPECT_GE(double(x[i]) * double(result.values[i]), 0.0);
    });
}

TEST_P(NumberFormats, IsIdempotentWithTheSameParameters) {
    forEachScheme([](const TensorScheme& scheme) {
        if (findNumberFormat(scheme.format)->blocks) return;  // scales are found anew
        const auto once = roundTrip(scheme, {64, 4}, test::gaussian(256, 3));
        auto grid = findNumberFormat(scheme.format)->grid(scheme);
        if (!once.tensor.codebook.empty()) grid = kernels::nearestLevels(once.tensor.codebook);
        for (std::size_t i = 0; i < once.values.size(); ++i) {
            const auto block = once.tensor.tiling.index(i);
            const float zero = once.tensor.offsets.empty() ? float(once.tensor.zeroPointOf(block)) : once.tensor.offsets[block];
            EXPECT_EQ(kernels::reference::snap(grid, once.values[i], once.tensor.scales[block], zero).value, once.values[i]);
        }
    });
}

TEST_P(NumberFormats, SurvivesEverySizeAndOddValues) {
    forEachScheme([](const TensorScheme& scheme) {
        // Every size under the plain rule, the telling ones under the others.
        const bool every = scheme.range.rule == Range::Rule::MinMax && !scheme.powerOfTwoScale;
        for (std::int64_t n = 0; n <= 67; ++n) {
            if (!every && n % 16 > 1 && n % 16 < 15 && n != 67) continue;
            auto x = test::gaussian(std::size_t(n), std::uint64_t(n));
            const float odd[] = {kNan, kInf, -kInf, 1e-45F, 3e38F, -0.0F};
            for (std::size_t i = 0; i < x.size(); i += 5) x[i] = odd[i / 5 % std::size(odd)];
            const auto result = roundTrip(scheme, {n, 1}, x);
            EXPECT_EQ(result.values.size(), std::size_t(n));
            for (const float v : result.values) ASSERT_TRUE(std::isfinite(v));
        }
    });
}

TEST_P(NumberFormats, ConstantAndZeroTensors) {
    forEachScheme([](const TensorScheme& scheme) {
        const bool blocks = findNumberFormat(scheme.format)->blocks.has_value();
        const double widest = blocks ? 0 : widestHalf(scheme);
        for (const float constant : {0.0F, 0.25F, -0.125F, 1e-42F}) {
            const auto result = roundTrip(scheme, {32, 2}, std::vector<float>(64, constant));
            const double scale = blocks ? 0 : std::abs(double(result.tensor.scales.front()));
            for (const float v : result.values) {
                if (blocks) {
                    EXPECT_NEAR(v, constant, std::abs(constant) < 1e-30F ? std::abs(constant) : 0.01 * std::abs(constant));
                } else if (std::abs(constant) < 1e-30F) {
                    // A subnormal may become 0, or, of formats that never round to 0, their smallest level at scale 1.
                    EXPECT_LE(std::abs(v), std::max(2 * std::abs(double(constant)), constant != 0 ? leastLevel(scheme) : 0));
                } else {
                    // A convention, or a scale that is a small number itself, may leave the largest out by a gap; a scale
                    // rounded to a power of two by 1 - 1/√2.
                    const double beyond = scheme.powerOfTwoScale ? 0.293 * std::abs(constant) : 0;
                    EXPECT_NEAR(v, constant, 2.0001 * widest * scale + beyond);
                }
            }
        }
    });
}

TEST_P(NumberFormats, SizeIsCodesAndScales) {
    forEachScheme([](const TensorScheme& scheme) {
        const NumberFormat& format = *findNumberFormat(scheme.format);
        if (format.blocks) {  // as llama.cpp has them
            EXPECT_EQ(quantizedBytes(scheme, 1000, 8, tensor::ElementType::Float32), 8 * kernels::ggml::layout(*format.blocks).bytes);
            return;
        }
        const std::uint64_t bits = std::uint64_t(format.bits);
        std::uint64_t bytes = (1000 * bits + 7) / 8;
        if (format.scaleRule != ScaleRule::One) bytes += format.scaleBits > 0 ? std::uint64_t(format.scaleBits) : 32;
        if (scheme.symmetry == Symmetry::Asymmetric) bytes += bits;
        if (scheme.symmetry == Symmetry::AsymmetricFloat) bytes += 32;
        if (format.scaleRule == ScaleRule::TwoLevel) bytes += 4;
        if (format.learn) bytes += 4U << format.bits;
        EXPECT_EQ(quantizedBytes(scheme, 1000, 8, tensor::ElementType::Float32), bytes);
    });
}

TEST_P(NumberFormats, ScalingByAPowerOfTwoChangesTheScaleOnly) {
    const auto x = test::gaussian(256, 5);
    auto scaled = x;
    for (float& v : scaled) v *= 8;
    forEachScheme([&](const TensorScheme& scheme) {
        if (findNumberFormat(scheme.format)->scaleRule == ScaleRule::One) return;  // it has no scale
        const auto one = roundTrip(scheme, {64, 4}, x), eight = roundTrip(scheme, {64, 4}, scaled);
        EXPECT_EQ(one.tensor.codes, eight.tensor.codes);
        for (std::size_t i = 0; i < one.values.size(); ++i) ASSERT_EQ(one.values[i] * 8, eight.values[i]);
    });
}

/// What is not finite changes nothing for the rest, whatever learns or searches.
TEST_P(NumberFormats, OddValuesLeaveTheOthersAlone) {
    const auto scheme = findNumberFormat(GetParam())->defaults;
    if (findNumberFormat(GetParam())->blocks) return;  // there they count as the extremes of their block
    const auto clean = test::gaussian(64 * 4, 6);
    auto spoilt = clean;
    // An element that is neither smallest nor largest of its block, so that no range depends on it.
    std::vector<std::size_t> odd;
    for (std::size_t i = 0; i < clean.size() && odd.size() < 8; ++i)
        if (std::abs(clean[i]) < 0.05F) odd.push_back(i);
    ASSERT_GE(odd.size(), 4U);
    auto without = clean;
    for (std::size_t i = 0; i < odd.size(); ++i) {
        spoilt[odd[i]] = i % 2 ? kNan : kInf;
        without[odd[i]] = 0;
    }
    const auto one = roundTrip(scheme, {64, 4}, spoilt), two = roundTrip(scheme, {64, 4}, without);
    EXPECT_EQ(one.tensor.scales, two.tensor.scales);
    for (const float level : one.tensor.codebook) EXPECT_LT(std::abs(level), 1.001F);
    for (std::size_t i = 0; i < clean.size() && one.tensor.codebook.empty(); ++i)
        EXPECT_TRUE(!std::isfinite(spoilt[i]) || one.values[i] == two.values[i]) << i;
}

/// Any region of a weight, in either layout, dequantizes to the same values as the whole; ragged ends included.
TEST_P(NumberFormats, PiecesDequantizeLikeTheWhole) {
    const auto scheme = findNumberFormat(GetParam())->defaults;
    struct Layout {
        tensor::Shape shape;
        int output, reduction;
    };
    for (const Layout& layout : {Layout{{300, 7}, 1, 0}, Layout{{7, 300}, 0, 1}, Layout{{5, 3, 3, 3}, 0, 1}, Layout{{2, 70, 6}, 2, 1}}) {
        const auto count = std::size_t(tensor::elementCount(layout.shape).value());
        const auto data = test::floatTensor(layout.shape, test::gaussian(count, 8));
        Job job;
        const auto quantized = quantize(data.view, layout.output, layout.reduction, scheme, job).value();
        std::vector<float> whole(count), piece;
        dequantize(quantized, 0, whole);
        double product = 0, signal = 0, rounded = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const double x = reinterpret_cast<const float*>(data.view.bytes.data())[i];
            product += x * whole[i];
            signal += x * x;
            rounded += double(whole[i]) * whole[i];
        }
        EXPECT_GT(product, 0.3 * std::sqrt(signal * rounded)) << "each element comes back to its own place";
        for (std::size_t first = 0; first < count; first += 83) {
            piece.assign(std::min<std::size_t>(131, count - first), 0);
            dequantize(quantized, first, piece);
            for (std::size_t i = 0; i < piece.size(); ++i) ASSERT_EQ(piece[i], whole[first + i]) << first + i;
        }
    }
}

TEST(NumberFormatRegistry, EveryEntryIsComplete) {
    std::set<std::string> ids;
    for (const Family& family : families()) {
        EXPECT_FALSE(family.id.empty() || family.title.empty() || family.summary.empty());
        for (const NumberFormat& format : family.formats) EXPECT_EQ(format.family, family.id);
    }
    for (const NumberFormat& format : numberFormats()) {
        EXPECT_TRUE(ids.insert(format.id).second) << format.id;
        EXPECT_FALSE(format.title.empty() || format.summary.empty() || format.formula.empty()) << format.id;
        const auto scheme = parseScheme(format.id);
        ASSERT_TRUE(scheme) << format.id;
        EXPECT_EQ(scheme->weight.format, format.id);
        if (!format.grid) continue;
        EXPECT_FALSE(format.source.empty()) << format.id;
        const auto set = levels(scheme->weight);
        EXPECT_TRUE(std::ranges::is_sorted(set)) << format.id;
        EXPECT_TRUE(std::ranges::adjacent_find(set) == set.end()) << format.id;
        EXPECT_LE(set.size(), std::size_t(1) << format.bits) << format.id;
        EXPECT_GT(set.size(), std::size_t(1) << (format.bits - 1)) << format.id;
    }
}

}  // namespace
}  // namespace roundoff::schemes
