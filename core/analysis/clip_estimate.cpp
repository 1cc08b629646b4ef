#include <algorithm>
#include <cmath>
#include <limits>

#include "core/analysis/distribution.h"

namespace roundoff::analysis {
namespace {

/// Integral from 0 to x of the squared distance to the nearest multiple of `step`.
double roundingIntegral(double x, double step) {
    const double cell = std::nearbyint(x / step), rest = x - cell * step;
    return cell * step * step * step / 12 + rest * rest * rest / 3;
}

double cube(double x) { return x * x * x; }

}  // namespace

ClipGrid clipGrid(int bits, schemes::Symmetry symmetry, double low, double high) {
    using enum schemes::Symmetry;
    const double half = double(1 << (bits - 1)), size = std::max(std::abs(low), std::abs(high));
    ClipGrid grid{0, 0, 1 << bits};
    switch (symmetry) {
        case Symmetric: grid = {-size, size / (half - 1), (1 << bits) - 1}; break;
        // The end that reaches further meets the lowest code.
        case SymmetricFull:
            grid.step = size / half;
            grid.bottom = std::abs(low) >= std::abs(high) ? -size : grid.step - size;
            break;
        case SymmetricGptq:
            grid.step = size / (half - 0.5);
            grid.bottom = -half * grid.step;
            break;
        case Asymmetric:  // widened to hold zero, which is met exactly
            grid.step = (std::max(high, 0.0) - std::min(low, 0.0)) / (grid.levels - 1);
            if (grid.step > 0) grid.bottom = std::nearbyint(std::min(low, 0.0) / grid.step) * grid.step;
            break;
        case AsymmetricFloat: grid = {low, (high - low) / (grid.levels - 1), grid.levels}; break;
    }
    return grid;
}

ClipEstimate estimateClip(const Histogram& histogram, int bits, schemes::Symmetry symmetry, double low, double high) {
    const ClipGrid grid = clipGrid(bits, symmetry, low, high);
    const double bottom = grid.bottom, top = grid.top();  // outermost levels
    ClipEstimate estimate;
    estimate.levels = grid.levels;
    estimate.step = grid.step;
    if (!(estimate.step > 0)) return estimate;
    const double cutLow = bottom - estimate.step / 2, cutHigh = top + estimate.step / 2;
    const double width = std::max(histogram.binWidth(), std::numeric_limits<double>::min());
    double count = 0, clipped = 0, rounding = 0, clipping = 0, signal = 0;
    for (std::size_t b = 0; b < histogram.counts.size(); ++b) {
        const double n = double(histogram.counts[b]);
        if (n == 0) continue;
        // The bin's elements are taken as spread evenly over it.
        const double from = histogram.low + double(b) * histogram.binWidth(), to = from + width;
        const double density = n / width;
        count += n;
        signal += density * (cube(to) - cube(from)) / 3;
        const double inFrom = std::clamp(from, cutLow, cutHigh), inTo = std::clamp(to, cutLow, cutHigh);
        rounding += density * (roundingIntegral(inTo - bottom, estimate.step) - roundingIntegral(inFrom - bottom, estimate.step));
        if (from < cutLow) {
            const double end = std::min(to, cutLow);
            clipping += density * (cube(end - bottom) - cube(from - bottom)) / 3;
            clipped += density * (end - from);
        }
        if (to > cutHigh) {
            const double begin = std::max(from, cutHigh);
            clipping += density * (cube(to - top) - cube(begin - top)) / 3;
            clipped += density * (to - begin);
        }
    }
    if (count == 0) return estimate;
    estimate.clippedShare = clipped / count;
    estimate.roundingMse = std::max(rounding, 0.0) / count;
    estimate.clippingMse = std::max(clipping, 0.0) / count;
    const double noise = estimate.roundingMse + estimate.clippingMse;
    estimate.sqnrDb = noise > 0 ? 10 * std::log10(signal / count / noise) : std::numeric_limits<double>::infinity();
    return estimate;
}

}  // namespace roundoff::analysis
