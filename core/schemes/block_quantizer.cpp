#include "core/schemes/block_quantizer.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/kernels/ranges.h"
#include "core/kernels/reference.h"
#include "core/schemes/range_search.h"

namespace roundoff::schemes {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

float roundTo(tensor::ElementType type, float x) {
    using enum tensor::ElementType;
    if (type == Float16) return kernels::reference::snap(kernels::FloatGrid{5, 10, 15, 65504.0F, true}, x, 1, 0).unit;
    if (type == BFloat16)
        return kernels::reference::snap(kernels::FloatGrid{8, 7, 127, 0x1.FEp127F, true}, x, 1, 0).unit;
    return x;
}

}  // namespace

BlockQuantizer::BlockQuantizer(const TensorScheme& scheme, const Tiling& tiling, tensor::ElementType scaleType)
    : m_scheme(scheme), m_tiling(tiling), m_scaleType(scaleType),
      m_rule(findNumberFormat(scheme.format)->scaleRule), m_snapper(findNumberFormat(scheme.format)->grid(scheme)) {
    if (scheme.range.rule != Range::Rule::Std) return;
    m_gaussianClip = gaussianClip(grid(), [&](float low, float high) {
        const Scale s = scaleOf(low, high, std::max(std::abs(double(low)), std::abs(double(high))));
        return BlockScale{s.scale, s.zero};
    });
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
                             &m_snapper, [&](float low, float high) {
                                 const Scale s = scaleOf(low, high, tensorAbsmax);
                                 return BlockScale{s.scale, s.zero};
                             }};
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

BlockQuantizer::Scale BlockQuantizer::scaleOf(float low, float high, double tensorAbsmax) const {
    if (!(low <= high) || m_rule == ScaleRule::One) return {1, 0};
    const double absmax = std::max(std::abs(double(low)), std::abs(double(high)));
    const auto usable = [&](double exact) {
        const float rounded = roundTo(m_scaleType, float(exact));
        return rounded < std::numeric_limits<float>::min() || !std::isfinite(rounded) ? 0.0F : rounded;
    };
    const auto* uniform = std::get_if<kernels::UniformGrid>(&grid());
    if (m_rule == ScaleRule::PowerOfTwo) {
        const auto* small = std::get_if<kernels::FloatGrid>(&grid());
        const int top = small ? std::ilogb(small->max) : std::ilogb(float(uniform->high));
        if (!(absmax > 0)) return {1, 0};
        return {std::ldexp(1.0F, std::clamp(std::ilogb(absmax) - top, -126, 127)), 0};
    }
    if (!uniform) {
        const auto* small = std::get_if<kernels::FloatGrid>(&grid());
        const double top = small ? small->max : std::get<kernels::LevelGrid>(grid()).levels.back();
        if (m_rule == ScaleRule::TwoLevel) {
            const kernels::FloatGrid e4m3{4, 3, 7, 448.0F, true};
            const float tensorScale = float(tensorAbsmax / (top * e4m3.max));
            if (!(tensorScale >= std::numeric_limits<float>::min())) return {1, 0};
            const float block = kernels::reference::snap(e4m3, float(absmax / (top * double(tensorScale))), 1, 0).unit;
            return {block > 0 ? block * tensorScale : 1, 0};
        }
        const float scale = usable(absmax / top);
        return {scale > 0 ? scale : 1, 0};
    }
    if (m_scheme.symmetry == Symmetry::Symmetric) {
        // Signed: -top..top around 0. Unsigned: 1..2^n - 1 around 2^(n-1).
        const int zero = (uniform->low + uniform->high) / 2;
        const float scale = usable(absmax / (uniform->high - zero));
        return {scale > 0 ? scale : 1, float(zero)};
    }
    const double bottom = std::min(double(low), 0.0), top = std::max(double(high), 0.0);
    const float scale = usable((top - bottom) / (uniform->high - uniform->low));
    if (scale == 0) return {1, 0};
    const double zero = std::nearbyint(uniform->low - bottom / double(scale));
    return {scale, float(std::clamp(zero, double(uniform->low), double(uniform->high)))};
}

Parameters BlockQuantizer::parameters(const Ranges& ranges, double tensorAbsmax) const {
    Parameters result;
    result.first = ranges.first;
    result.scales.resize(ranges.low.size());
    result.zeros.resize(ranges.low.size());
    bool anyZero = false;
    for (std::size_t i = 0; i < ranges.low.size(); ++i) {
        const Scale s = scaleOf(ranges.low[i], ranges.high[i], tensorAbsmax);
        result.scales[i] = s.scale;
        result.zeros[i] = s.zero;
        anyZero = anyZero || s.zero != 0;
    }
    if (!anyZero) result.zeros.clear();
    return result;
}

std::uint64_t BlockQuantizer::snap(const Batch& batch, const float* x, float* y, const Parameters& parameters,
                                   kernels::Snapper::Output output) const {
    const std::size_t at = std::size_t(batch.scale - parameters.first);
    const float* scales = parameters.scales.data() + at;
    const float* zeros = parameters.zeros.empty() ? nullptr : parameters.zeros.data() + at;
    return batch.columns ? m_snapper.columns(x, y, batch.rows(), batch.width, scales, zeros, output)
                         : m_snapper.runs(x, y, batch.count, batch.width, scales, zeros, output);
}

}  // namespace roundoff::schemes
