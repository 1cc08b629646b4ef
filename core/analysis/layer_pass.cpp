#include "core/analysis/layer_pass.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "core/kernels/error.h"
#include "core/kernels/histogram.h"
#include "core/kernels/moments.h"
#include "core/schemes/preparation.h"

namespace roundoff::analysis {
namespace {

using schemes::BlockQuantizer;
using schemes::Parameters;

constexpr std::uint64_t kRegion = 1 << 16;  ///< elements: x and its rounded form stay in the second-level cache
constexpr std::size_t kBins = 2048;

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
    schemes::forEachBatch(quantizer.tiling(), first, first + x.size(), std::size_t(-1), [&](const schemes::Batch& batch) {
        const std::size_t at = std::size_t(batch.first - first);
        error.clipped += quantizer.measure(batch, x.data() + at, keep ? keep + at : nullptr, parameters, allFinite, error.sums);
        if (parameters.scales.empty()) return;
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
        auto tiling = schemes::tilingOf(weight.shape, layer.outputAxis, layer.reductionAxis, scheme);
        if (!tiling) return propagate(tiling);
        tilings.push_back(*tiling);
        quantizers.emplace_back(scheme, *tiling, schemes::scaleTypeOf(weight.type));
    }
    const auto boundaries = schemes::regionBoundaries(tilings, count, kRegion);
    const std::size_t regions = boundaries.size() - 1;

    auto known = schemes::prepare(weight, quantizers, boundaries, job);
    if (!known) return propagate(known);
    const kernels::Moments& sum = known->moments;
    LayerPass result;
    result.statistics = statisticsOf(sum);
    result.parameters = std::move(known->parameters);
    for (const BlockQuantizer& quantizer : quantizers) {
        const auto* learned = quantizer.learns() ? std::get_if<kernels::LevelGrid>(&quantizer.grid()) : nullptr;
        result.codebooks.push_back(learned ? learned->levels : std::vector<float>());
    }
    result.errors.resize(wanted.size());
    const double absmax = result.statistics.absmax();

    // Every scheme on a region while it is in cache.
    auto& histogram = result.statistics.histogram;
    const bool spread = histogram.low < histogram.high;
    const bool allFinite = sum.finite() == sum.count;
    if (observer) observer->prepare(result.statistics, regions);
    std::vector<std::vector<RegionError>> errors(regions, std::vector<RegionError>(wanted.size()));
    std::vector<std::vector<std::uint64_t>> bins(schemes::kStripes);
    const auto shared = schemes::sharedTilings(quantizers);
    schemes::forEachStripe(regions, [&](std::size_t stripe, std::size_t from, std::size_t to) {
        bins[stripe].assign(histogram.counts.size(), 0);
        std::vector<float> buffer, rounded;
        std::vector<BlockQuantizer::Ranges> ranges;
        for (std::size_t r = from; r < to && !job.cancelled(); ++r) {
            const auto x = schemes::floats(weight, boundaries[r], boundaries[r + 1], buffer);
            ranges.assign(wanted.size(), {});
            if (spread)
                kernels::accumulateHistogram(x.data(), x.size(), float(histogram.low), float(histogram.high), bins[stripe]);
            for (std::size_t s = 0; s < wanted.size(); ++s) {
                Parameters own;
                if (tilings[s].local())
                    own = schemes::localParameters(quantizers[s], x, boundaries[r], absmax, ranges[shared[s]], job);
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
        error.broken = sum.count - sum.finite();
        error.signal = sum.sum2;
        error.noise = sums.noise;
        error.product = error.signal - sums.cross;
        error.quantized = error.signal - 2 * sums.cross + sums.noise;
        error.maxAbsError = sums.maxAbs;
        error.zeroed = sums.zeroed;
    }
    return result;
}

}  // namespace roundoff::analysis
