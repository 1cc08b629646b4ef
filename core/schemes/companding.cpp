#include <fmt/format.h>

#include <cmath>
#include <string>

#include "core/schemes/families.h"

/// Companding: a curve is bent before uniform rounding and bent back after it. With u = min(|x| / c, 1), M = 2^(n-1) - 1
/// and the sign kept apart:
///   μ-law:        q = round(M · ln(1 + μ u) / ln(1 + μ)),   |xq| = c · ((1 + μ)^(q / M) - 1) / μ;
///   exponential:  q = round(M · (2^u - 1)),                 |xq| = c · log2(1 + q / M).
/// The μ-law with μ = 1 is the plain law q = round(log2(x) · (2^n - 1)) made whole: taken of 1 + u it is defined for every
/// u in [0, 1] and spans [0, 1], zero is code 0 without any epsilon, and the sign is a bit of its own. μ = 255 is that of
/// telephony. The exponential law is its dual: fine steps far out, coarse ones near zero.
/// Source: ITU-T G.711 for the μ-law.
namespace roundoff::schemes {
namespace {

int topCode(const TensorScheme& scheme) { return (1 << (findNumberFormat(scheme.format)->bits - 1)) - 1; }

kernels::Grid muLaw(const TensorScheme& scheme) {
    const double mu = std::stod(scheme.variant.substr(2)), top = topCode(scheme);
    return kernels::lawLevels(int(top), [=](double code) { return std::expm1(code / top * std::log1p(mu)) / mu; });
}

kernels::Grid exponentialLaw(const TensorScheme& scheme) {
    const double top = topCode(scheme);
    return kernels::lawLevels(int(top), [=](double code) { return std::log2(1 + code / top); });
}

}  // namespace

Family muLaws() {
    std::vector<NumberFormat> list;
    for (int bits = 4; bits <= 8; ++bits) {
        NumberFormat format = scalarFormat(fmt::format("mulaw{}", bits), bits);
        format.title = fmt::format("{}-bit μ-law", bits);
        format.summary = "Between uniform (μ near 0) and logarithmic (μ large); μ = 10 is best for bell curves at 8 bits.";
        format.formula = "q = round(M · ln(1 + μ |x| / c) / ln(1 + μ)), xq = ± c · ((1 + μ)^(q / M) - 1) / μ";
        format.source = "ITU-T G.711";
        format.variants = {"mu255", "mu10", "mu1"};
        format.defaults.variant = format.variants.front();
        format.grid = muLaw;
        list.push_back(format);
    }
    return {"mulaw", "Companding (μ-law)", "Finer steps near zero by a bent scale; μ chooses how much finer.", list};
}

Family exponentialLaws() {
    std::vector<NumberFormat> list;
    for (int bits = 4; bits <= 8; ++bits) {
        NumberFormat format = scalarFormat(fmt::format("exp{}", bits), bits);
        format.title = fmt::format("{}-bit exponential", bits);
        format.summary = "Finer steps far from zero: the dual of the logarithmic law, for data that crowds at its limits.";
        format.formula = "q = round(M · (2^(|x| / c) - 1)), xq = ± c · log2(1 + q / M)";
        format.source = "inverse of the μ-law with μ = 1";
        format.grid = exponentialLaw;
        list.push_back(format);
    }
    return {"exp", "Exponential", "Finer steps far from zero: the logarithmic law turned round.", list};
}

}  // namespace roundoff::schemes
