#include "core/analysis/layer_pass.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/kernels/error.h"
#include "core/kernels/histogram.h"
#include "core/kernels/moments.h"

namespace roundoff::analysis {
namespace {

using schemes::BlockQuantizer;
using schemes::Parameters;

constexpr std::uint64_t kRegion = 1 << 16;  ///< elements: x and its rounded form stay in the second-level cache
constexpr std::size_t kPiece = 1 << 12;     ///< elements rounded at a time, in the first-level cache
constexpr std::size_t kBins = 2048;

/// Elements of a region as float32: the map itself where it holds aligned float32, else converted into `buffer`.
std::span<const float> region(const tensor::TensorView& weight, std::uint64_t first, std::uint64_t end,
                              std::vector<float>& buffer) {
    const std::byte* bytes = weight.bytes.data();
    if (weight.type == tensor::ElementType::Float32 && std::bit_cast<std::uintptr_t>(bytes) % alignof(float) == 0)
        return {reinterpret_cast<const float*>(bytes) + first, std::size_t(end - first)};
    buffer.resize(std::size_t(end - first));
    tensor::readFloats(weight, first, buffer);
    return buffer;
}

/// Runs body(i, scratch) for every region, with a scratch buffer that is never shared, and lets no unrelated task in.
template <class Body>
void forEachRegion(std::size_t regions, const Job& job, const Body& body) {
    tbb::this_task_arena::isolate([&] {
        tbb::parallel_for(std::size_t(0), regions, [&](std::size_t r) {
            if (job.cancelled()) return;
            std::vector<float> scratch;
            body(r, scratch);
        });
    });
}

WeightStatistics statisticsOf(const kernels::Moments& m) {
    WeightStatistics s;
    s.count = m.count;
    s.nan = m.nan;
    s.inf = m.inf;
    s.zeros = m.zeros;
    const double n = double(m.finite());
    if (n == 0) return s;
    s.min = m.min;
    s.max = m.max;
    s.mean = m.sum / n;
    s.rms = std::sqrt(m.sum2 / n);
    const double variance = std::max(m.sum2 / n - s.mean * s.mean, 0.0);
    s.std = std::sqrt(variance);
    const double fourth = m.sum4 / n - 4 * s.mean * m.sum3 / n + 6 * s.mean * s.mean * m.sum2 / n - 3 * std::pow(s.mean, 4);
    s.kurtosis = variance > 0 ? fourth / (variance * variance) : 0;
    s.histogram.low = m.min;
    s.histogram.high = m.max;
    s.histogram.counts.assign(kBins, 0);
    return s;
}

/// Sums of one scheme over one region.
struct RegionError {
    kernels::ErrorSums sums;
    std::uint64_t clipped = 0;
    double stepSquares = 0;
};

RegionError roundRegion(const BlockQuantizer& quantizer, const Parameters& parameters, std::span<const float> x,
                        std::uint64_t first, bool allFinite, float* keep) {
    RegionError error;
    float piece[kPiece];
    schemes::forEachBatch(quantizer.tiling(), first, first + x.size(), kPiece, [&](const schemes::Batch& batch) {
        const std::size_t at = std::size_t(batch.first - first);
        float* y = keep ? keep + at : piece;
        error.clipped += quantizer.snap(batch, x.data() + at, y, parameters, kernels::Snapper::Output::Value);
        kernels::accumulateError(x.data() + at, y, batch.count, allFinite, error.sums);
        const std::size_t scale = std::size_t(batch.scale - parameters.first);
        double squares = 0;
        for (std::size_t s = 0; s < batch.scales(); ++s) {
            const double step = parameters.scales[scale + s];
            const std::size_t elements = batch.columns ? batch.rows() : std::min(batch.width, batch.count - s * batch.width);
            squares += step * step * double(elements);
        }
        error.stepSquares += squares;
    });
    return error;
}

}  // namespace

Result<LayerPass> passOver(const tensor::TensorView& weight, const model::Layer& layer,
                           std::span<const schemes::TensorScheme> wanted, RegionObserver* observer, Job& job) {
    const std::uint64_t count = weight.count();
    std::vector<schemes::Tiling> tilings;
    std::vector<BlockQuantizer> quantizers;
    for (const auto& scheme : wanted) {
        auto tiling = schemes::tilingOf(weight.shape, layer.outputAxis, layer.reductionAxis, scheme.granularity);
        if (!tiling) return propagate(tiling);
        tilings.push_back(*tiling);
        quantizers.emplace_back(scheme, *tiling, schemes::scaleTypeOf(weight.type));
    }
    const auto boundaries = schemes::regionBoundaries(tilings, count, kRegion);
    const std::size_t regions = boundaries.size() - 1;

    // First pass: moments, and the ranges of the scales that span regions.
    std::vector<kernels::Moments> moments(regions);
    std::vector<std::vector<BlockQuantizer::Ranges>> ranges(regions, std::vector<BlockQuantizer::Ranges>(wanted.size()));
    const auto isGlobal = [&](std::size_t s) { return !tilings[s].local() && count > 0; };
    // Schemes that share a tiling share its ranges.
    std::vector<std::size_t> rangesOf(wanted.size());
    for (std::size_t s = 0; s < wanted.size(); ++s) {
        rangesOf[s] = s;
        for (std::size_t earlier = 0; earlier < s && rangesOf[s] == s; ++earlier)
            if (wanted[earlier].granularity == wanted[s].granularity) rangesOf[s] = rangesOf[earlier];
    }
    std::vector<BlockQuantizer::Ranges> whole(wanted.size());
    for (std::size_t s = 0; s < wanted.size(); ++s)
        if (isGlobal(s)) whole[s] = quantizers[s].emptyRanges(0, count);
    // A few stripes of regions, each with ranges of its own, so that many channels do not cost memory a region.
    const std::size_t stripes = std::min<std::size_t>(regions, 16);
    ranges.resize(stripes);
    forEachRegion(stripes, job, [&](std::size_t stripe, std::vector<float>& scratch) {
        for (std::size_t s = 0; s < wanted.size(); ++s)
            if (isGlobal(s) && rangesOf[s] == s) ranges[stripe][s] = quantizers[s].emptyRanges(0, count);
        for (std::size_t r = stripe * regions / stripes; r < (stripe + 1) * regions / stripes && !job.cancelled(); ++r) {
            const auto x = region(weight, boundaries[r], boundaries[r + 1], scratch);
            kernels::accumulate(x.data(), x.size(), moments[r]);
            for (std::size_t s = 0; s < wanted.size(); ++s)
                if (isGlobal(s) && rangesOf[s] == s)
                    quantizers[s].widen(x.data(), boundaries[r], boundaries[r + 1], ranges[stripe][s]);
        }
    });
    if (job.cancelled()) return cancelled();

    kernels::Moments sum;
    for (const auto& m : moments) sum.merge(m);
    LayerPass result;
    result.statistics = statisticsOf(sum);
    const double absmax = result.statistics.absmax();
    result.errors.resize(wanted.size());
    result.parameters.resize(wanted.size());
    for (std::size_t s = 0; s < wanted.size(); ++s) {
        if (!isGlobal(s)) continue;
        for (std::size_t stripe = 0; stripe < stripes; ++stripe) whole[s].merge(ranges[stripe][rangesOf[s]]);
        if (quantizers[s].refines()) {
            std::vector<float> all;
            const auto x = region(weight, 0, count, all);
            quantizers[s].refine(x.data(), 0, count, whole[s], absmax, job);
        }
        result.parameters[s] = quantizers[s].parameters(whole[s], absmax);
        if (job.cancelled()) return cancelled();
    }
    ranges.clear();

    // Second pass: every scheme on a region while it is in cache.
    auto& histogram = result.statistics.histogram;
    const bool spread = histogram.low < histogram.high;
    const bool allFinite = sum.finite() == sum.count;
    if (observer) observer->prepare(result.statistics, regions);
    std::vector<std::vector<RegionError>> errors(regions, std::vector<RegionError>(wanted.size()));
    std::vector<std::vector<std::uint64_t>> bins(stripes);
    forEachRegion(stripes, job, [&](std::size_t stripe, std::vector<float>& scratch) {
        bins[stripe].assign(histogram.counts.size(), 0);
        std::vector<float> rounded;
        for (std::size_t r = stripe * regions / stripes; r < (stripe + 1) * regions / stripes && !job.cancelled(); ++r) {
            const auto x = region(weight, boundaries[r], boundaries[r + 1], scratch);
            if (spread)
                kernels::accumulateHistogram(x.data(), x.size(), float(histogram.low), float(histogram.high), bins[stripe]);
            for (std::size_t s = 0; s < wanted.size(); ++s) {
                Parameters own;
                if (tilings[s].local()) {
                    auto local = quantizers[s].emptyRanges(boundaries[r], boundaries[r + 1]);
                    quantizers[s].widen(x.data(), boundaries[r], boundaries[r + 1], local);
                    quantizers[s].refine(x.data(), boundaries[r], boundaries[r + 1], local, absmax, job);
                    own = quantizers[s].parameters(local, absmax);
                }
                const Parameters& parameters = tilings[s].local() ? own : result.parameters[s];
                const bool observed = observer && s == 0;
                if (observed) rounded.resize(x.size());
                errors[r][s] = roundRegion(quantizers[s], parameters, x, boundaries[r], allFinite,
                                           observed ? rounded.data() : nullptr);
                if (observed) observer->observe(r, boundaries[r], x, rounded, parameters);
            }
            if (observer && wanted.empty()) observer->observe(r, boundaries[r], x, {}, {});
        }
    });
    if (job.cancelled()) return cancelled();

    for (const auto& part : bins)
        for (std::size_t b = 0; b < part.size(); ++b) histogram.counts[b] += part[b];
    if (!spread && !histogram.counts.empty()) histogram.counts[0] = sum.finite();
    for (std::size_t s = 0; s < wanted.size(); ++s) {
        WeightError& error = result.errors[s];
        kernels::ErrorSums sums;
        for (std::size_t r = 0; r < regions; ++r) {
            sums.merge(errors[r][s].sums);
            error.clipped += errors[r][s].clipped;
            error.stepSquares += errors[r][s].stepSquares;
        }
        error.count = sum.finite();
        error.signal = sum.sum2;
        error.noise = sums.noise;
        error.quantized = sums.quantized;
        error.product = (error.signal + error.quantized - error.noise) / 2;
        error.maxAbsError = sums.maxAbs;
        error.zeroed = sums.zeroed;
    }
    return result;
}

}  // namespace roundoff::analysis
