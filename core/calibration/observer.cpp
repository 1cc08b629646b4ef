#include "core/calibration/observer.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "core/kernels/histogram.h"
#include "core/kernels/ranges.h"
#include "core/schemes/number_format.h"
#include "core/schemes/range_search.h"

namespace roundoff::calibration {
namespace {

constexpr std::size_t kBins = Observation::kBins;  ///< the most that the kernel counts in one pass; half of them for rectified values
constexpr std::size_t kPiece = 1 << 16;
constexpr double kMomentum = 0.01;   ///< of the moving averages, as ONNX Runtime has it
constexpr float kInf = std::numeric_limits<float>::infinity();

/// Doubles the bins' width: neighbours merge towards the middle.
void widen(Observation& seen) {
    std::vector<std::uint64_t> wider(kBins, 0);
    for (std::size_t b = 0; b < kBins; ++b) wider[kBins / 4 + b / 2] += seen.counts[b];
    seen.counts = std::move(wider);
    seen.limit *= 2;
}

/// Makes room for magnitudes up to `most`.
void reach(double most, Observation& seen) {
    if (!(most > 0)) return;
    if (seen.counts.empty()) {
        seen.counts.assign(kBins, 0);
        seen.limit = std::ldexp(1.0, std::clamp(std::ilogb(most) + 1, -120, 127));
    }
    while (seen.limit < most && seen.limit < 0x1p127) widen(seen);
}

/// Pieces are as many whatever the threads, and merge in order.
template <class Each>
void forPieces(std::size_t n, std::size_t pieces, const Each& each) {
    if (pieces < 2) return each(0, 0, n);
    tbb::parallel_for(std::size_t(0), pieces, [&](std::size_t p) { each(p, p * n / pieces, (p + 1) * n / pieces); });
}

kernels::Moments momentsOf(std::span<const float> x) {
    std::vector<kernels::Moments> parts(std::max<std::size_t>(x.size() / kPiece, 1));
    forPieces(x.size(), parts.size(), [&](std::size_t p, std::size_t from, std::size_t to) {
        kernels::accumulate(x.data() + from, to - from, parts[p], kernels::Powers::Two);
    });
    for (std::size_t p = 1; p < parts.size(); ++p) parts[0].merge(parts[p]);
    return parts[0];
}

void count(std::span<const float> x, Observation& seen) {
    const std::size_t pieces = std::clamp<std::size_t>(x.size() / kPiece, 1, 8);
    std::vector<std::vector<std::uint64_t>> parts(pieces - 1, std::vector<std::uint64_t>(kBins, 0));
    forPieces(x.size(), pieces, [&](std::size_t p, std::size_t from, std::size_t to) {
        auto& bins = p == 0 ? seen.counts : parts[p - 1];
        kernels::accumulateHistogram(x.data() + from, to - from, -float(seen.limit), float(seen.limit), bins);
    });
    for (const auto& part : parts)
        for (std::size_t b = 0; b < kBins; ++b) seen.counts[b] += part[b];
}

double squareOf(float x) { return std::isfinite(x) ? double(x) * x : 0; }

void widenChannels(const tensor::TensorView& value, std::span<const float> x, Observation& seen) {
    const auto& shape = value.shape;
    if (shape.size() < 2 || x.empty()) return;
    const std::size_t axis = channelAxis(shape);
    const auto channels = std::size_t(shape[axis]);
    auto& absmax = seen.channelAbsmax;
    auto& sum2 = seen.channelSum2;
    absmax.resize(std::max(absmax.size(), channels), 0);
    sum2.resize(absmax.size(), 0);
    std::size_t inner = 1;
    for (std::size_t i = axis + 1; i < shape.size(); ++i) inner *= std::size_t(shape[i]);
    std::vector<float> low(channels, kInf), high(channels, -kInf);
    if (inner == 1) {
        kernels::widenColumns(x.data(), x.size() / channels, channels, low.data(), high.data());
        for (std::size_t at = 0; at < x.size(); at += channels)
            for (std::size_t c = 0; c < channels; ++c) sum2[c] += squareOf(x[at + c]);
    } else {
        for (std::size_t at = 0; at < x.size(); at += channels * inner)
            for (std::size_t c = 0; c < channels; ++c) {
                kernels::Moments run;
                kernels::accumulate(x.data() + at + c * inner, inner, run, kernels::Powers::Two);
                low[c] = std::min(low[c], run.min);
                high[c] = std::max(high[c], run.max);
                sum2[c] += run.sum2;
            }
    }
    for (std::size_t c = 0; c < channels; ++c)
        if (low[c] <= high[c]) absmax[c] = std::max({absmax[c], -low[c], high[c]});
}

/// What was seen at all, widened to hold 0.
ActivationRange extremes(const Observation& seen) {
    return {std::min(0.0, double(seen.moments.min)), std::max(0.0, double(seen.moments.max))};
}

ActivationRange minMax(const Observation& seen, const schemes::TensorScheme&) { return extremes(seen); }

ActivationRange average(const Observation& seen, const schemes::TensorScheme&) {
    return {std::min(0.0, seen.averageLow), std::max(0.0, seen.averageHigh)};
}

/// What the scheme's rule finds in the histogram.
ActivationRange narrowed(const Observation& seen, const schemes::TensorScheme& scheme) {
    const ActivationRange all = extremes(seen);
    if (seen.counts.empty()) return all;
    std::vector<std::uint64_t> counts = seen.counts;
    counts[counts.size() / 2] += seen.zeros;
    const schemes::NumberFormat& format = *schemes::findNumberFormat(scheme.format);
    const kernels::Grid grid = format.grid(scheme);
    const kernels::Snapper snapper(grid);
    const schemes::ScaleMaker maker(scheme, grid, tensor::ElementType::Float32);
    const auto scaleOf = [&](float low, float high) { return maker.make(low, high, std::max(-all.low, all.high)); };
    schemes::RangeSearch search{scheme.range, scheme.symmetry, format.bits, 0, &snapper, scaleOf};
    if (scheme.range.rule == schemes::Range::Rule::Std) search.gaussianClip = schemes::gaussianClip(grid, scaleOf);
    auto low = float(all.low), high = float(all.high);
    narrow(search, counts, seen.limit, low, high);
    return {std::min(0.0F, low), std::max(0.0F, high)};
}

}  // namespace

const std::vector<Observer>& observers() {
    using enum schemes::Range::Rule;
    using enum Detail;
    static const std::vector<Observer> list{
        {MinMax, "minmax", "Smallest and largest", "Nothing is clipped; one stray value widens every step.", Extremes, minMax},
        {Average, "ema", "Moving average of the samples' extremes", "Less at the mercy of one odd sample than minmax.", Extremes, average},
        {Percentile, "p99.99", "Percentile", "Clips a fixed share; cheap, and mostly good from 99.9 up.", Histograms, narrowed},
        {Mse, "mse", "Least squared error", "Weighs clipping against rounding for the very format.", Histograms, narrowed},
        {Kl, "kl", "Least divergence", "Keeps the distribution's shape (TensorRT's entropy rule); made for 8-bit integers.", Histograms, narrowed},
        {Std, "std", "Standard deviations", "Takes the values to be Gaussian; heavy tails lose by it.", Histograms, narrowed},
    };
    return list;
}

const Observer& observerOf(schemes::Range::Rule rule) {
    const auto found = std::ranges::find(observers(), rule, &Observer::rule);
    assert(found != observers().end());
    return *found;
}

void observe(const tensor::TensorView& value, Detail detail, Observation& seen) {
    const std::span<const float> x(reinterpret_cast<const float*>(value.bytes.data()), value.bytes.size() / sizeof(float));
    if (seen.samples++ == 0) seen.shape = value.shape;
    const kernels::Moments own = momentsOf(x);
    seen.moments.merge(own);
    if (own.finite() < own.count) ++seen.broken;
    if (own.finite() == 0) return;
    const bool first = seen.bands.empty();
    seen.averageLow = first ? own.min : seen.averageLow + kMomentum * (own.min - seen.averageLow);
    seen.averageHigh = first ? own.max : seen.averageHigh + kMomentum * (own.max - seen.averageHigh);
    if (seen.bands.size() < Observation::kMostBands) seen.bands.push_back({own.min, own.max});
    if (detail == Detail::Extremes) return;
    reach(std::max(-double(own.min), double(own.max)), seen);
    if (seen.counts.empty())  // nothing but zeros so far: they lie in the middle of whatever comes
        seen.zeros += own.finite();
    else
        count(x, seen);
    if (detail == Detail::Channels) widenChannels(value, x, seen);
}

ActivationRange rangeOf(const Observation& seen, const schemes::TensorScheme& scheme) {
    if (seen.moments.finite() == 0) return {};
    return observerOf(scheme.range.rule).range(seen, scheme);
}

schemes::Scale parametersOf(const Observation& seen, const schemes::TensorScheme& scheme) {
    const ActivationRange range = rangeOf(seen, scheme);
    const schemes::ScaleMaker maker(scheme, schemes::findNumberFormat(scheme.format)->grid(scheme), tensor::ElementType::Float32);
    return maker.make(float(range.low), float(range.high), std::max(-range.low, range.high));
}

}  // namespace roundoff::calibration
