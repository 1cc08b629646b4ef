#include "core/schemes/block_quantizer.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "core/kernels/error.h"
#include "core/kernels/histogram.h"
#include "core/kernels/ranges.h"

namespace roundoff::schemes {
namespace {

constexpr std::size_t kCountPiece = 1 << 12;
constexpr float kInf = std::numeric_limits<float>::infinity();

/// Value at a share (0..1) of the sorted data, nearest rank; reorders `values`.
float quantile(std::vector<float>& values, double share) {
    const double rank = std::ceil(share * double(values.size()));
    const auto at = std::size_t(std::clamp(rank - 1, 0.0, double(values.size() - 1)));
    std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(at), values.end());
    return values[at];
}

}  // namespace

BlockQuantizer::BlockQuantizer(const TensorScheme& scheme, const Tiling& tiling, tensor::ElementType scaleType)
    : m_scheme(scheme), m_tiling(tiling), m_scaleType(scaleType),
      m_scales(scheme, findNumberFormat(scheme.format)->grid(scheme), scaleType),
      m_snapper(findNumberFormat(scheme.format)->grid(scheme), m_scales.powersOfTwo()) {}

BlockQuantizer::Ranges BlockQuantizer::emptyRanges(std::uint64_t first, std::uint64_t end) const {
    Ranges ranges;
    std::uint64_t last = m_tiling.scales();
    if (m_tiling.local() && end > first) {
        const std::uint64_t width = m_tiling.perInner ? m_tiling.inner : 1;
        ranges.first = m_tiling.index(first) / width * width;
        last = (m_tiling.index(end - 1) / width + 1) * width;
    }
    ranges.low.assign(std::size_t(last - ranges.first), kInf);
    ranges.high.assign(ranges.low.size(), -kInf);
    return ranges;
}

void BlockQuantizer::Ranges::merge(const Ranges& other) {
    for (std::size_t i = 0; i < other.low.size(); ++i) {
        const std::size_t at = std::size_t(other.first - first) + i;
        low[at] = std::min(low[at], other.low[i]);
        high[at] = std::max(high[at], other.high[i]);
    }
}

void BlockQuantizer::widen(const float* x, std::uint64_t first, std::uint64_t end, Ranges& ranges) const {
    forEachBatch(m_tiling, first, end, std::size_t(-1), [&](const Batch& batch) {
        float* low = ranges.low.data() + (batch.scale - ranges.first);
        float* high = ranges.high.data() + (batch.scale - ranges.first);
        if (batch.columns) {
            kernels::widenColumns(x + (batch.first - first), batch.rows(), batch.width, low, high);
        } else {
            kernels::widenRuns(x + (batch.first - first), batch.count, batch.width, low, high);
        }
    });
}

void BlockQuantizer::refine(const float* x, std::uint64_t first, std::uint64_t end, Ranges& ranges,
                            double tensorAbsmax, const Job& job) const {
    if (!refines()) return;
    const std::size_t scales = ranges.low.size();
    if (scales == 1) return refineOne(x, std::size_t(end - first), ranges.low[0], ranges.high[0], tensorAbsmax, job);
    // Bring the elements of each block together, then treat block by block.
    std::vector<std::size_t> offsets(scales + 1, 0);
    const auto forEachElement = [&](auto function) {
        forEachBatch(m_tiling, first, end, std::size_t(-1), [&](const Batch& batch) {
            for (std::size_t i = 0; i < batch.count; ++i)
                function(std::size_t(batch.scale - ranges.first) + (batch.columns ? i % batch.width : i / batch.width),
                         x[batch.first - first + i]);
        });
    };
    forEachElement([&](std::size_t scale, float) { ++offsets[scale + 1]; });
    for (std::size_t s = 0; s < scales; ++s) offsets[s + 1] += offsets[s];
    std::vector<float> values(offsets.back());
    std::vector<std::size_t> next(offsets.begin(), offsets.end() - 1);
    forEachElement([&](std::size_t scale, float v) { values[next[scale]++] = v; });
    tbb::parallel_for(std::size_t(0), scales, [&](std::size_t s) {
        refineOne(values.data() + offsets[s], offsets[s + 1] - offsets[s], ranges.low[s], ranges.high[s], tensorAbsmax, job);
    });
}

void BlockQuantizer::refineOne(const float* x, std::size_t n, float& low, float& high, double tensorAbsmax,
                               const Job& job) const {
    if (!(low <= high) || job.cancelled()) return;
    std::vector<float> finite;
    if (!std::all_of(x, x + n, [](float v) { return std::isfinite(v); })) {
        std::copy_if(x, x + n, std::back_inserter(finite), [](float v) { return std::isfinite(v); });
        x = finite.data();
        n = finite.size();
    }
    if (m_scheme.range.rule == Range::Rule::Percentile) {
        const bool symmetric = isSymmetric(m_scheme.symmetry);
        std::vector<float> values(x, x + n);
        if (symmetric)
            for (float& v : values) v = std::abs(v);
        const double kept = m_scheme.range.percentile / 100;
        high = quantile(values, symmetric ? kept : 1 - (1 - kept) / 2);
        low = symmetric ? -high : quantile(values, (1 - kept) / 2);
        return;
    }
    double best = noise(x, n, scaleOf(low, high, tensorAbsmax)), factor = 1;
    const auto attempt = [&](double p) {
        if (job.cancelled()) return;
        const double candidate = noise(x, n, scaleOf(float(low * p), float(high * p), tensorAbsmax));
        if (candidate < best) {
            best = candidate;
            factor = p;
        }
    };
    for (int i = 1; i <= 20; ++i) attempt(1 - 0.04 * i);
    const double centre = factor;
    for (const int i : {-3, -2, -1, 1, 2, 3})
        if (centre + 0.01 * i < 1) attempt(centre + 0.01 * i);
    low = float(low * factor);
    high = float(high * factor);
}

double BlockQuantizer::noise(const float* x, std::size_t n, Scale s) const {
    constexpr std::size_t kPiece = 4096;
    const std::size_t pieces = (n + kPiece - 1) / kPiece;
    const auto piece = [&](std::size_t p) {
        const std::size_t first = p * kPiece, count = std::min(kPiece, n - first);
        kernels::ErrorSums sums;
        m_snapper.measure(x + first, nullptr, count, {&s.scale, &s.zero, count, false}, sums);
        return sums.noise;
    };
    if (pieces == 1) return piece(0);
    std::vector<double> parts(pieces);
    tbb::parallel_for(std::size_t(0), pieces, [&](std::size_t p) { parts[p] = piece(p); });
    double sum = 0;
    for (const double part : parts) sum += part;
    return sum;
}

Parameters BlockQuantizer::parameters(const Ranges& ranges, double tensorAbsmax) const {
    Parameters result;
    result.first = ranges.first;
    result.scales.resize(ranges.low.size());
    result.zeros.resize(ranges.low.size());
    m_scales.make(ranges.low, ranges.high, tensorAbsmax, result.scales, result.zeros);
    if (m_scales.withoutZeros()) result.zeros.clear();
    return result;
}

namespace {

kernels::Placement placementOf(const Batch& batch, const Parameters& parameters) {
    const std::size_t at = std::size_t(batch.scale - parameters.first);
    return {parameters.scales.data() + at, parameters.zeros.empty() ? nullptr : parameters.zeros.data() + at, batch.width,
            batch.columns};
}

}  // namespace

std::uint64_t BlockQuantizer::snap(const Batch& batch, const float* x, float* y, const Parameters& parameters,
                                   kernels::Snapper::Output output) const {
    return m_snapper.snap(x, y, batch.count, placementOf(batch, parameters), output);
}

std::uint64_t BlockQuantizer::measure(const Batch& batch, const float* x, float* y, const Parameters& parameters,
                                      bool allFinite, kernels::ErrorSums& sums) const {
    const auto placement = placementOf(batch, parameters);
    if (allFinite) return m_snapper.measure(x, y, batch.count, placement, sums);
    std::vector<float> values(y ? 0 : batch.count);
    if (!y) y = values.data();
    const std::uint64_t clipped = m_snapper.snap(x, y, batch.count, placement, kernels::Snapper::Output::Value);
    kernels::accumulateError(x, y, batch.count, false, sums);
    return clipped;
}

bool BlockQuantizer::learns() const { return findNumberFormat(m_scheme.format)->learn != nullptr; }

void BlockQuantizer::count(const float* x, std::uint64_t first, std::uint64_t end, const Parameters& parameters,
                           std::span<std::uint64_t> bins) const {
    constexpr int kHalf = int(kLearningBins / 2);
    static const kernels::Snapper fine(kernels::UniformGrid{-kHalf, kHalf});
    Parameters finer = parameters;
    for (float& scale : finer.scales) scale /= float(kHalf);
    std::vector<float> units(std::min<std::size_t>(std::size_t(end - first), kCountPiece));
    forEachBatch(m_tiling, first, end, kCountPiece, [&](const Batch& batch) {
        fine.snap(x + (batch.first - first), units.data(), batch.count, placementOf(batch, finer), kernels::Snapper::Output::Unit);
        kernels::accumulateHistogram(units.data(), batch.count, -float(kHalf) - 0.5F, float(kHalf) + 0.5F, bins);
    });
}

void BlockQuantizer::learn(std::span<const std::uint64_t> bins) {
    m_snapper = kernels::Snapper(findNumberFormat(m_scheme.format)->learn(m_scheme, bins), m_scales.powersOfTwo());
}

}  // namespace roundoff::schemes
