// Every kernel against its obvious reference, on every instruction set that this machine runs.
#include <gmock/gmock.h>
#include <hwy/targets.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "core/kernels/histogram.h"
#include "core/kernels/ranges.h"
#include "core/kernels/reference.h"
#include "core/kernels/snap.h"
#include "tests/support/random.h"

namespace roundoff::kernels {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInf = std::numeric_limits<float>::infinity();

class Kernels : public testing::TestWithParam<std::int64_t> {
protected:
    void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
    void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};

INSTANTIATE_TEST_SUITE_P(Targets, Kernels, testing::ValuesIn([] {
                             std::vector<std::int64_t> targets;
                             const std::int64_t all = hwy::SupportedTargets();
                             for (int bit = 0; bit < 62; ++bit)
                                 if (all >> bit & 1) targets.push_back(std::int64_t(1) << bit);
                             return targets;
                         }()),
                         [](const auto& each) { return std::string(hwy::TargetName(each.param)); });

std::vector<float> hostile(std::size_t n, std::uint64_t seed) {
    auto x = test::gaussian(n, seed);
    const float odd[] = {0.0F, -0.0F, 0.5F, 1.5F, 2.5F, -0.5F, 1e-45F, -1e-40F, 3e38F, -3e38F, kInf, -kInf, kNan, 1e10F};
    for (std::size_t i = 0; i < n; i += 3) x[i] = odd[(i / 3) % std::size(odd)];
    return x;
}

std::vector<Grid> grids() {
    LevelGrid levels;
    for (int i = -7; i <= 7; ++i) {
        levels.levels.push_back(float(i * std::abs(i)) / 49);
        if (i > -7) levels.thresholds.push_back((levels.levels[levels.levels.size() - 2] + levels.levels.back()) / 2);
    }
    return {UniformGrid{-127, 127}, UniformGrid{-8, 7},     UniformGrid{0, 65535},
            FloatGrid{4, 3, 7, 448, true}, FloatGrid{5, 2, 15, 57344, true}, FloatGrid{2, 1, 1, 6, true},
            FloatGrid{4, 3, 8, 240, false}, levels, LevelGrid{{0.25F}, {}}};
}

bool sameBits(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }

TEST_P(Kernels, SnapEqualsReferenceBitForBit) {
    for (const Grid& grid : grids()) {
        const Snapper snapper(grid);
        const bool uniform = std::holds_alternative<UniformGrid>(grid);
        for (std::size_t n = 0; n <= 67; ++n) {
            for (const std::size_t width : {std::size_t(1), std::size_t(9), std::size_t(32), n + 1}) {
                const auto x = hostile(n, n);
                std::vector<float> scales(n + width + 1), zeros(n + width + 1), y(n);
                for (std::size_t i = 0; i < scales.size(); ++i) {
                    scales[i] = 0.01F + 0.013F * float(i % 7);
                    zeros[i] = uniform ? float(i % 5) - 2 : 0;
                }
                for (const auto output : {Snapper::Output::Value, Snapper::Output::Unit}) {
                    std::uint64_t clipped = 0;
                    const auto check = [&](std::size_t i, std::size_t s) {
                        const auto expected = reference::snap(grid, x[i], scales[s], zeros[s]);
                        clipped += expected.clipped;
                        const float value = output == Snapper::Output::Value ? expected.unit * scales[s] : expected.unit;
                        ASSERT_TRUE(sameBits(y[i], value)) << "x " << x[i] << " got " << y[i] << " want " << value
                                                           << " grid " << grid.index() << " n " << n << " at " << i;
                    };
                    const auto count = snapper.runs(x.data(), y.data(), n, width, scales.data(), zeros.data(), output);
                    for (std::size_t i = 0; i < n; ++i) check(i, i / width);
                    EXPECT_EQ(count, clipped);
                    const std::size_t rows = n / width;
                    clipped = 0;
                    const auto byColumn =
                        snapper.columns(x.data(), y.data(), rows, width, scales.data(), zeros.data(), output);
                    for (std::size_t i = 0; i < rows * width; ++i) check(i, i % width);
                    EXPECT_EQ(byColumn, clipped);
                }
            }
        }
    }
}

TEST_P(Kernels, MomentsEqualReference) {
    for (std::size_t n = 0; n <= 67; ++n) {
        for (const bool clean : {true, false}) {
            const auto x = clean ? test::gaussian(n, n) : hostile(n, n);
            Moments got, want;
            accumulate(x.data(), n, got);
            reference::accumulate(x.data(), n, want);
            EXPECT_EQ(got.count, want.count);
            EXPECT_EQ(got.nan, want.nan);
            EXPECT_EQ(got.inf, want.inf);
            EXPECT_EQ(got.zeros, want.zeros);
            EXPECT_EQ(got.min, want.min);
            EXPECT_EQ(got.max, want.max);
            EXPECT_NEAR(got.sum2, want.sum2, 1e-12 * want.sum2);
            EXPECT_NEAR(got.sum4, want.sum4, 1e-12 * want.sum4);
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
        EXPECT_NEAR(got.quantized, want.quantized, 1e-12 * want.quantized);
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
