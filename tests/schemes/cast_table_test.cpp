// Small floats against exact arithmetic: every code's value, and the rounding of every finite float16 number.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/kernels/snap.h"
#include "core/schemes/number_format.h"
#include "core/schemes/quantized_tensor.h"

namespace roundoff::schemes {
namespace {

/// A format as its standard states it.
struct SmallFloat {
    const char* id;
    int exponent, mantissa, bias;
    int codes;    ///< magnitudes that are numbers: 0 to codes - 1
    bool minus0;  ///< sign with magnitude 0 is -0, not NaN
    double most;
    double overflow;  ///< the smallest magnitude that would round beyond `most` if there were room
};
std::ostream& operator<<(std::ostream& out, const SmallFloat& f) {
    return out << f.id;
}

class CastTable : public testing::TestWithParam<SmallFloat> {
protected:
    /// (-1)^S · 2^(e - bias) · (1 + m / 2^M), by repeated doubling alone.
    static double valueOf(int magnitude) {
        const auto& f = GetParam();
        const int e = magnitude / (1 << f.mantissa), m = magnitude % (1 << f.mantissa);
        double value = (e == 0 ? 0.0 : 1.0) + double(m) / (1 << f.mantissa);
        for (int p = std::max(e, 1); p > f.bias; --p) value *= 2;
        for (int p = std::max(e, 1); p < f.bias; ++p) value /= 2;
        return value;
    }
    /// Of the two codes around |x| the nearer, of equally near ones the even, above the last the last.
    static int nearest(double magnitude) {
        int below = 0;
        for (int step = 128; step > 0; step /= 2)
            if (below + step < GetParam().codes && valueOf(below + step) <= magnitude) below += step;
        if (below + 1 == GetParam().codes) return below;
        const double under = magnitude - valueOf(below), over = valueOf(below + 1) - magnitude;
        return under < over || (under == over && below % 2 == 0) ? below : below + 1;
    }
    static int codeBits() { return 1 + GetParam().exponent + GetParam().mantissa; }
    static TensorScheme scheme() { return parseScheme(GetParam().id).value().weight; }
    /// What x comes to at scale 1.
    static std::vector<float> cast(const std::vector<float>& x) {
        std::vector<float> y(x.size());
        const float scale = 1;
        kernels::Snapper(findNumberFormat(GetParam().id)->grid(scheme()))
            .snap(x.data(), y.data(), x.size(), {&scale, nullptr, x.size(), false}, kernels::Snapper::Output::Unit);
        return y;
    }
};
INSTANTIATE_TEST_SUITE_P(Formats, CastTable,
                         testing::Values(SmallFloat{"fp8-e4m3", 4, 3, 7, 127, true, 448, 464},
                                         SmallFloat{"fp8-e4m3-fnuz", 4, 3, 8, 128, false, 240, 248},
                                         SmallFloat{"fp8-e5m2", 5, 2, 15, 124, true, 57344, 61440},
                                         SmallFloat{"fp8-e5m2-fnuz", 5, 2, 16, 128, false, 57344, 61440},
                                         SmallFloat{"fp6-e2m3", 2, 3, 1, 32, true, 7.5, 7.75},
                                         SmallFloat{"fp6-e3m2", 3, 2, 3, 32, true, 28, 30},
                                         SmallFloat{"fp4-e2m1", 2, 1, 1, 8, true, 6, 7}));

TEST_P(CastTable, EveryCodeHasItsExactValue) {
    QuantizedTensor tensor;
    tensor.scheme = scheme();
    tensor.scheme.granularity = {Granularity::Kind::Tensor};
    tensor.scales = {1.0F};
    std::vector<double> expected;
    for (const int sign : {0, 1})
        for (int magnitude = 0; magnitude < GetParam().codes; ++magnitude) {
            if (sign == 1 && magnitude == 0 && !GetParam().minus0) continue;
            tensor.codes.push_back(std::int16_t((sign << (codeBits() - 1)) + magnitude));
            expected.push_back(sign == 1 ? -valueOf(magnitude) : valueOf(magnitude));
        }
    tensor.shape = {std::int64_t(tensor.codes.size())};
    tensor.tiling = tilingOf(tensor.shape, 0, 0, tensor.scheme).value();
    std::vector<float> values(tensor.codes.size());
    dequantize(tensor, 0, values);
    for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_EQ(double(values[i]), expected[i]) << tensor.codes[i];
        EXPECT_EQ(std::signbit(values[i]), std::signbit(expected[i])) << tensor.codes[i];
    }
    EXPECT_EQ(valueOf(GetParam().codes - 1), GetParam().most);
    // The list that histograms draw: the same values, ascending, 0 once.
    std::ranges::sort(expected);
    expected.erase(std::ranges::unique(expected).begin(), expected.end());
    EXPECT_EQ(levels(scheme()), expected);
}

TEST_P(CastTable, EveryFiniteHalfRoundsToTheNearestEven) {
    std::vector<float> x;
    for (std::uint32_t code = 0; code < 0x7C00; ++code) {
        // A float16 number as a float32: 10 mantissa bits, the smallest step 2^-24.
        const std::uint32_t e = code >> 10, m = code & 0x3FF;
        const float v = std::ldexp(float(e == 0 ? m : m + 1024), int(std::max(e, 1U)) - 25);
        x.insert(x.end(), {v, -v});
    }
    const auto y = cast(x);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double magnitude = valueOf(nearest(std::abs(double(x[i]))));
        ASSERT_EQ(double(y[i]), std::signbit(x[i]) ? -magnitude : magnitude) << x[i];
        ASSERT_EQ(std::signbit(y[i]), std::signbit(x[i]) && (magnitude > 0 || GetParam().minus0)) << x[i];
    }
}

TEST_P(CastTable, SaturatesAtItsEnds) {
    constexpr float kInf = std::numeric_limits<float>::infinity();
    const float most = float(GetParam().most), overflow = float(GetParam().overflow);
    EXPECT_EQ(
        cast({most, std::nextafter(overflow, 0.0F), overflow, std::nextafter(overflow, kInf), 3e38F, kInf, -kInf}),
        (std::vector<float>{most, most, most, most, most, most, -most}));
    // Half the smallest subnormal is a tie, and 0 is even.
    const float least = float(valueOf(1));
    EXPECT_EQ(cast({least / 2, std::nextafter(least / 2, 1.0F), least * 1.5F, -least / 2}),
              (std::vector<float>{0, least, least * 2, 0}));
}

TEST(CastTableFp4, TiesGoToTheEvenCode) {
    const kernels::Snapper snapper(findNumberFormat("fp4-e2m1")->grid(parseScheme("fp4-e2m1").value().weight));
    const std::vector<float> ties{0.25F, 0.75F, 1.25F, 1.75F, 2.5F, 3.5F, 5.0F, std::nextafter(5.0F, 6.0F)};
    std::vector<float> y(ties.size());
    const float scale = 1;
    snapper.snap(ties.data(), y.data(), ties.size(), {&scale, nullptr, ties.size(), false},
                 kernels::Snapper::Output::Unit);
    EXPECT_EQ(y, (std::vector<float>{0, 1, 1, 2, 2, 4, 4, 6}));
}

TEST(CastTableE8M0, ScalesStayWithinTheNormalNumbers) {
    // E8M0 reaches from 2^-127 to 2^127; 2^-127 is subnormal in float32, so the smallest scale here is 2^-126.
    Job job;
    for (const float top : {1e-42F, 3.0e38F, 7.0F, 8.0F, 0.0F}) {
        std::vector<float> x(32, 0);
        x[5] = -top;
        const tensor::TensorView view{tensor::ElementType::Float32, {1, 32}, std::as_bytes(std::span<const float>(x))};
        const auto tensor = quantize(view, 0, 1, parseScheme("mxfp4").value().weight, job);
        ASSERT_TRUE(tensor);
        const double expected = top == 0 ? 1 : std::exp2(std::max(std::floor(std::log2(double(top))) - 2, -126.0));
        EXPECT_EQ(double(tensor->scales[0]), expected) << top;
    }
}

}  // namespace
}  // namespace roundoff::schemes
