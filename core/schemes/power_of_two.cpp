#include <fmt/format.h>

#include <cmath>

#include "core/schemes/families.h"

/// Powers of two: sign and exponent, no mantissa, so that a product is a shift. With u = |x| / c and M = 2^(n-1) - 1:
///     levels 0 and ± c · 2^(1 - q), q = 1 … M,   xq = the level nearest to x in the linear domain.
/// More bits add levels near zero alone, so accuracy stays at about 14 dB for a Gaussian from 4 bits on. Rounding the
/// logarithm instead of the value costs 0.4 dB. Sources: arXiv 1603.01025, arXiv 1702.03044.
namespace roundoff::schemes {
namespace {

kernels::Grid grid(const TensorScheme& scheme) {
    const int top = (1 << (findNumberFormat(scheme.format)->bits - 1)) - 1;
    std::vector<float> magnitudes, thresholds;
    for (int q = top; q >= 1; --q) {
        magnitudes.push_back(std::ldexp(1.0F, 1 - q));
        thresholds.push_back(q == top ? std::ldexp(0.5F, 1 - q) : std::ldexp(0.75F, 1 - q));
    }
    return kernels::mirroredLevels(magnitudes, thresholds);
}

}  // namespace

Family powersOfTwo() {
    std::vector<NumberFormat> list;
    for (int bits = 4; bits <= 8; ++bits) {
        NumberFormat format = scalarFormat(fmt::format("pow2-{}", bits), bits);
        format.title = fmt::format("{}-bit power of two", bits);
        format.summary = "Multiplication becomes a shift. Bits beyond 4 buy range, not accuracy. No runtime executes it.";
        format.formula = "xq = ± c · 2^(1 - q), q = 1 … 2^(n-1) - 1, or 0: the nearest";
        format.source = "arXiv 1702.03044";
        format.grid = grid;
        list.push_back(format);
    }
    return {"pow2", "Powers of two", "Shifts instead of products: for hardware without multipliers.", list};
}

}  // namespace roundoff::schemes
