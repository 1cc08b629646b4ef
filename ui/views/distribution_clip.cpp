#include "ui/views/distribution_clip.h"

#include <algorithm>
#include <cmath>

#include "core/schemes/number_format.h"
#include "ui/charts/histogram_bins.h"

namespace roundoff::ui {
namespace {

using analysis::Histogram;
using schemes::Symmetry;

constexpr int kCurvePoints = 99;
constexpr double kLeastShare = 0.02;

double errorOf(const Histogram& histogram, int bits, Symmetry symmetry, const ClipRange& range) {
    const auto estimate = analysis::estimateClip(histogram, bits, symmetry, range.low, range.high);
    return estimate.roundingMse + estimate.clippingMse;
}

}  // namespace

std::optional<int> integerBits(const schemes::TensorScheme& scheme) {
    const auto* format = schemes::findNumberFormat(scheme.format);
    if (!format || !format->grid || format->blocks || format->bits < 2 || format->bits > 16) return {};
    if (!std::holds_alternative<kernels::UniformGrid>(format->grid(scheme))) return {};
    return format->bits;
}

std::vector<double> clipLevels(int bits, Symmetry symmetry, const ClipRange& range) {
    std::vector<double> levels;
    if (!(range.high > range.low) || bits < 2 || bits > 16) return levels;
    const auto grid = analysis::clipGrid(bits, symmetry, range.low, range.high);
    // From zero where it is a level, so that it is one exactly.
    const double origin = symmetry == Symmetry::AsymmetricFloat ? grid.bottom : 0;
    const double first = std::nearbyint((grid.bottom - origin) / grid.step);
    for (int code = 0; code < grid.levels; ++code) levels.push_back(origin + (first + code) * grid.step);
    return levels;
}

ClipRange wholeRange(const Histogram& histogram, Symmetry symmetry) {
    if (!schemes::isSymmetric(symmetry)) return {histogram.low, histogram.high};
    const double size = std::max(std::abs(histogram.low), std::abs(histogram.high));
    return {-size, size};
}

ClipRange percentileRange(const Histogram& histogram, Symmetry symmetry, double share) {
    if (schemes::isSymmetric(symmetry)) {
        const double size = absoluteQuantile(histogram, share);
        return {-size, size};
    }
    return {quantile(histogram, (1 - share) / 2), quantile(histogram, (1 + share) / 2)};
}

ClipRange scaledRange(const ClipRange& whole, double share) { return {whole.low * share, whole.high * share}; }

std::vector<ClipPoint> clipCurve(const Histogram& histogram, int bits, Symmetry symmetry) {
    std::vector<ClipPoint> points;
    const ClipRange whole = wholeRange(histogram, symmetry);
    if (!(whole.high > whole.low)) return points;
    for (int i = 0; i < kCurvePoints; ++i) {
        const double share = kLeastShare + (1 - kLeastShare) * i / (kCurvePoints - 1);
        points.push_back({share, errorOf(histogram, bits, symmetry, scaledRange(whole, share))});
    }
    return points;
}

ClipRange leastErrorRange(const Histogram& histogram, int bits, Symmetry symmetry) {
    const auto points = clipCurve(histogram, bits, symmetry);
    const ClipRange whole = wholeRange(histogram, symmetry);
    if (points.empty()) return whole;
    const auto best =
        std::min_element(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.mse < b.mse; });
    ClipRange range = scaledRange(whole, best->share);
    double error = best->mse;
    // From the best of the scan, smaller and smaller moves: of both ends together, or each by itself where they may.
    double move = (1 - kLeastShare) / (kCurvePoints - 1);
    for (int round = 0; round < 8; ++round, move /= 2) {
        for (const double change : {1 + move, 1 - move}) {
            std::vector<ClipRange> tries{scaledRange(range, change)};
            if (!schemes::isSymmetric(symmetry)) {
                tries.push_back({range.low * change, range.high});
                tries.push_back({range.low, range.high * change});
            }
            for (const ClipRange& attempt : tries) {
                const double found = errorOf(histogram, bits, symmetry, attempt);
                if (found < error) error = found, range = attempt;
            }
        }
    }
    return range;
}

double shareWithin(const Histogram& histogram, const ClipRange& range) {
    const std::uint64_t all = mass(histogram);
    if (all == 0) return 1;
    const double width = histogram.binWidth();
    std::uint64_t inside = 0;
    for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
        const double centre = histogram.low + (double(bin) + 0.5) * width;
        if (centre >= range.low && centre <= range.high) inside += histogram.counts[bin];
    }
    return double(inside) / double(all);
}

}  // namespace roundoff::ui
