#include "core/schemes/block_quantizer.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/kernels/error.h"
#include "core/kernels/histogram.h"
#include "core/kernels/ranges.h"
#include "core/schemes/block_codec.h"
#include "core/schemes/range_search.h"

namespace roundoff::schemes {
namespace {

constexpr std::size_t kCountPiece = 1 << 12;
constexpr float kInf = std::numeric_limits<float>::infinity();

}  // namespace

BlockQuantizer::BlockQuantizer(const TensorScheme& scheme, const Tiling& tiling, tensor::ElementType scaleType)
    : m_scheme(scheme), m_tiling(tiling),
      m_scales(scheme, findNumberFormat(scheme.format)->grid(scheme), scaleType),
      m_snapper(findNumberFormat(scheme.format)->grid(scheme), m_scales.powersOfTwo()) {
    if (scheme.range.rule == Range::Rule::Std)
        m_gaussianClip = gaussianClip(grid(), [&](float low, float high) { return m_scales.make(low, high, double(high)); });
}

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
    const RangeSearch search{m_scheme.range, m_scheme.symmetry, findNumberFormat(m_scheme.format)->bits, m_gaussianClip,
                             &m_snapper,
                             [&](float low, float high) { return m_scales.make(low, high, tensorAbsmax); }};
    const std::size_t scales = ranges.low.size();
    if (scales == 1) return narrow(search, x, std::size_t(end - first), ranges.low[0], ranges.high[0], job);
    // Bring the elements of each block together, then treat block by block.
    std::vector<std::size_t> offsets(scales + 1, 0);
    const auto runEnd = [](const Batch& batch, std::size_t run) { return std::min((run + 1) * batch.width, batch.count); };
    forEachBatch(m_tiling, first, end, std::size_t(-1), [&](const Batch& batch) {
        std::size_t* sizes = offsets.data() + 1 + (batch.scale - ranges.first);
        for (std::size_t s = 0; s < batch.scales(); ++s)
            sizes[s] += batch.columns ? batch.rows() : runEnd(batch, s) - s * batch.width;
    });
    for (std::size_t s = 0; s < scales; ++s) offsets[s + 1] += offsets[s];
    std::vector<float> values(offsets.back());
    std::vector<std::size_t> next(offsets.begin(), offsets.end() - 1);
    forEachBatch(m_tiling, first, end, std::size_t(-1), [&](const Batch& batch) {
        const float* from = x + (batch.first - first);
        std::size_t* to = next.data() + (batch.scale - ranges.first);
        if (batch.columns) {
            for (std::size_t row = 0; row < batch.rows(); ++row)
                for (std::size_t j = 0; j < batch.width; ++j) values[to[j]++] = *from++;
        } else {
            for (std::size_t run = 0; run < batch.scales(); ++run) {
                const std::size_t size = runEnd(batch, run) - run * batch.width;
                std::copy_n(from + run * batch.width, size, values.begin() + std::ptrdiff_t(to[run]));
                to[run] += size;
            }
        }
    });
    tbb::parallel_for(std::size_t(0), scales, [&](std::size_t s) {
        narrow(search, values.data() + offsets[s], offsets[s + 1] - offsets[s], ranges.low[s], ranges.high[s], job);
    });
}

Parameters BlockQuantizer::parameters(const Ranges& ranges, double tensorAbsmax) const {
    Parameters result;
    result.first = ranges.first;
    result.scales.resize(ranges.low.size());
    result.zeros.resize(ranges.low.size());
    m_scales.make(ranges.low, ranges.high, tensorAbsmax, result.scales, result.zeros);
    if (m_scales.withoutZeros()) result.zeros.clear();
    if (tensorAbsmax > 0) result.norm = std::ldexp(1.0F, std::clamp(-std::ilogb(tensorAbsmax), -126, 126));
    return result;
}

namespace {

kernels::Placement placementOf(const Batch& batch, const Parameters& parameters) {
    const std::size_t at = std::size_t(batch.scale - parameters.first);
    return {parameters.scales.data() + at, parameters.zeros.empty() ? nullptr : parameters.zeros.data() + at, batch.width,
            batch.columns, parameters.norm};
}

}  // namespace

std::uint64_t BlockQuantizer::snap(const Batch& batch, const float* x, float* y, const Parameters& parameters,
                                   kernels::Snapper::Output output) const {
    return m_snapper.snap(x, y, batch.count, placementOf(batch, parameters), output);
}

std::uint64_t BlockQuantizer::measure(const Batch& batch, const float* x, float* y, const Parameters& parameters,
                                      bool allFinite, kernels::ErrorSums& sums) const {
    if (const auto type = blocks()) {
        measureBlocks(*type, batch, x, y, allFinite, sums);
        return 0;
    }
    const auto placement = placementOf(batch, parameters);
    if (allFinite) return m_snapper.measure(x, y, batch.count, placement, sums);
    std::vector<float> values(y ? 0 : batch.count);
    if (!y) y = values.data();
    const std::uint64_t clipped = m_snapper.snap(x, y, batch.count, placement, kernels::Snapper::Output::Value);
    kernels::accumulateError(x, y, batch.count, false, sums);
    return clipped;
}

std::optional<kernels::ggml::Type> BlockQuantizer::blocks() const { return findNumberFormat(m_scheme.format)->blocks; }

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
        for (std::size_t i = 0; i < batch.count; ++i)  // what is not finite teaches nothing
            if (!std::isfinite(x[batch.first - first + i])) units[i] = std::numeric_limits<float>::quiet_NaN();
        kernels::accumulateHistogram(units.data(), batch.count, -float(kHalf) - 0.5F, float(kHalf) + 0.5F, bins);
    });
}

void BlockQuantizer::learn(std::span<const std::uint64_t> bins) {
    m_snapper = kernels::Snapper(findNumberFormat(m_scheme.format)->learn(m_scheme, bins), m_scales.powersOfTwo());
}

}  // namespace roundoff::schemes
