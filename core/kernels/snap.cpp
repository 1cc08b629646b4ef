#include "core/kernels/snap.h"

#include <algorithm>
#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/snap.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

#ifndef ROUNDOFF_SNAP_ARGUMENTS
#define ROUNDOFF_SNAP_ARGUMENTS
namespace roundoff::kernels {
/// Elements either in runs of one scale (width = run length) or in rows with a scale for each column.
struct SnapCall {
    const float* x;
    float* y;
    std::size_t n, width;
    const float* scales;
    const float* zeros;
    bool columns, value;
};
struct LevelTable {
    const float* thresholds;
    const float* levels;
    int steps;
    float below, above;
};
}  // namespace roundoff::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace roundoff::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;
using M = hn::Mask<D>;

// Each grid's rule on v = x / scale: the grid value, and which elements lie beyond it.
struct UniformRule {
    float low, high;
    HWY_INLINE V unit(D d, V v, V zero, M& clipped) const {
        const V bottom = hn::Sub(hn::Set(d, low), zero), top = hn::Sub(hn::Set(d, high), zero);
        const V half = hn::Set(d, 0.5F);
        clipped = hn::Or(hn::Lt(v, hn::Sub(bottom, half)), hn::Gt(v, hn::Add(top, half)));
        const V known = hn::IfThenElse(hn::Eq(v, v), v, bottom);
        return hn::Add(hn::Round(hn::Min(hn::Max(known, bottom), top)), hn::Zero(d));  // integers know no -0
    }
};

struct FloatRule {
    float max, bound, minNormal, mantissa, perMantissa;
    bool negativeZero;
    explicit FloatRule(const FloatGrid& g)
        : max(g.max), bound(g.max + std::ldexp(0.5F, std::ilogb(g.max) - g.mantissaBits)),
          minNormal(std::ldexp(1.0F, 1 - g.bias)), mantissa(std::ldexp(1.0F, -g.mantissaBits)),
          perMantissa(std::ldexp(1.0F, g.mantissaBits)), negativeZero(g.negativeZero) {}
    HWY_INLINE V unit(D d, V v, V, M& clipped) const {
        const hn::RebindToUnsigned<D> du;
        const V top = hn::Set(d, max), limit = hn::Set(d, bound);
        clipped = hn::Gt(hn::Abs(v), limit);
        const V known = hn::IfThenElse(hn::Eq(v, v), v, hn::Neg(top));
        const V c = hn::Min(hn::Max(known, hn::Neg(top)), top);
        // The power of two at or below |c|, at least the smallest normal; its reciprocal by exponent arithmetic.
        const auto exponent = hn::And(hn::BitCast(du, c), hn::Set(du, 0x7F800000U));
        const V power = hn::Max(hn::BitCast(d, exponent), hn::Set(d, minNormal));
        const V reciprocal = hn::BitCast(d, hn::Sub(hn::Set(du, 254U << 23), hn::BitCast(du, power)));
        const V steps = hn::Round(hn::Mul(hn::Mul(c, reciprocal), hn::Set(d, perMantissa)));
        const V rounded = hn::Mul(hn::Mul(steps, hn::Set(d, mantissa)), power);
        // Round loses the sign of -0 on some targets.
        return negativeZero ? hn::CopySign(rounded, c) : hn::Add(rounded, hn::Zero(d));
    }
};

struct LevelRule {
    LevelTable t;
    HWY_INLINE V unit(D d, V v, V, M& clipped) const {
        const hn::RebindToSigned<D> di;
        clipped = hn::Or(hn::Lt(v, hn::Set(d, t.below)), hn::Gt(v, hn::Set(d, t.above)));
        auto index = hn::Zero(di);
        for (int step = t.steps - 1; step >= 0; --step) {
            const auto next = hn::Add(index, hn::Set(di, 1 << step));
            const V threshold = hn::GatherIndex(d, t.thresholds - 1, next);
            index = hn::IfThenElse(hn::RebindMask(di, hn::Ge(v, threshold)), next, index);
        }
        return hn::GatherIndex(d, t.levels, index);
    }
};

template <class Rule>
HWY_INLINE V snapVector(D d, const Rule& rule, V x, V scale, V zero, bool value, M& clipped) {
    const V unit = rule.unit(d, hn::Div(x, scale), zero, clipped);
    return value ? hn::Mul(unit, scale) : unit;
}

template <class Rule>
std::uint64_t snapRuns(const Rule& rule, const SnapCall& c) {
    const D d;
    const std::size_t lanes = hn::Lanes(d);
    HWY_ALIGN float buffer[HWY_MAX_BYTES / sizeof(float)];
    std::uint64_t clippedCount = 0;
    M clipped;
    for (std::size_t first = 0, run = 0; first < c.n; first += c.width, ++run) {
        const std::size_t end = std::min(c.n, first + c.width);
        const V scale = hn::Set(d, c.scales[run]), zero = hn::Set(d, c.zeros ? c.zeros[run] : 0.0F);
        std::size_t i = first;
        for (; i + lanes <= end; i += lanes) {
            hn::StoreU(snapVector(d, rule, hn::LoadU(d, c.x + i), scale, zero, c.value, clipped), d, c.y + i);
            clippedCount += hn::CountTrue(d, clipped);
        }
        if (const std::size_t rest = end - i; rest > 0) {
            hn::Store(hn::Zero(d), d, buffer);
            std::copy_n(c.x + i, rest, buffer);
            hn::Store(snapVector(d, rule, hn::Load(d, buffer), scale, zero, c.value, clipped), d, buffer);
            clippedCount += hn::CountTrue(d, hn::And(clipped, hn::FirstN(d, rest)));
            std::copy_n(buffer, rest, c.y + i);
        }
    }
    return clippedCount;
}

template <class Rule>
std::uint64_t snapColumns(const Rule& rule, const SnapCall& c) {
    const D d;
    const std::size_t lanes = hn::Lanes(d);
    HWY_ALIGN float buffer[4][HWY_MAX_BYTES / sizeof(float)];
    std::uint64_t clippedCount = 0;
    M clipped;
    const std::size_t whole = c.width / lanes * lanes, rest = c.width - whole;
    for (std::size_t first = 0; first < c.n; first += c.width) {
        for (std::size_t j = 0; j < whole; j += lanes) {
            const V zero = c.zeros ? hn::LoadU(d, c.zeros + j) : hn::Zero(d);
            hn::StoreU(snapVector(d, rule, hn::LoadU(d, c.x + first + j), hn::LoadU(d, c.scales + j), zero, c.value, clipped),
                       d, c.y + first + j);
            clippedCount += hn::CountTrue(d, clipped);
        }
        if (rest > 0) {
            hn::Store(hn::Zero(d), d, buffer[0]);
            hn::Store(hn::Set(d, 1.0F), d, buffer[1]);
            hn::Store(hn::Zero(d), d, buffer[2]);
            std::copy_n(c.x + first + whole, rest, buffer[0]);
            std::copy_n(c.scales + whole, rest, buffer[1]);
            if (c.zeros) std::copy_n(c.zeros + whole, rest, buffer[2]);
            hn::Store(snapVector(d, rule, hn::Load(d, buffer[0]), hn::Load(d, buffer[1]), hn::Load(d, buffer[2]), c.value,
                                 clipped),
                      d, buffer[3]);
            clippedCount += hn::CountTrue(d, hn::And(clipped, hn::FirstN(d, rest)));
            std::copy_n(buffer[3], rest, c.y + first + whole);
        }
    }
    return clippedCount;
}

template <class Rule>
std::uint64_t snap(const Rule& rule, const SnapCall& c) {
    return c.columns ? snapColumns(rule, c) : snapRuns(rule, c);
}

std::uint64_t snapUniform(const UniformGrid& grid, const SnapCall& c) {
    return snap(UniformRule{float(grid.low), float(grid.high)}, c);
}
std::uint64_t snapFloat(const FloatGrid& grid, const SnapCall& c) { return snap(FloatRule(grid), c); }
std::uint64_t snapLevels(const LevelTable& table, const SnapCall& c) { return snap(LevelRule{table}, c); }

}  // namespace roundoff::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace roundoff::kernels {
HWY_EXPORT(snapUniform);
HWY_EXPORT(snapFloat);
HWY_EXPORT(snapLevels);

Snapper::Snapper(const Grid& grid) : m_grid(grid) {
    const auto* levels = std::get_if<LevelGrid>(&grid);
    if (!levels) return;
    while ((std::size_t(1) << m_searchSteps) < levels->levels.size()) ++m_searchSteps;
    m_levels = levels->levels;
    m_levels.resize(std::size_t(1) << m_searchSteps, levels->levels.back());
    m_thresholds = levels->thresholds;
    m_thresholds.resize(m_levels.size() - 1, std::numeric_limits<float>::infinity());
}

namespace {

std::uint64_t dispatch(const Grid& grid, const LevelTable& table, const SnapCall& call) {
    if (const auto* uniform = std::get_if<UniformGrid>(&grid)) return HWY_DYNAMIC_DISPATCH(snapUniform)(*uniform, call);
    if (const auto* small = std::get_if<FloatGrid>(&grid)) return HWY_DYNAMIC_DISPATCH(snapFloat)(*small, call);
    return HWY_DYNAMIC_DISPATCH(snapLevels)(table, call);
}

LevelTable tableOf(const Grid& grid, const std::vector<float>& thresholds, const std::vector<float>& levels, int steps) {
    LevelTable table{thresholds.data(), levels.data(), steps, 0, 0};
    if (const auto* set = std::get_if<LevelGrid>(&grid)) {
        const auto& l = set->levels;
        const bool one = l.size() < 2;
        table.below = one ? -std::numeric_limits<float>::infinity() : l[0] - (l[1] - l[0]) * 0.5F;
        table.above = one ? std::numeric_limits<float>::infinity() : l.back() + (l.back() - l[l.size() - 2]) * 0.5F;
    }
    return table;
}

}  // namespace

std::uint64_t Snapper::runs(const float* x, float* y, std::size_t n, std::size_t runLength, const float* scales,
                            const float* zeros, Output output) const {
    return dispatch(m_grid, tableOf(m_grid, m_thresholds, m_levels, m_searchSteps),
                    {x, y, n, runLength, scales, zeros, false, output == Output::Value});
}

std::uint64_t Snapper::columns(const float* x, float* y, std::size_t rows, std::size_t width, const float* scales,
                               const float* zeros, Output output) const {
    return dispatch(m_grid, tableOf(m_grid, m_thresholds, m_levels, m_searchSteps),
                    {x, y, rows * width, width, scales, zeros, true, output == Output::Value});
}

}  // namespace roundoff::kernels
#endif
