// Signal-to-quantization-noise ratios that are known by quadrature: Gaussian and Laplace data of unit variance.
#include <gtest/gtest.h>

#include <cmath>

#include "core/analysis/compare.h"
#include "core/kernels/reference.h"
#include "core/schemes/number_format.h"
#include "core/schemes/quantized_tensor.h"
#include "tests/support/memory_model.h"
#include "tests/support/random.h"

namespace roundoff::schemes {
namespace {

constexpr std::size_t kCount = 1 << 20;

const std::vector<float>& data(bool laplace) {
    static const std::vector<float> both[2] = {test::gaussian(kCount, 1), [] {
                                                   test::Random random(2);
                                                   std::vector<float> x(kCount);
                                                   for (float& v : x) v = float(random.laplace());
                                                   return x;
                                               }()};
    return both[laplace];
}

double blockSqnr(const char* scheme, bool laplace) {
    const auto model = test::memoryModel({{"w", {kCount / 1024, 1024}, data(laplace), "Gemm", 0, 1}});
    Job job;
    const analysis::Recipe recipe{parseScheme(scheme).value(), {}};
    return analysis::compare(model, {&recipe, 1}, {}, job).value().reports[0].layers[0].weight->sqnrDb();
}

struct BlockAnchor {
    const char* scheme;
    double gauss, laplace;
};
class BlockAnchors : public testing::TestWithParam<BlockAnchor> {};
INSTANTIATE_TEST_SUITE_P(Table, BlockAnchors,
                         testing::Values(BlockAnchor{"int4:g32:asym", 21.86, 20.51}, BlockAnchor{"int4:g64:asym", 20.82, 18.99},
                                         BlockAnchor{"int4:g128:asym", 19.95, 17.70}, BlockAnchor{"int4:g32", 20.26, 18.34},
                                         BlockAnchor{"int4:g64", 19.36, 17.03}, BlockAnchor{"int4:g128", 18.61, 15.91},
                                         BlockAnchor{"int8:g32", 45.44, 43.44}, BlockAnchor{"int8:channel", 42.08, 38.24},
                                         BlockAnchor{"int3:g64:asym", 14.20, 12.53}, BlockAnchor{"int2:g64:asym", 6.81, 5.97},
                                         BlockAnchor{"nf4:g32", 21.18, 20.61}, BlockAnchor{"nf4", 20.73, 19.69},
                                         BlockAnchor{"nf4:g128", 20.39, 18.90},
                                         BlockAnchor{"int4:g32:symfull", 21.32, 0}, BlockAnchor{"q4_0", 21.32, 0}, BlockAnchor{"q8_0", 45.44, 43.44}, BlockAnchor{"kmeans2:tensor", 9.300, 7.540},
                                         BlockAnchor{"kmeans3:tensor", 14.616, 12.638}, BlockAnchor{"kmeans4:tensor", 20.222, 18.133},
                                         BlockAnchor{"kmeans5:tensor", 26.012, 23.870}, BlockAnchor{"mxfp4", 18.79, 18.00},
                                         BlockAnchor{"nvfp4", 20.43, 20.66}, BlockAnchor{"mxfp8-e4m3", 30.64, 30.08}));
TEST_P(BlockAnchors, AreReproduced) {
    EXPECT_NEAR(blockSqnr(GetParam().scheme, false), GetParam().gauss, 0.1);
    if (GetParam().laplace > 0) {
        EXPECT_NEAR(blockSqnr(GetParam().scheme, true), GetParam().laplace, 0.1);
    }
}

TEST(Anchors, E4m3IsFlat) {
    EXPECT_NEAR(blockSqnr("fp8-e4m3:tensor", false), 31.5, 0.15);
    EXPECT_NEAR(blockSqnr("fp8-e5m2:tensor", false), 25.5, 0.15);
}

/// Best ratio over all clips, by quadrature of the density and golden-section search: independent of our range rules.
double bestClipSqnr(const kernels::Grid& grid, double top, bool laplace) {
    const auto noise = [&](double clip) {
        constexpr double kStep = 1e-4;
        const float scale = float(clip / top);
        double sum = 0, signal = 0;
        for (double x = kStep / 2; x < 18; x += kStep) {
            const double density = laplace ? std::exp(-std::sqrt(2.0) * x) : std::exp(-x * x / 2);
            const double e = x - double(kernels::reference::snap(grid, float(x), scale, 0).unit) * scale;
            sum += density * e * e;
            signal += density * x * x;
        }
        return sum / signal;
    };
    double a = 0.5, b = 9, c = b - 0.618 * (b - a), d = a + 0.618 * (b - a), atC = noise(c), atD = noise(d);
    for (int i = 0; i < 24; ++i) {
        if (atC < atD) {
            b = d, d = c, atD = atC;
            c = b - 0.618 * (b - a), atC = noise(c);
        } else {
            a = c, c = d, atC = atD;
            d = a + 0.618 * (b - a), atD = noise(d);
        }
    }
    return -10 * std::log10(std::min(atC, atD));
}

struct ClipAnchor {
    const char* format;
    double gauss, laplace;
};
class ClipAnchors : public testing::TestWithParam<ClipAnchor> {};
INSTANTIATE_TEST_SUITE_P(Table, ClipAnchors,
                         testing::Values(ClipAnchor{"int2", 7.208, 5.780}, ClipAnchor{"int3", 13.292, 10.805},
                                         ClipAnchor{"int4", 18.898, 15.623}, ClipAnchor{"int6", 29.709, 25.259},
                                         ClipAnchor{"int8", 40.540, 35.181}, ClipAnchor{"fp4-e2m1", 18.967, 17.330}, ClipAnchor{"log4", 17.90, 0},
                                         ClipAnchor{"log6", 28.38, 0}, ClipAnchor{"log8", 38.75, 0},
                                         ClipAnchor{"mulaw4:mu1", 19.50, 16.72}, ClipAnchor{"mulaw6:mu1", 30.80, 26.91},
                                         ClipAnchor{"mulaw8:mu1", 41.93, 37.15}, ClipAnchor{"mulaw4:mu10", 18.12, 17.13},
                                         ClipAnchor{"mulaw6:mu10", 30.54, 28.97}, ClipAnchor{"mulaw8:mu10", 42.44, 40.32},
                                         ClipAnchor{"mulaw4", 12.62, 12.46}, ClipAnchor{"mulaw6", 25.61, 25.52},
                                         ClipAnchor{"mulaw8", 37.86, 37.73}, ClipAnchor{"exp4", 17.76, 14.28},
                                         ClipAnchor{"exp6", 28.15, 23.41}, ClipAnchor{"exp8", 38.73, 33.05},
                                         ClipAnchor{"pow2-4", 14.23, 0}, ClipAnchor{"pow2-8", 14.23, 0},
                                         // 41.48 where the smallest values may become 0, which the standard forbids.
                                         ClipAnchor{"posit8:es0", 41.35, 0}, ClipAnchor{"posit8:es1", 37.48, 0},
                                         ClipAnchor{"posit8", 31.56, 0}));
TEST_P(ClipAnchors, AreReproduced) {
    const auto scheme = parseScheme(GetParam().format)->weight;
    const auto grid = findNumberFormat(scheme.format)->grid(scheme);
    const auto* set = std::get_if<kernels::LevelGrid>(&grid);
    const double top = set && set->full > 0 ? set->full : levels(scheme).back();
    EXPECT_NEAR(bestClipSqnr(grid, top, false), GetParam().gauss, 0.05);
    if (GetParam().laplace > 0) {
        EXPECT_NEAR(bestClipSqnr(grid, top, true), GetParam().laplace, 0.05);
    }
}

TEST(RangeRules, MseFindsTheBestClipAndIsNeverWorseThanMinmax) {
    EXPECT_NEAR(blockSqnr("int4:tensor:mse", false), 18.898, 0.05);
    EXPECT_NEAR(blockSqnr("int4:tensor:mse", true), 15.623, 0.05);
    for (const char* base : {"int3:g32", "int4:channel", "int8:tensor", "fp8-e4m3:channel", "log4:channel", "uint4:g64"}) {
        const std::string scheme = base;
        EXPECT_GE(blockSqnr((scheme + ":mse").c_str(), true), blockSqnr(base, true)) << base;
    }
}

TEST(RangeRules, PercentileIsAnOrderStatistic) {
    std::vector<float> x(1000);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = (i % 2 ? 1.0F : -1.0F) * float(i + 1);
    Job job;
    const auto tensor = test::floatTensor({1000, 1}, x);
    const auto scaleOf = [&](const char* scheme) {
        return quantize(tensor.view, 1, 0, parseScheme(scheme)->weight, job).value().scales[0];
    };
    EXPECT_FLOAT_EQ(scaleOf("int8:tensor:p100"), 1000.0F / 127);
    EXPECT_FLOAT_EQ(scaleOf("int8:tensor:p99"), 990.0F / 127);
    EXPECT_FLOAT_EQ(scaleOf("int8:tensor:p50"), 500.0F / 127);
}

}  // namespace
}  // namespace roundoff::schemes
