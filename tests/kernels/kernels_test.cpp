// Every kernel against its obvious reference, on every instruction set that this machine runs.
#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "core/kernels/histogram.h"
#include "core/kernels/ranges.h"
#include "core/kernels/reference.h"
#include "core/kernels/snap.h"
#include "tests/kernels/targets.h"
#include "tests/support/random.h"

namespace roundoff::kernels {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInf = std::numeric_limits<float>::infinity();

class Kernels : public test::OnInstructionSet {};
INSTANTIATE_TEST_SUITE_P(Targets, Kernels, testing::ValuesIn(test::instructionSets()), test::instructionSetName);

std::vector<float> hostile(std::size_t n, std::uint64_t seed) {
    auto x = test::gaussian(n, seed);
    const float odd[] = {0.0F, -0.0F, 0.5F, 1.5F, 2.5F, -0.5F, 1e-45F, -1e-40F, 3e38F, -3e38F, kInf, -kInf, kNan, 1e10F};
    for (std::size_t i = 0; i < n; i += 3) x[i] = odd[(i / 3) % std::size(odd)];
    return x;
}

std::vector<Grid> grids() {
    const auto squares = [](int top) {
        std::vector<float> magnitudes, thresholds;
        for (int i = 1; i <= top; ++i) {
            magnitudes.push_back(float(i * i) / float(top * top));
            thresholds.push_back((float((i - 1) * (i - 1)) / float(top * top) + magnitudes.back()) / 2);
        }
        return mirroredLevels(magnitudes, thresholds);
    };
    return {UniformGrid{-127, 127}, UniformGrid{-8, 7}, UniformGrid{0, 65535}, UniformGrid{0, 15, true},
            FloatGrid{4, 3, 7, 448, true}, FloatGrid{5, 2, 15, 57344, true}, FloatGrid{2, 1, 1, 6, true},
            FloatGrid{4, 3, 8, 240, false}, FloatGrid{5, 10, 15, 65504, true}, FloatGrid{8, 7, 127, 0x1.FEp127F, true},
            squares(3), squares(7), squares(15), squares(127), nearestLevels({-1, 0.5F, 2}), LevelGrid{{0.25F}, {}}};
}

bool sameBits(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }

struct SnapCase {
    Grid grid;
    bool powersOfTwo;
    std::vector<float> x, scales, zeros;
    Placement placement;
    [[nodiscard]] reference::Snapped expected(std::size_t i) const {
        const std::size_t s = placement.columns ? i % placement.width : i / placement.width;
        return reference::snap(grid, x[i], scales[s], zeros[s]);
    }
};

/// Every grid with runs and columns of odd lengths. `hard` puts in what is not finite.
void forEachSnapCase(bool hard, const std::function<void(const SnapCase&)>& check) {
    for (const Grid& grid : grids()) {
        const bool uniform = std::holds_alternative<UniformGrid>(grid);
        for (const bool powersOfTwo : {false, true}) {
            for (std::size_t n = 0; n <= 67; ++n) {
                for (const std::size_t width : {std::size_t(1), std::size_t(9), std::size_t(32), n + 1}) {
                    for (const bool columns : {false, true}) {
                        const std::size_t count = columns ? n / width * width : n;
                        SnapCase one{grid, powersOfTwo, hard ? hostile(count, n) : test::gaussian(count, n), {}, {}, {}};
                        for (std::size_t i = 0; i < n + width + 1; ++i) {
                            one.scales.push_back(powersOfTwo ? std::ldexp(1.0F, int(i % 9) - 6) : 0.01F + 0.013F * float(i % 7));
                            if (i % 4 == 3) one.scales.back() *= -1;
                            one.zeros.push_back(uniform ? float(i % 5) - 2 : 0);
                        }
                        one.placement = {one.scales.data(), one.zeros.data(), width, columns};
                        check(one);
                    }
                }
            }
        }
    }
}

TEST_P(Kernels, SnapEqualsReferenceBitForBit) {
    forEachSnapCase(true, [](const SnapCase& c) {
        const Snapper snapper(c.grid, c.powersOfTwo);
        std::vector<float> y(c.x.size());
        for (const auto output : {Snapper::Output::Value, Snapper::Output::Unit}) {
            const auto clipped = snapper.snap(c.x.data(), y.data(), c.x.size(), c.placement, output);
            std::uint64_t wanted = 0;
            for (std::size_t i = 0; i < c.x.size(); ++i) {
                const auto expected = c.expected(i);
                const float value = output == Snapper::Output::Value ? expected.value : expected.unit;
                ASSERT_TRUE(sameBits(y[i], value)) << "x " << c.x[i] << " got " << y[i] << " want " << value << " grid "
                                                   << c.grid.index() << " n " << c.x.size() << " at " << i;
                wanted += expected.clipped;
            }
            ASSERT_EQ(clipped, wanted);
        }
    });
}

TEST_P(Kernels, MeasuredErrorIsThatOfTheRoundedValues) {
    forEachSnapCase(false, [](const SnapCase& c) {
        const Snapper snapper(c.grid, c.powersOfTwo);
        ErrorSums want, got, silent;
        std::uint64_t wanted = 0;
        std::vector<float> expected(c.x.size()), y(c.x.size());
        for (std::size_t i = 0; i < c.x.size(); ++i) {
            expected[i] = c.expected(i).value;
            wanted += c.expected(i).clipped;
        }
        reference::accumulateError(c.x.data(), expected.data(), c.x.size(), want);
        double size = 0;  // of the products that the cross term adds up
        for (std::size_t i = 0; i < c.x.size(); ++i) size += std::abs(double(c.x[i]) * (double(c.x[i]) - expected[i]));
        EXPECT_EQ(snapper.measure(c.x.data(), y.data(), c.x.size(), c.placement, got), wanted);
        EXPECT_EQ(snapper.measure(c.x.data(), nullptr, c.x.size(), c.placement, silent), wanted);
        for (std::size_t i = 0; i < c.x.size(); ++i) ASSERT_TRUE(sameBits(y[i], expected[i]));
        for (const ErrorSums& sums : {got, silent}) {
            // The difference of two floats is taken in float where it is exact, or nearly so.
            ASSERT_NEAR(sums.noise, want.noise, 3e-7 * want.noise);
            ASSERT_NEAR(sums.cross, want.cross, 1e-6 * size);
            ASSERT_NEAR(sums.maxAbs, want.maxAbs, 1e-7 * want.maxAbs);
            ASSERT_EQ(sums.zeroed, want.zeroed);
        }
    });
}

TEST_P(Kernels, MomentsEqualReference) {
    for (std::size_t n = 0; n <= 67; ++n) {
        for (const bool clean : {true, false}) {
            const auto x = clean ? test::gaussian(n, n) : hostile(n, n);
            Moments got, want;
            accumulate(x.data(), n, got);
            reference::accumulate(x.data(), n, want);
            Moments two;
            two.sum3 = 3, two.sum4 = 4;
            accumulate(x.data(), n, two, Powers::Two);
            for (const Moments* each : {&got, &two}) {
                EXPECT_EQ(each->count, want.count);
                EXPECT_EQ(each->nan, want.nan);
                EXPECT_EQ(each->inf, want.inf);
                EXPECT_EQ(each->zeros, want.zeros);
                EXPECT_EQ(each->min, want.min);
                EXPECT_EQ(each->max, want.max);
                EXPECT_NEAR(each->sum2, want.sum2, 1e-12 * want.sum2);
            }
            EXPECT_NEAR(got.sum4, want.sum4, 1e-12 * want.sum4);
            EXPECT_EQ(two.sum3, 3);
            EXPECT_EQ(two.sum4, 4);
        }
    }
}

TEST_P(Kernels, ErrorEqualsReference) {
    for (std::size_t n = 0; n <= 67; ++n) {
        const auto x = test::gaussian(n, n);
        std::vector<float> y(n);
        for (std::size_t i = 0; i < n; ++i) y[i] = std::round(x[i]);
        ErrorSums got, want;
        accumulateError(x.data(), y.data(), n, true, got);
        reference::accumulateError(x.data(), y.data(), n, want);
        EXPECT_NEAR(got.noise, want.noise, 1e-12 * want.noise);
        EXPECT_NEAR(got.cross, want.cross, 1e-12 * want.noise);
        EXPECT_EQ(got.maxAbs, want.maxAbs);
        EXPECT_EQ(got.zeroed, want.zeroed);
    }
}

TEST_P(Kernels, RangesSkipWhatIsNotFinite) {
    for (std::size_t n = 1; n <= 67; ++n) {
        const auto x = hostile(n, n);
        for (const std::size_t width : {std::size_t(1), std::size_t(5), std::size_t(32), n}) {
            const std::size_t runs = (n + width - 1) / width;
            std::vector<float> low(runs, kInf), high(runs, -kInf), wantLow = low, wantHigh = high;
            widenRuns(x.data(), n, width, low.data(), high.data());
            for (std::size_t i = 0; i < n; ++i) {
                if (!std::isfinite(x[i])) continue;
                wantLow[i / width] = std::min(wantLow[i / width], x[i]);
                wantHigh[i / width] = std::max(wantHigh[i / width], x[i]);
            }
            EXPECT_EQ(low, wantLow);
            EXPECT_EQ(high, wantHigh);
            const std::size_t rows = n / width;
            low.assign(width, kInf), high.assign(width, -kInf), wantLow = low, wantHigh = high;
            widenColumns(x.data(), rows, width, low.data(), high.data());
            for (std::size_t i = 0; i < rows * width; ++i) {
                if (!std::isfinite(x[i])) continue;
                wantLow[i % width] = std::min(wantLow[i % width], x[i]);
                wantHigh[i % width] = std::max(wantHigh[i % width], x[i]);
            }
            EXPECT_EQ(low, wantLow);
            EXPECT_EQ(high, wantHigh);
        }
    }
}

TEST_P(Kernels, HistogramCountsEveryFiniteElementOnce) {
    const auto x = hostile(5000, 7);
    std::vector<std::uint64_t> bins(2048, 0);
    accumulateHistogram(x.data(), x.size(), -4, 4, bins);
    const auto finite = std::uint64_t(std::ranges::count_if(x, [](float v) { return std::isfinite(v); }));
    EXPECT_EQ(std::accumulate(bins.begin(), bins.end(), std::uint64_t(0)), finite);
    const float edges[] = {-4.0F, 4.0F, 0.0F, std::nextafter(0.0F, -1.0F)};
    std::vector<std::uint64_t> small(4, 0);
    accumulateHistogram(edges, 4, -4, 4, small);
    EXPECT_THAT(small, testing::ElementsAre(1, 0, 2, 1)) << "a subnormal below 0 is lost in the subtraction, both ends stay";
}

TEST_P(Kernels, HistogramFollowsItsFormulaWhereMostAreZeros) {
    std::vector<std::size_t> sizes{1000, 20000};
    for (std::size_t n = 0; n <= 67; ++n) sizes.push_back(n);
    for (const std::size_t n : sizes)
        for (const auto& [low, high] : {std::pair(-4.0F, 4.0F), std::pair(0.0F, 6.0F), std::pair(1.0F, 3.0F), std::pair(-3.0F, -1.0F)}) {
            auto x = hostile(n, n);
            for (std::size_t i = 0; i < n; i += 1 + i % 3) x[i] = std::max(x[i], 0.0F);
            constexpr std::size_t kBins = 64;
            const float perUnit = float(double(kBins) / (double(high) - double(low)));
            std::vector<std::uint64_t> expected(kBins, 1), bins(kBins, 1);
            for (const float v : x)
                if (std::isfinite(v)) ++expected[std::size_t(std::clamp((v - low) * perUnit, 0.0F, float(kBins - 1)))];
            accumulateHistogram(x.data(), n, low, high, bins);
            ASSERT_EQ(bins, expected) << n << " in " << low << " to " << high;
        }
}

TEST_P(Kernels, HistogramOfHugeAndTinyRanges) {
    const float wide[] = {-3e38F, 3e38F, 0.0F};
    std::vector<std::uint64_t> bins(2, 0);
    accumulateHistogram(wide, 3, -3e38F, 3e38F, bins);
    EXPECT_EQ(bins[0] + bins[1], 3U);
    const float tiny[] = {1e-45F, 3e-45F};
    bins.assign(2, 0);
    accumulateHistogram(tiny, 2, 1e-45F, 3e-45F, bins);
    EXPECT_EQ(bins[0] + bins[1], 2U);
}

}  // namespace
}  // namespace roundoff::kernels
