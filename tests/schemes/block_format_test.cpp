// Block formats and NF4 against the rules and the bytes that their sources state.
#include <gtest/gtest.h>

#include <cmath>

#include "core/kernels/snap.h"
#include "core/schemes/number_format.h"
#include "core/schemes/quantized_tensor.h"
#include "tests/support/memory_model.h"

namespace roundoff::schemes {
namespace {

struct Blocks {
    QuantizedTensor tensor;
    std::vector<float> values;
};
Blocks quantized(const char* scheme, const std::vector<float>& x) {
    Job job;
    const auto data = test::floatTensor({1, std::int64_t(x.size())}, x);
    Blocks result{quantize(data.view, 0, 1, parseScheme(scheme).value().weight, job).value(),
                  std::vector<float>(x.size())};
    dequantize(result.tensor, 0, result.values);
    return result;
}

/// One block of 32 with a largest element and some others.
std::vector<float> block(std::vector<float> x) {
    x.resize(32, 0.0F);
    return x;
}

TEST(Mx, ScalesByTheExponentOfTheLargest) {
    struct Case {
        const char* format;
        int emax;
        float most;  ///< of an element
    };
    for (const auto& [format, emax, most] : {Case{"mxfp4", 2, 6},
                                             {"mxfp6-e2m3", 2, 7.5F},
                                             {"mxfp6-e3m2", 4, 28},
                                             {"mxfp8-e4m3", 8, 448},
                                             {"mxfp8-e5m2", 15, 57344},
                                             {"mxint8", 6, 127}})
        for (const float top : {1.0F, 1.9999F, 0.37F, 7.0F, 1e-20F, 3e20F}) {
            const auto result = quantized(format, block({top, -top, top / 3}));
            const double scale = std::exp2(std::floor(std::log2(double(top))) - emax);
            EXPECT_EQ(double(result.tensor.scales[0]), scale) << format << ' ' << top;
            EXPECT_LE(double(result.values[0]), most * scale) << format << ' ' << top;
            if (top / scale >= most) {  // saturates, both signs alike
                EXPECT_EQ(double(result.values[0]), most * scale) << format << ' ' << top;
            }
            EXPECT_EQ(result.values[1], -result.values[0]) << format << ' ' << top;
        }
}

TEST(Mx, WorkedExamples) {
    // The largest is 7: X = 1, and 7 clips to 6. Ties go to the even code.
    const auto four = quantized("mxfp4", block({7, -5, 3.5F, 2.5F, 0.75F, 0.25F, -0.3F, 1.75F}));
    EXPECT_EQ(four.tensor.scales[0], 1.0F);
    EXPECT_EQ(std::vector(four.values.begin(), four.values.begin() + 8),
              (std::vector<float>{6, -4, 4, 2, 1, 0, -0.5F, 2}));
    EXPECT_EQ(std::vector(four.tensor.codes.begin(), four.tensor.codes.begin() + 8),
              (std::vector<std::int16_t>{7, 14, 6, 4, 2, 0, 9, 4}));
    // Integers of 2^-6: 127 / 64 is the largest, -128 is not used.
    const auto whole = quantized("mxint8", block({1.984375F, -1.999F, 0.0234375F}));
    EXPECT_EQ(whole.values[0], 1.984375F);
    EXPECT_EQ(whole.values[1], -1.984375F);
    EXPECT_EQ(whole.values[2], 0.03125F);  // 1.5 steps
    EXPECT_EQ(quantized("mxfp4", block({})).values, block({}));
}

TEST(Mx, SizesAreThePublishedBitsPerElement) {
    const auto bits = [](const char* format) {
        return 8.0 *
               double(quantizedBytes(parseScheme(format).value().weight, 3200, 100, tensor::ElementType::Float32)) /
               3200;
    };
    EXPECT_EQ(bits("mxfp4"), 4.25);
    EXPECT_EQ(bits("mxfp6-e2m3"), 6.25);
    EXPECT_EQ(bits("mxfp6-e3m2"), 6.25);
    EXPECT_EQ(bits("mxfp8-e4m3"), 8.25);
    EXPECT_EQ(bits("mxint8"), 8.25);
}

TEST(Mx, Fp4AgreesWithLlamaCppButForTies) {
    // A published block of llama.cpp: scale byte, then 16 bytes, each with element i low and i + 16 high. It takes the
    // first of equally near codes where the standard takes the even one, so the two may differ on ties alone.
    const std::string bytes = "7d6fdb257ec946fea267ec146fda357eb0";
    const auto byte = [&](std::size_t i) { return std::stoi(bytes.substr(2 * i, 2), nullptr, 16); };
    const double value[] = {0, 0.5, 1, 1.5, 2, 3, 4, 6};
    std::vector<float> x(32);
    for (int i = 0; i < 32; ++i) x[std::size_t(i)] = float(37 * i % 101 - 50) / 32;
    const auto ours = quantized("mxfp4", x);
    const double scale = std::exp2(byte(0) - 127);
    EXPECT_EQ(double(ours.tensor.scales[0]), scale);
    int ties = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        const int code = byte(1 + i % 16) >> (i < 16 ? 0 : 4) & 15;
        const double theirs = (code & 8 ? -1 : 1) * value[code & 7] * scale;
        if (double(ours.values[i]) == theirs) continue;
        ++ties;
        EXPECT_EQ(std::abs(theirs - double(x[i])), std::abs(double(ours.values[i]) - double(x[i]))) << i;
    }
    EXPECT_LE(ties, 4);
}

TEST(Nvfp4, FollowsItsTwoScales) {
    // The largest of the tensor is 6 · 448, so the tensor's scale is 1 and block scales are plain E4M3 numbers.
    std::vector<float> x(16 * 6, 0.0F);
    x[0] = 2688, x[1] = -1344, x[2] = 560;   // 448
    x[16] = -6, x[17] = 2.5F, x[18] = 0.2F;  // 1
    x[32] = 102, x[33] = 40;                 // 17 is a tie: 16
    x[48] = 0.006F, x[49] = 0.002F;          // 0.001 is half a step of 2^-9 and more: 2^-9
    x[64] = 0.005F;                          // less than half: 0, taken as 1
    const auto result = quantized("nvfp4", x);
    EXPECT_EQ(result.tensor.scales, (std::vector<float>{448, 1, 16, 0x1p-9F, 1, 1}));
    EXPECT_EQ(result.values[0], 2688);
    EXPECT_EQ(result.values[1], -1344);
    EXPECT_EQ(result.values[2], 448);  // 1.25 is a tie: 1
    EXPECT_EQ(result.values[16], -6);
    EXPECT_EQ(result.values[17], 2);
    EXPECT_EQ(result.values[18], 0);
    EXPECT_EQ(result.values[32], 96);           // 6.375 clips
    EXPECT_EQ(result.values[33], 32);           // 2.5 is a tie: 2
    EXPECT_EQ(result.values[48], 3 * 0x1p-9F);  // 3.07
    EXPECT_EQ(result.values[49], 0x1p-9F);      // 1.02
    EXPECT_EQ(result.values[64], 0);
    EXPECT_EQ(8 * quantizedBytes(parseScheme("nvfp4").value().weight, 3200, 200, tensor::ElementType::Float32),
              3200 * 4.5 + 32);
}

TEST(Nf4, HasThePublishedLevelsAndThresholds) {
    const std::vector<float> published{-1.0F,
                                       -0.6961928009986877F,
                                       -0.5250730514526367F,
                                       -0.39491748809814453F,
                                       -0.28444138169288635F,
                                       -0.18477343022823334F,
                                       -0.09105003625154495F,
                                       0.0F,
                                       0.07958029955625534F,
                                       0.16093020141124725F,
                                       0.24611230194568634F,
                                       0.33791524171829224F,
                                       0.44070982933044434F,
                                       0.5626170039176941F,
                                       0.7229568362236023F,
                                       1.0F};
    const auto scheme = parseScheme("nf4").value().weight;
    const auto all = levels(scheme);
    EXPECT_EQ(std::vector<float>(all.begin(), all.end()), published);
    const kernels::Snapper snapper(findNumberFormat("nf4")->grid(scheme));
    const auto rounded = [&](float x) {
        float y = 0;
        const float scale = 1;
        snapper.snap(&x, &y, 1, {&scale, nullptr, 1, false}, kernels::Snapper::Output::Unit);
        return y;
    };
    for (std::size_t i = 1; i < published.size(); ++i) {
        // Above the midpoint, not at it.
        const double middle = (double(published[i - 1]) + double(published[i])) / 2;
        float at = float(middle);
        if (double(at) > middle) at = std::nextafter(at, -2.0F);
        EXPECT_EQ(rounded(at), published[i - 1]) << at;
        EXPECT_EQ(rounded(std::nextafter(at, 2.0F)), published[i]) << at;
    }
    for (const auto& [threshold, below, above] :
         {std::tuple{-0.8480964F, 0, 1}, {0.0397901F, 7, 8}, {0.8614784F, 14, 15}}) {
        EXPECT_EQ(rounded(threshold - 2e-7F), published[std::size_t(below)]) << threshold;
        EXPECT_EQ(rounded(threshold + 2e-7F), published[std::size_t(above)]) << threshold;
    }
    // The scale of a block is its largest magnitude.
    EXPECT_EQ(quantized("nf4:channel", {-3, 1, 0.5F, 2}).tensor.scales[0], 3.0F);
}

}  // namespace
}  // namespace roundoff::schemes
