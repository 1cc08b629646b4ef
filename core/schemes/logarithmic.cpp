#include <fmt/format.h>

#include <cmath>

#include "core/schemes/families.h"

/// Logarithmic quantization: sign and logarithm of the magnitude. With u = |x| / c, M = 2^(n-1) - 1 and R octaves:
///     q = 0                                           where u lies half a step below the smallest level,
///     q = 1 + round((log2(u) + R) / R · (M - 1))      else, at most M;
///     |xq| = c · 2^(-R + R · (q - 1) / (M - 1)),      xq = 0 for q = 0.
/// The plain law round(log2(x) · (2^n - 1)) fits n bits only for x in [1, 2] and is undefined at x ≤ 0; sign, clip c and
/// the zero code complete it. Steps are constant in ratio, so the relative error inside the range is at most
/// 2^(R / (2 (M - 1))) - 1. R is the value that is best for a Gaussian at each width, 3.5 octaves at 4 bits to 6.5 at 8.
namespace roundoff::schemes {
namespace {

kernels::Grid grid(const TensorScheme& scheme) {
    const int bits = findNumberFormat(scheme.format)->bits;
    const int top = (1 << (bits - 1)) - 1;
    const double octaves = 3.5 + 0.75 * (bits - 4), step = octaves / (top - 1);
    return kernels::lawLevels(top, [=](double code) { return std::exp2(-octaves + step * (code - 1)); });
}

}  // namespace

Family logarithmic() {
    std::vector<NumberFormat> list;
    for (int bits = 4; bits <= 8; ++bits) {
        NumberFormat format = scalarFormat(fmt::format("log{}", bits), bits);
        format.title = fmt::format("{}-bit logarithmic", bits);
        format.summary = "Constant relative error: fine steps near zero, coarse ones far out. No runtime executes it.";
        format.formula = "q = round((log2(|x| / c) + R) / R · (M - 1)) + 1, xq = ± c · 2^(-R + R (q - 1) / (M - 1))";
        format.source = "arXiv 1603.01025";
        format.grid = grid;
        list.push_back(format);
    }
    return {"log", "Logarithmic", "Levels of constant ratio: the relative error is the same near zero and far out.", list};
}

}  // namespace roundoff::schemes
