#include "core/schemes/range_search.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <vector>

#include "core/kernels/histogram.h"
#include "core/kernels/moments.h"
#include "core/schemes/histogram_ranges.h"

namespace roundoff::schemes {
namespace {

constexpr std::size_t kLong = 1 << 17;  ///< from here on a histogram costs less than it saves
constexpr std::size_t kBins = 4096;     ///< the most that the kernel counts in one pass

/// Elements a bin of the entropy rule, on average: below that the noise of the counts outweighs their shape.
constexpr std::size_t kFill = 16;

std::vector<std::uint64_t> histogram(const float* x, std::size_t n, float low, float high, std::size_t bins) {
    constexpr std::size_t kPiece = 1 << 20;
    std::vector<std::vector<std::uint64_t>> parts((n + kPiece - 1) / kPiece, std::vector<std::uint64_t>(bins, 0));
    tbb::parallel_for(std::size_t(0), parts.size(), [&](std::size_t p) {
        kernels::accumulateHistogram(x + p * kPiece, std::min(kPiece, n - p * kPiece), low, high, parts[p]);
    });
    for (std::size_t p = 1; p < parts.size(); ++p)
        std::ranges::transform(parts[0], parts[p], parts[0].begin(), std::plus<>());
    return std::move(parts[0]);
}

/// Sum over the data itself of (x - q(x))².
double dataNoise(const kernels::Snapper& snapper, const float* x, std::size_t n, Scale s) {
    constexpr std::size_t kPiece = 4096;
    const auto piece = [&](std::size_t first, std::size_t count) {
        kernels::ErrorSums sums;
        snapper.measure(x + first, nullptr, count, {&s.scale, &s.zero, count, false}, sums);
        return sums.noise;
    };
    if (n <= kPiece) return piece(0, n);
    std::vector<double> parts((n + kPiece - 1) / kPiece);
    tbb::parallel_for(std::size_t(0), parts.size(),
                      [&](std::size_t p) { parts[p] = piece(p * kPiece, std::min(kPiece, n - p * kPiece)); });
    return std::accumulate(parts.begin(), parts.end(), 0.0);
}

/// Value at a share (0..1) of the sorted data, nearest rank; reorders `values`.
float quantile(std::vector<float>& values, double share) {
    const double rank = std::ceil(share * double(values.size()));
    const auto at = std::size_t(std::clamp(rank - 1, 0.0, double(values.size() - 1)));
    std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(at), values.end());
    return values[at];
}

void percentile(const RangeSearch& search, const float* x, std::size_t n, float& low, float& high) {
    const double kept = search.range.percentile / 100;
    std::vector<float> values(x, x + n);
    if (isSymmetric(search.symmetry)) {
        for (float& v : values) v = std::abs(v);
        const float clip = quantile(values, kept);
        low = std::max(low, -clip);
        high = std::min(high, clip);
    } else {
        high = quantile(values, 1 - (1 - kept) / 2);
        low = quantile(values, (1 - kept) / 2);
    }
}

/// What remains of the two ends of a range.
struct Kept {
    double low = 1, high = 1;
};

/// The least of `noise` over the candidates of `mse`. A gain below one part in 1e9 is none, so that rounding errors of
/// the sums never make a range worse than minmax.
template <class Noise>
Kept leastNoise(bool eachEnd, const Job& job, const Noise& noise) {
    Kept best;
    double least = noise(best);
    // False where the noise has grown past what a better candidate further on allows: there what is clipped and what is
    // rounded cost less than `least` each, clipping costs less here than there, and rounding at most about `least`.
    const auto attempt = [&](Kept kept) {
        if (job.cancelled()) return false;
        const double candidate = noise(kept);
        if (candidate < least * (1 - 1e-9)) {
            least = candidate;
            best = kept;
        }
        return candidate <= 3 * least;
    };
    for (double p = 0.96; p > 0.01; p = p > 0.22 ? p - 0.04 : p * 0.85)
        if (!attempt({p, p})) break;
    const double centre = best.low, step = std::min(0.01, 0.04 * centre);
    for (const int i : {-3, -2, -1, 1, 2, 3})
        if (centre + step * i < 1) attempt({centre + step * i, centre + step * i});
    if (!eachEnd) return best;
    for (const bool upper : {false, true}) {
        const Kept common = best;
        for (const double p : {0.95, 0.9, 0.8, 0.65, 0.5, 0.35, 0.2, 0.1, 0.05})
            if (!attempt(upper ? Kept{common.low, common.high * p} : Kept{common.low * p, common.high})) break;
    }
    return best;
}

void leastSquares(const RangeSearch& search, const float* x, std::size_t n, float& low, float& high, const Job& job) {
    // A range that need not hold 0 shrinks to its middle, any other to 0.
    const bool free = search.symmetry == Symmetry::AsymmetricFloat;
    const double anchor = free ? (double(low) + double(high)) / 2 : 0;
    const auto lowAt = [&](Kept p) { return float(anchor + (low - anchor) * p.low); };
    const auto highAt = [&](Kept p) { return float(anchor + (high - anchor) * p.high); };
    const auto scaleAt = [&](Kept p) { return search.scaleOf(lowAt(p), highAt(p)); };
    const auto onData = [&](Kept p) { return dataNoise(*search.snapper, x, n, scaleAt(p)); };
    const bool eachEnd = !isSymmetric(search.symmetry) && low < anchor && high > anchor;
    Kept best;
    if (n < kLong || !(low < high)) {
        best = leastNoise(eachEnd, job, onData);
    } else {
        const auto counts = histogram(x, n, low, high, kBins);
        const std::vector<double> weights(counts.begin(), counts.end());
        const GridNoise noise(search.snapper->grid());
        const auto found = leastNoise(eachEnd, job, [&](Kept p) {
            const Scale s = scaleAt(p);
            return noise(s.scale, s.zero, weights, low, high);
        });
        double least = onData(best);
        for (const double nudge : {1.0, 0.99, 1.01}) {
            if (job.cancelled()) return;
            const Kept candidate{std::min(found.low * nudge, 1.0), std::min(found.high * nudge, 1.0)};
            const double exact = onData(candidate);
            if (exact < least * (1 - 1e-9)) {
                least = exact;
                best = candidate;
            }
        }
    }
    const float narrowed = lowAt(best);
    high = highAt(best);
    low = narrowed;
}

void leastDivergence(const RangeSearch& search, const float* x, std::size_t n, float& low, float& high) {
    const std::size_t bins = std::min(n / kFill, kBins / 2), levels = std::size_t(1) << (search.bits - 1);
    const float most = std::max(std::abs(low), std::abs(high));
    if (bins < 2 * levels || !(most > 0)) return;
    // One pass over both signs, then folded at 0.
    const auto counts = histogram(x, n, -most, most, 2 * bins);
    std::vector<std::uint64_t> magnitudes(bins);
    for (std::size_t b = 0; b < bins; ++b) magnitudes[b] = counts[bins + b] + counts[bins - 1 - b];
    const float clip = float(double(most) * klShare(magnitudes, levels));
    low = std::max(low, -clip);
    high = std::min(high, clip);
}

void deviations(const RangeSearch& search, const float* x, std::size_t n, float& low, float& high) {
    kernels::Moments moments;
    kernels::accumulate(x, n, moments, kernels::Powers::Two);
    const double square = moments.sum2 / double(n);
    const double mean = isSymmetric(search.symmetry) ? 0 : moments.sum / double(n);
    const double reach = search.gaussianClip * std::sqrt(std::max(square - mean * mean, 0.0));
    low = float(std::max(double(low), mean - reach));
    high = float(std::min(double(high), mean + reach));
}

}  // namespace

double gaussianClip(const kernels::Grid& grid, const ScaleOf& scaleOf) {
    constexpr double kEnd = 8;
    std::vector<double> density(kBins);
    for (std::size_t b = 0; b < kBins; ++b) {
        const double x = kEnd * (2 * (double(b) + 0.5) / double(kBins) - 1);
        density[b] = std::exp(-x * x / 2);
    }
    const GridNoise noise(grid);
    const auto at = [&](double clip) {
        const Scale s = scaleOf(float(-clip), float(clip));
        return noise(s.scale, s.zero, density, -kEnd, kEnd);
    };
    double best = kEnd, least = at(best);
    const auto attempt = [&](double clip) {
        const double candidate = at(clip);
        if (candidate < least) {
            least = candidate;
            best = clip;
        }
    };
    for (double clip = kEnd; clip > 0.5; clip *= 0.97) attempt(clip);
    const double centre = best;
    for (int i = -12; i <= 12; ++i) attempt(std::min(centre * (1 + 0.0025 * i), kEnd));
    return best;
}

void narrow(const RangeSearch& search, const float* x, std::size_t n, float& low, float& high, const Job& job) {
    if (!(low <= high) || search.range.rule == Range::Rule::MinMax || job.cancelled()) return;
    std::vector<float> finite;
    if (!std::all_of(x, x + n, [](float v) { return std::isfinite(v); })) {
        std::copy_if(x, x + n, std::back_inserter(finite), [](float v) { return std::isfinite(v); });
        x = finite.data();
        n = finite.size();
    }
    switch (search.range.rule) {
        case Range::Rule::MinMax:
            return;
        case Range::Rule::Percentile:
            return percentile(search, x, n, low, high);
        case Range::Rule::Mse:
            return leastSquares(search, x, n, low, high, job);
        case Range::Rule::Kl:
            return leastDivergence(search, x, n, low, high);
        case Range::Rule::Std:
            return deviations(search, x, n, low, high);
        case Range::Rule::Average:
            return;
    }
}

namespace {

/// Value below which a share of a histogram's elements lies.
double quantile(std::span<const std::uint64_t> counts, double low, double width, double share) {
    const double total = double(std::accumulate(counts.begin(), counts.end(), std::uint64_t(0))), wanted = share * total;
    double below = 0;
    for (std::size_t b = 0; b < counts.size(); ++b) {
        const double here = double(counts[b]);
        if (here > 0 && below + here >= wanted) return low + width * (double(b) + (wanted - below) / here);
        below += here;
    }
    return low + width * double(counts.size());
}

/// Counts of |x|, as far as the largest.
std::vector<std::uint64_t> folded(std::span<const std::uint64_t> counts, double limit, double most) {
    const std::size_t half = counts.size() / 2;
    const auto used = std::size_t(std::clamp(std::ceil(most / limit * double(half)), 1.0, double(half)));
    std::vector<std::uint64_t> magnitudes(used);
    for (std::size_t b = 0; b < used; ++b) magnitudes[b] = counts[half + b] + counts[half - 1 - b];
    return magnitudes;
}

}  // namespace

void narrow(const RangeSearch& search, std::span<const std::uint64_t> counts, double limit, float& low, float& high) {
    const double width = 2 * limit / double(counts.size()), most = std::max(std::abs(double(low)), std::abs(double(high)));
    if (!(low < high) || !(limit > 0)) return;
    const bool symmetric = isSymmetric(search.symmetry);
    const auto cut = [&](double below, double above) {
        low = std::max(low, float(below));
        high = std::min(high, float(above));
    };
    switch (search.range.rule) {
        case Range::Rule::MinMax:
        case Range::Rule::Average:
            return;
        case Range::Rule::Percentile: {
            const double kept = search.range.percentile / 100;
            if (kept >= 1) return;
            const double clip = quantile(folded(counts, limit, most), 0, width, kept);
            if (symmetric) return cut(-clip, clip);
            return cut(quantile(counts, -limit, width, (1 - kept) / 2), quantile(counts, -limit, width, (1 + kept) / 2));
        }
        case Range::Rule::Kl: {
            const auto magnitudes = folded(counts, limit, most);
            const double clip = width * double(magnitudes.size()) * klShare(magnitudes, std::size_t(1) << (search.bits - 1));
            return cut(-clip, clip);
        }
        case Range::Rule::Std: {
            double total = 0, sum = 0, square = 0;
            for (std::size_t b = 0; b < counts.size(); ++b) {
                const double x = -limit + width * (double(b) + 0.5), n = double(counts[b]);
                total += n;
                sum += n * x;
                square += n * x * x;
            }
            if (total == 0) return;
            const double mean = symmetric ? 0 : sum / total;
            const double reach = search.gaussianClip * std::sqrt(std::max(square / total - mean * mean, 0.0));
            return cut(mean - reach, mean + reach);
        }
        case Range::Rule::Mse: {
            const std::vector<double> weights(counts.begin(), counts.end());
            const GridNoise noise(search.snapper->grid());
            const float bottom = low, top = high;
            Job job;
            const auto best = leastNoise(!symmetric && low < 0 && high > 0, job, [&](Kept p) {
                const Scale s = search.scaleOf(float(bottom * p.low), float(top * p.high));
                return noise(s.scale, s.zero, weights, -limit, limit);
            });
            return cut(bottom * best.low, top * best.high);
        }
    }
}

}  // namespace roundoff::schemes
