#include <cmath>
#include <limits>

#include "core/schemes/families.h"

/// Posits of 8 bits: sign, a run of equal bits (the regime k), up to es exponent bits e, the rest a fraction f:
///     value = (2^(2^es))^k · 2^e · (1 + f),
/// negatives by two's complement, 0x00 = 0, 0x80 = not a real. Rounded to the nearest value, a tie to the even code, and
/// nothing but 0 becomes 0 (which costs es0 0.13 dB on a Gaussian). Precision is highest
/// around ±1 and tapers off, so max|x| is scaled to 2^(2^es), the end of the first regime, not to the largest posit.
/// Source: Standard for Posit Arithmetic (2022), where es = 2; Gustafson and Yonemoto, 2017.
namespace roundoff::schemes {
namespace {

/// Value of a positive posit: `code` in [1, 127].
double decode(int code, int es) {
    constexpr int top = 6;  // the highest bit below the sign
    const bool ones = code >> top & 1;
    int at = top;
    while (at >= 0 && bool(code >> at & 1) == ones) --at;
    const int run = top - at;
    const int regime = ones ? run - 1 : -run;
    --at;  // the bit that ends the run
    int exponent = 0;
    for (int i = 0; i < es; ++i, --at) exponent = exponent * 2 + (at >= 0 ? code >> at & 1 : 0);
    double fraction = 1, weight = 0.5;
    for (; at >= 0; --at, weight /= 2) fraction += (code >> at & 1) * weight;
    return std::ldexp(fraction, regime * (1 << es) + exponent);
}

kernels::Grid grid(const TensorScheme& scheme) {
    const int es = scheme.variant.back() - '0';
    std::vector<float> magnitudes, thresholds;
    for (int code = 1; code < 128; ++code) {
        const float middle = code > 1 ? (magnitudes.back() + float(decode(code, es))) / 2 : 0;
        magnitudes.push_back(float(decode(code, es)));
        // The tie between code - 1 and code belongs to the even one.
        thresholds.push_back(code == 1       ? std::numeric_limits<float>::denorm_min()
                             : code % 2 == 0 ? middle
                                             : std::nextafter(middle, std::numeric_limits<float>::infinity()));
    }
    auto result = kernels::mirroredLevels(magnitudes, thresholds);
    result.full = std::ldexp(1.0F, 1 << es);
    return result;
}

}  // namespace

Family posits() {
    NumberFormat format = scalarFormat("posit8", 8);
    format.title = "8-bit posit";
    format.summary = "Most precise around ±1, with a very wide range; es0 suits weights best. No runtime executes it.";
    format.formula = "xq = ± s · 2^(2^es · k) · 2^e · (1 + f)";
    format.source = "Standard for Posit Arithmetic (2022)";
    format.variants = {"es2", "es1", "es0"};
    format.defaults.variant = format.variants.front();
    format.grid = grid;
    return {"posit", "Posits", "Tapered precision: a float whose exponent field grows as it must.", {format}};
}

}  // namespace roundoff::schemes
