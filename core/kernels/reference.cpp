#include "core/kernels/reference.h"

#include <algorithm>
#include <cmath>

namespace roundoff::kernels::reference {

void accumulate(const float* x, std::size_t n, Moments& moments) {
    for (std::size_t i = 0; i < n; ++i) {
        ++moments.count;
        if (std::isnan(x[i])) {
            ++moments.nan;
        } else if (std::isinf(x[i])) {
            ++moments.inf;
        } else {
            if (x[i] == 0) ++moments.zeros;
            moments.min = std::min(moments.min, x[i]);
            moments.max = std::max(moments.max, x[i]);
            const double v = x[i];
            moments.sum += v;
            moments.sum2 += v * v;
            moments.sum3 += v * v * v;
            moments.sum4 += v * v * (v * v);
        }
    }
}

void accumulateError(const float* x, const float* y, std::size_t n, ErrorSums& sums) {
    for (std::size_t i = 0; i < n; ++i) {
        if (!std::isfinite(x[i])) continue;
        const double e = double(x[i]) - double(y[i]);
        sums.noise += e * e;
        sums.cross += double(x[i]) * e;
        sums.maxAbs = std::max(sums.maxAbs, std::abs(e));
        if (y[i] == 0 && x[i] != 0) ++sums.zeroed;
    }
}

namespace {

/// The grid value nearest to v = x / scale, and whether v lies beyond the grid.
struct Unit {
    float unit;
    bool clipped;
};

Unit unitOf(const UniformGrid& grid, float v, float zero) {
    const float middle = grid.shifted ? 0 : zero;
    const float low = float(grid.low) - middle, high = float(grid.high) - middle;
    if (std::isnan(v)) return {low, false};
    return {std::nearbyint(std::clamp(v, low, high)) + 0.0F, v < low - 0.5F || v > high + 0.5F};
}

Unit unitOf(const FloatGrid& grid, float v, float) {
    if (std::isnan(v)) return {-grid.max, false};
    const int top = std::ilogb(grid.max);
    const float bound = grid.max + std::ldexp(0.5F, top - grid.mantissaBits);
    const float clamped = std::clamp(v, -grid.max, grid.max);
    const int exponent = clamped == 0 ? 1 - grid.bias : std::max(std::ilogb(clamped), 1 - grid.bias);
    const float quantum = std::ldexp(1.0F, exponent - grid.mantissaBits);
    const float unit = std::nearbyint(clamped / quantum) * quantum;
    return {grid.negativeZero ? unit : unit + 0.0F, v < -bound || v > bound};
}

Unit unitOf(const LevelGrid& grid, float v, float) {
    const auto& t = grid.thresholds;
    const auto& l = grid.levels;
    if (std::isnan(v)) return {l.front(), false};
    const std::size_t index = std::size_t(std::upper_bound(t.begin(), t.end(), v) - t.begin());
    if (l.size() < 2) return {l[index], false};
    const float below = l[0] - (l[1] - l[0]) * 0.5F, above = l.back() + (l.back() - l[l.size() - 2]) * 0.5F;
    return {l[index], v < below || v > above};
}

}  // namespace

Snapped snap(const Grid& grid, float x, float scale, float zero) {
    const auto* uniform = std::get_if<UniformGrid>(&grid);
    const bool shifted = uniform && uniform->shifted;
    const float v = (shifted ? x - zero : x) / scale;
    const Unit u = std::visit([&](const auto& g) { return unitOf(g, v, zero); }, grid);
    const float product = u.unit * scale;
    return {u.unit, shifted ? product + zero : product, u.clipped};
}

}  // namespace roundoff::kernels::reference
