#include "core/schemes/scale_rule.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "core/kernels/reference.h"

namespace roundoff::schemes {
namespace {

constexpr kernels::FloatGrid kE4m3{4, 3, 7, 448.0F, true};
constexpr int kMostExponent = 126;  ///< so that the reciprocal of a power of two is a normal float

/// The largest magnitude at scale 1, code by code less any zero point.
double outermost(const kernels::Grid& grid) {
    if (const auto* small = std::get_if<kernels::FloatGrid>(&grid)) return small->max;
    if (const auto* set = std::get_if<kernels::LevelGrid>(&grid))
        return std::max(std::abs(set->levels.front()), std::abs(set->levels.back()));
    const auto& uniform = std::get<kernels::UniformGrid>(grid);
    return uniform.high - uniform.low;
}

double fullOf(const kernels::Grid& grid, Symmetry symmetry) {
    if (const auto* small = std::get_if<kernels::FloatGrid>(&grid)) return small->max;
    if (const auto* set = std::get_if<kernels::LevelGrid>(&grid))
        return set->full > 0 ? set->full : outermost(grid);
    const auto& uniform = std::get<kernels::UniformGrid>(grid);
    const double middle = uniform.low >= 0 ? (uniform.high + 1) / 2 : 0;
    return symmetry == Symmetry::SymmetricGptq ? uniform.high - middle + 0.5 : uniform.high - middle;
}

float roundTo(tensor::ElementType type, float x) {
    using enum tensor::ElementType;
    if (type == Float16) return kernels::reference::snap(kernels::FloatGrid{5, 10, 15, 65504.0F, true}, x, 1, 0).unit;
    if (type == BFloat16) return kernels::reference::snap(kernels::FloatGrid{8, 7, 127, 0x1.FEp127F, true}, x, 1, 0).unit;
    return x;
}

/// 2^round(log2 |x|), ties up, with the sign of x.
float nearestPowerOfTwo(float x) {
    int exponent = 0;
    const float fraction = std::frexp(std::abs(x), &exponent);  // in [0.5, 1)
    if (double(fraction) * double(fraction) < 0.5) --exponent;
    return std::copysign(std::ldexp(1.0F, std::clamp(exponent, -kMostExponent, kMostExponent)), x);
}

/// Half to even, for magnitudes below 2^51: by the adder, where nearbyint would be a call.
double roundHalfEven(double x) { return (x + 0x1.8p52) - 0x1.8p52; }

float largest(float low, float high) { return std::max(std::abs(low), std::abs(high)); }

}  // namespace

ScaleMaker::ScaleMaker(const TensorScheme& scheme, const kernels::Grid& grid, tensor::ElementType scaleType)
    : m_rule(findNumberFormat(scheme.format)->scaleRule), m_symmetry(scheme.symmetry),
      m_powerOfTwo(scheme.powerOfTwoScale), m_type(scaleType), m_plain(!m_powerOfTwo && scaleType == tensor::ElementType::Float32),
      m_full(fullOf(grid, scheme.symmetry)), m_e4m3(kE4m3) {
    m_most = std::nextafter(float(double(std::numeric_limits<float>::max()) / std::max(outermost(grid), 1.0)), 0.0F);
    if (const auto* uniform = std::get_if<kernels::UniformGrid>(&grid)) {
        m_low = uniform->low;
        m_high = uniform->high;
        if (uniform->low >= 0 && isSymmetric(m_symmetry)) m_middle = float((uniform->high + 1) / 2);
    }
}

/// As it will be stored; 1 where it cannot be divided by.
inline float ScaleMaker::stored(float scale) const {
    if (m_plain && std::abs(scale) >= std::numeric_limits<float>::min() && std::abs(scale) <= m_most) return scale;
    if (m_powerOfTwo && scale != 0) scale = nearestPowerOfTwo(scale);
    if (m_type != tensor::ElementType::Float32) scale = roundTo(m_type, scale);
    if (std::abs(scale) > m_most) scale = std::copysign(m_powerOfTwo ? std::ldexp(1.0F, std::ilogb(m_most)) : m_most, scale);
    return std::abs(scale) >= std::numeric_limits<float>::min() && std::isfinite(scale) ? scale : 1;
}

Scale ScaleMaker::make(float low, float high, double tensorAbsmax) const {
    Scale result;
    make({&low, 1}, {&high, 1}, tensorAbsmax, {&result.scale, 1}, {&result.zero, 1});
    return result;
}

void ScaleMaker::make(std::span<const float> low, std::span<const float> high, double tensorAbsmax, std::span<float> scales,
                      std::span<float> zeros) const {
    const std::size_t n = scales.size();
    std::fill(zeros.begin(), zeros.end(), m_middle);
    switch (m_rule) {
        case ScaleRule::One:
        case ScaleRule::Own:
            std::fill(scales.begin(), scales.end(), 1.0F);
            return;
        case ScaleRule::PowerOfTwo: {
            const int top = std::ilogb(m_full);
            for (std::size_t i = 0; i < n; ++i) {
                const auto absmax = largest(low[i], high[i]);
                // The exponent field; that of a subnormal clamps to the same scale as its true exponent.
                const int exponent = int(std::bit_cast<std::uint32_t>(absmax) >> 23) - 127 - top;
                const auto bits = std::uint32_t(std::clamp(exponent, -kMostExponent, kMostExponent) + 127) << 23;
                scales[i] = low[i] <= high[i] && absmax > 0 ? std::bit_cast<float>(bits) : 1.0F;
            }
            return;
        }
        case ScaleRule::TwoLevel: {
            const float tensorScale = float(tensorAbsmax / (m_full * kE4m3.max));
            if (!(tensorScale >= std::numeric_limits<float>::min())) {
                std::fill(scales.begin(), scales.end(), 1.0F);
                return;
            }
            const float divisor = float(m_full) * tensorScale;
            for (std::size_t i = 0; i < n; ++i) scales[i] = low[i] <= high[i] ? largest(low[i], high[i]) : 0;
            m_e4m3.snap(scales.data(), scales.data(), n, {&divisor, nullptr, std::max<std::size_t>(n, 1), false},
                        kernels::Snapper::Output::Unit);
            for (float& scale : scales) scale = scale > 0 ? scale * tensorScale : 1;
            return;
        }
        case ScaleRule::Plain: break;
    }
    switch (m_symmetry) {
        case Symmetry::Symmetric:
        case Symmetry::SymmetricGptq:
            for (std::size_t i = 0; i < n; ++i)
                scales[i] = low[i] <= high[i] ? float(double(largest(low[i], high[i])) / m_full) : 1.0F;
            for (float& scale : scales) scale = stored(scale);
            return;
        case Symmetry::SymmetricFull:
            for (std::size_t i = 0; i < n; ++i) {
                const float extreme = -low[i] >= high[i] ? low[i] : high[i];
                scales[i] = stored(low[i] <= high[i] ? float(-double(extreme) / (m_full + 1)) : 1.0F);
            }
            return;
        case Symmetry::Asymmetric:
            for (std::size_t i = 0; i < n; ++i) {
                scales[i] = 1;
                zeros[i] = 0;
                if (!(low[i] <= high[i])) continue;
                const double bottom = std::min(double(low[i]), 0.0), top = std::max(double(high[i]), 0.0);
                const auto exact = float((top - bottom) / (m_high - m_low));
                if (exact < std::numeric_limits<float>::min()) continue;
                scales[i] = stored(exact);
                zeros[i] = float(std::clamp(roundHalfEven(m_low - bottom / double(scales[i])), m_low, m_high));
            }
            return;
        case Symmetry::AsymmetricFloat:
            for (std::size_t i = 0; i < n; ++i) {
                scales[i] = 1;
                zeros[i] = 0;
                if (!(low[i] <= high[i])) continue;
                scales[i] = stored(float((double(high[i]) - double(low[i])) / (m_high - m_low)));
                zeros[i] = roundTo(m_type, float(double(low[i]) - m_low * double(scales[i])));
            }
            return;
    }
}

}  // namespace roundoff::schemes
