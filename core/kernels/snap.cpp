#include "core/kernels/snap.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/kernels/reference.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/snap.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

#include "core/kernels/halves-inl.h"

#ifndef ROUNDOFF_SNAP_ARGUMENTS
#define ROUNDOFF_SNAP_ARGUMENTS
namespace roundoff::kernels {
struct SnapCall {
    const float* x;
    float* y;
    std::size_t n;
    Placement at;
    bool value, powerOfTwoScales;
    ErrorSums* sums;
};
struct LevelTree {
    const float* thresholds;
    const float* levels;
    int depth;
    float below, above;
};
}  // namespace roundoff::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace roundoff::kernels::HWY_NAMESPACE {

// Each grid's rule on v = x / scale. clamp() brings v into the grid, NaN to its lowest value; round() takes it to a level;
// suspect() is a cheap test that no clipped element escapes, beyond() the exact one.
template <bool shifted>
struct UniformRule {
    static constexpr bool kShifted = shifted;
    float low, high;
    HWY_INLINE V bottom(D d, V zero) const { return shifted ? hn::Set(d, low) : hn::Sub(hn::Set(d, low), zero); }
    HWY_INLINE V top(D d, V zero) const { return shifted ? hn::Set(d, high) : hn::Sub(hn::Set(d, high), zero); }
    template <bool kFinite>
    HWY_INLINE V clamp(D d, V v, V zero) const {
        const V known = kFinite ? v : hn::IfThenElse(hn::Eq(v, v), v, bottom(d, zero));
        return hn::Min(hn::Max(known, bottom(d, zero)), top(d, zero));
    }
    template <bool kFinite>
    HWY_INLINE V round(D d, V c) const {
        const V unit = hn::Round(c);
        return kFinite ? unit : hn::Add(unit, hn::Zero(d));  // integers know no -0
    }
    HWY_INLINE M suspect(D d, V v, V c) const { return hn::Gt(hn::Abs(hn::Sub(v, c)), hn::Set(d, 0.49F)); }
    HWY_INLINE M beyond(D d, V v, V zero) const {
        const V half = hn::Set(d, 0.5F);
        return hn::Or(hn::Lt(v, hn::Sub(bottom(d, zero), half)), hn::Gt(v, hn::Add(top(d, zero), half)));
    }
};

struct FloatBounds {
    static constexpr bool kShifted = false;
    float max, bound;
    explicit FloatBounds(const FloatGrid& g) : max(g.max), bound(g.max + std::ldexp(0.5F, std::ilogb(g.max) - g.mantissaBits)) {}
    template <bool kFinite>
    HWY_INLINE V clamp(D d, V v, V) const {
        const V top = hn::Set(d, max), bottom = hn::Set(d, -max);
        const V known = kFinite ? v : hn::IfThenElse(hn::Eq(v, v), v, bottom);
        return hn::Min(hn::Max(known, bottom), top);
    }
    HWY_INLINE M suspect(D d, V v, V) const { return beyond(d, v, v); }
    HWY_INLINE M beyond(D d, V v, V) const { return hn::Gt(hn::Abs(v), hn::Set(d, bound)); }
};

struct FloatRule : FloatBounds {
    float minNormal, magic;
    bool negativeZero;
    explicit FloatRule(const FloatGrid& g)
        : FloatBounds(g), minNormal(std::ldexp(1.0F, 1 - g.bias)), magic(std::ldexp(1.5F, 23 - g.mantissaBits)),
          negativeZero(g.negativeZero) {}
    template <bool kFinite>
    HWY_INLINE V round(D d, V c) const {
        const hn::RebindToUnsigned<D> du;
        // The power of two at or below |c|, at least the smallest normal. Added to 1.5 · 2^23 steps, c is rounded to a
        // whole step by the adder itself, half to even.
        const V power = hn::Max(hn::BitCast(d, hn::And(hn::BitCast(du, c), hn::Set(du, 0x7F800000U))), hn::Set(d, minNormal));
        const V anchor = hn::Mul(power, hn::Set(d, magic));
        const V rounded = hn::Sub(hn::Add(c, anchor), anchor);
        return negativeZero ? hn::CopySign(rounded, c) : hn::Add(rounded, hn::Zero(d));
    }
};

/// Floats as wide in exponent as float32 itself (bfloat16): their steps reach up to where the anchor above overflows.
struct WideFloatRule : FloatBounds {
    int dropped;  ///< mantissa bits
    explicit WideFloatRule(const FloatGrid& g) : FloatBounds(g), dropped(23 - g.mantissaBits) {}
    template <bool kFinite>
    HWY_INLINE V round(D d, V c) const {
        const hn::RebindToUnsigned<D> du;
        const auto bits = hn::BitCast(du, c);
        const auto odd = hn::And(hn::ShiftRightSame(bits, dropped), hn::Set(du, 1U));
        const auto rounded = hn::Add(hn::Add(bits, odd), hn::Set(du, (1U << (dropped - 1)) - 1U));
        return hn::BitCast(d, hn::ShiftLeftSame(hn::ShiftRightSame(rounded, dropped), dropped));
    }
};

/// Walks the search tree: its upper nodes, and few levels, are looked up in registers, the others gathered. NaN is below
/// every threshold.
struct LevelRule {
    static constexpr bool kShifted = false;
    LevelTree t;
    float safe;  ///< magnitudes up to here are not clipped
    explicit LevelRule(const LevelTree& tree) : t(tree), safe(std::min(-tree.below, tree.above)) {}
    template <bool kFinite>
    HWY_INLINE V clamp(D, V v, V) const {
        return v;
    }
    HWY_INLINE M suspect(D d, V v, V) const { return hn::Gt(hn::Abs(v), hn::Set(d, safe)); }
    HWY_INLINE M beyond(D d, V v, V) const { return hn::Or(hn::Lt(v, hn::Set(d, t.below)), hn::Gt(v, hn::Set(d, t.above))); }
    template <bool kFinite>
    HWY_INLINE V round(D d, V v) const {
        const hn::RebindToSigned<D> di;
        const int lanes = int(hn::Lanes(d));
        const auto one = hn::Set(di, 1);
        const auto upper = hn::Set(di, lanes);
        auto node = one;
        int nodes = 1;  // of this layer, whose first has this index too
        const auto descend = [&](V threshold) HWY_ATTR {
            const auto twice = hn::Add(node, node);
            node = hn::IfThenElse(hn::RebindMask(di, hn::Ge(v, threshold)), hn::Add(twice, one), twice);
            nodes *= 2;
        };
        const int leaves = 1 << t.depth;
        if (lanes >= 4) {
            const V first = hn::LoadU(d, t.thresholds);
            while (nodes < leaves && nodes < lanes) descend(hn::TableLookupLanes(first, hn::IndicesFromVec(d, node)));
            if (nodes < leaves) {
                const V second = hn::LoadU(d, t.thresholds + lanes);
                descend(hn::TableLookupLanes(second, hn::IndicesFromVec(d, hn::Sub(node, upper))));
            }
        }
        while (nodes < leaves) descend(hn::GatherIndex(d, t.thresholds, node));
        const auto leaf = hn::Sub(node, hn::Set(di, leaves));
        if (lanes < 4 || leaves > 2 * lanes) return hn::GatherIndex(d, t.levels, leaf);
        const auto within = hn::IndicesFromVec(d, hn::And(leaf, hn::Set(di, lanes - 1)));
        const V low = hn::TableLookupLanes(hn::LoadU(d, t.levels), within);
        if (leaves <= lanes) return low;
        const V high = hn::TableLookupLanes(hn::LoadU(d, t.levels + lanes), within);
        return hn::IfThenElse(hn::RebindMask(d, hn::Lt(leaf, upper)), low, high);
    }
};

template <class Rule>
HWY_INLINE V valueOf(V unit, V scale, V zero) {
    const V value = hn::Mul(unit, scale);
    if constexpr (Rule::kShifted) return hn::Add(value, zero);
    return value;
}

template <bool kWrite, bool kMeasure, bool kReciprocal, class Rule>
std::uint64_t pass(const Rule& rule, const SnapCall& c) {
    const D d;
    const DD dd;
    const std::size_t lanes = hn::Lanes(d);
    auto noise0 = hn::Zero(dd), noise1 = hn::Zero(dd), cross = hn::Zero(dd);
    V worst = hn::Zero(d), part = hn::Zero(d);
    const V norm = hn::Set(d, c.at.norm);
    std::size_t products = 0;  // in `part`, a lane
    std::uint64_t clippedCount = 0, zeroed = 0;

    // One vector through the rule: its grid values, and whether some of it may be clipped.
    const auto unitOf = [&](V x, V divisor, V zero, V& v, bool& maybe) HWY_ATTR {
        if constexpr (Rule::kShifted) x = hn::Sub(x, zero);
        v = kReciprocal ? hn::Mul(x, divisor) : hn::Div(x, divisor);
        const V clamped = rule.template clamp<kMeasure>(d, v, zero);
        maybe = !hn::AllFalse(d, rule.suspect(d, v, clamped));
        return rule.template round<kMeasure && !kWrite>(d, clamped);
    };
    const auto whole = [&](std::size_t i, V scale, V divisor, V zero) HWY_ATTR {
        const V x = hn::LoadU(d, c.x + i);
        hwy::Prefetch(c.x + i + kAhead);
        V v;
        bool maybe;
        const V unit = unitOf(x, divisor, zero, v, maybe);
        if (HWY_UNLIKELY(maybe)) clippedCount += hn::CountTrue(d, rule.beyond(d, v, zero));
        if (!kMeasure && !c.value) {
            hn::StoreU(unit, d, c.y + i);
            return;
        }
        const V y = valueOf<Rule>(unit, scale, zero);
        if constexpr (kWrite) hn::StoreU(y, d, c.y + i);
        if constexpr (kMeasure) {
            const V e = hn::Sub(x, y);
            worst = hn::Max(worst, hn::Abs(e));
            zeroed += hn::CountTrue(d, hn::AndNot(hn::Eq(x, hn::Zero(d)), hn::Eq(y, hn::Zero(d))));
            auto e0 = lower(e), e1 = upper(e);
            part = hn::MulAdd(hn::Mul(x, norm), e, part);
            // x and the level nearest to it differ by a factor of two at most, so e is exact; not so where it was clipped.
            if (HWY_UNLIKELY(maybe)) {
                e0 = hn::Sub(lower(x), lower(y));
                e1 = hn::Sub(upper(x), upper(y));
            }
            noise0 = hn::MulAdd(e0, e0, noise0);
            noise1 = hn::MulAdd(e1, e1, noise1);
        }
    };
    HWY_ALIGN float px[HWY_MAX_BYTES / sizeof(float)], py[HWY_MAX_BYTES / sizeof(float)];
    const auto partial = [&](std::size_t i, std::size_t rest, V scale, V divisor, V zero) HWY_ATTR {
        hn::Store(hn::Zero(d), d, px);
        std::copy_n(c.x + i, rest, px);
        V v;
        bool maybe;
        const V unit = unitOf(hn::Load(d, px), divisor, zero, v, maybe);
        if (maybe) clippedCount += hn::CountTrue(d, hn::And(rule.beyond(d, v, zero), hn::FirstN(d, rest)));
        hn::Store(c.value || kMeasure ? valueOf<Rule>(unit, scale, zero) : unit, d, py);
        if constexpr (kWrite) std::copy_n(py, rest, c.y + i);
        if constexpr (kMeasure) reference::accumulateError(px, py, rest, *c.sums);
    };
    constexpr std::size_t kMostProducts = 256;
    const auto flush = [&]() HWY_ATTR {
        cross = hn::Add(cross, hn::Add(lower(part), upper(part)));
        part = hn::Zero(d);
        products = 0;
    };
    const auto inverse = [&](V scale) HWY_ATTR {
        if constexpr (!kReciprocal) return scale;
        // 2^-k by exponent arithmetic.
        const hn::RebindToUnsigned<D> du;
        const auto exponent = hn::And(hn::BitCast(du, scale), hn::Set(du, 0x7F800000U));
        return hn::CopySign(hn::BitCast(d, hn::Sub(hn::Set(du, 254U << 23), exponent)), scale);
    };

    if (c.at.columns) {
        HWY_ALIGN float ps[HWY_MAX_BYTES / sizeof(float)], pz[HWY_MAX_BYTES / sizeof(float)];
        const std::size_t width = c.at.width, fit = width / lanes * lanes, rest = width - fit;
        if (rest > 0) {
            hn::Store(hn::Set(d, 1.0F), d, ps);
            hn::Store(hn::Zero(d), d, pz);
            std::copy_n(c.at.scales + fit, rest, ps);
            if (c.at.zeros) std::copy_n(c.at.zeros + fit, rest, pz);
        }
        for (std::size_t first = 0; first < c.n; first += width) {
            for (std::size_t j = 0; j < fit;) {
                const std::size_t until = std::min(fit, j + lanes * kMostProducts);
                if constexpr (kMeasure) {
                    if (products + (until - j) / lanes > kMostProducts) flush();
                    products += (until - j) / lanes;
                }
                for (; j < until; j += lanes) {
                    const V scale = hn::LoadU(d, c.at.scales + j);
                    whole(first + j, scale, inverse(scale), c.at.zeros ? hn::LoadU(d, c.at.zeros + j) : hn::Zero(d));
                }
            }
            if (rest > 0) {
                const V scale = hn::Load(d, ps);
                partial(first + fit, rest, scale, inverse(scale), hn::Load(d, pz));
            }
        }
    } else {
        for (std::size_t first = 0, run = 0; first < c.n; first += c.at.width, ++run) {
            const std::size_t end = std::min(c.n, first + c.at.width);
            const V scale = hn::Set(d, c.at.scales[run]), divisor = inverse(scale);
            const V zero = hn::Set(d, c.at.zeros ? c.at.zeros[run] : 0.0F);
            std::size_t i = first;
            while (i + lanes <= end) {
                const std::size_t until = i + std::min((end - i) / lanes, kMostProducts) * lanes;
                if constexpr (kMeasure) {
                    if (products + (until - i) / lanes > kMostProducts) flush();
                    products += (until - i) / lanes;
                }
                for (; i < until; i += lanes) whole(i, scale, divisor, zero);
            }
            if (i < end) partial(i, end - i, scale, divisor, zero);
        }
    }
    if constexpr (kMeasure) flush();
    if constexpr (kMeasure) {
        c.sums->noise += hn::GetLane(hn::SumOfLanes(dd, hn::Add(noise0, noise1)));
        c.sums->cross += hn::GetLane(hn::SumOfLanes(dd, cross)) / double(c.at.norm);
        c.sums->maxAbs = std::max(c.sums->maxAbs, double(hn::GetLane(hn::MaxOfLanes(d, worst))));
        c.sums->zeroed += zeroed;
    }
    return clippedCount;
}

template <bool kReciprocal, class Rule>
HWY_INLINE std::uint64_t chosen(const Rule& rule, const SnapCall& c) {
    if (!c.sums) return pass<true, false, kReciprocal>(rule, c);
    return c.y ? pass<true, true, kReciprocal>(rule, c) : pass<false, true, kReciprocal>(rule, c);
}

template <class Rule>
HWY_INLINE std::uint64_t chosen(const Rule& rule, const SnapCall& c) {
    return c.powerOfTwoScales ? chosen<true>(rule, c) : chosen<false>(rule, c);
}

std::uint64_t snapUniform(const UniformGrid& grid, const SnapCall& c) {
    if (grid.shifted) return chosen(UniformRule<true>{float(grid.low), float(grid.high)}, c);
    return chosen(UniformRule<false>{float(grid.low), float(grid.high)}, c);
}
std::uint64_t snapFloat(const FloatGrid& grid, const SnapCall& c) {
    return grid.exponentBits == 8 ? chosen(WideFloatRule(grid), c) : chosen(FloatRule(grid), c);
}
std::uint64_t snapLevels(const LevelTree& tree, const SnapCall& c) { return chosen(LevelRule{tree}, c); }

}  // namespace roundoff::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace roundoff::kernels {
HWY_EXPORT(snapUniform);
HWY_EXPORT(snapFloat);
HWY_EXPORT(snapLevels);

namespace {

/// Thresholds [first, first + count), a complete tree, in breadth-first order below `node`.
void plant(const std::vector<float>& sorted, std::size_t first, std::size_t count, std::size_t node, std::vector<float>& tree) {
    if (count == 0) return;
    const std::size_t half = count / 2;
    tree[node] = sorted[first + half];
    plant(sorted, first, half, 2 * node, tree);
    plant(sorted, first + half + 1, half, 2 * node + 1, tree);
}

}  // namespace

Snapper::Snapper(const Grid& grid, bool powerOfTwoScales) : m_grid(grid), m_powerOfTwoScales(powerOfTwoScales) {
    const auto* set = std::get_if<LevelGrid>(&grid);
    if (!set) return;
    constexpr float kInf = std::numeric_limits<float>::infinity();
    const auto& l = set->levels;
    while ((std::size_t(1) << m_depth) < l.size()) ++m_depth;
    const std::size_t leaves = std::size_t(1) << m_depth;
    auto thresholds = set->thresholds;
    thresholds.resize(leaves - 1, kInf);
    // A whole vector is read from either, however few they are.
    m_tree.assign(std::max<std::size_t>(leaves, 2 * HWY_MAX_BYTES), kInf);
    plant(thresholds, 0, leaves - 1, 1, m_tree);
    m_levels = l;
    m_levels.resize(std::max<std::size_t>(leaves, 2 * HWY_MAX_BYTES), l.back());
    const bool one = l.size() < 2;
    m_below = one ? -kInf : l[0] - (l[1] - l[0]) * 0.5F;
    m_above = one ? kInf : l.back() + (l.back() - l[l.size() - 2]) * 0.5F;
}

std::uint64_t Snapper::dispatch(const float* x, float* y, std::size_t n, const Placement& placement, Output output,
                                ErrorSums* sums) const {
    const SnapCall call{x, y, n, placement, output == Output::Value, m_powerOfTwoScales, sums};
    if (const auto* uniform = std::get_if<UniformGrid>(&m_grid)) return HWY_DYNAMIC_DISPATCH(snapUniform)(*uniform, call);
    if (const auto* small = std::get_if<FloatGrid>(&m_grid)) return HWY_DYNAMIC_DISPATCH(snapFloat)(*small, call);
    return HWY_DYNAMIC_DISPATCH(snapLevels)({m_tree.data(), m_levels.data(), m_depth, m_below, m_above}, call);
}

std::uint64_t Snapper::snap(const float* x, float* y, std::size_t n, const Placement& placement, Output output) const {
    return dispatch(x, y, n, placement, output, nullptr);
}

std::uint64_t Snapper::measure(const float* x, float* y, std::size_t n, const Placement& placement, ErrorSums& sums) const {
    return dispatch(x, y, n, placement, Output::Value, &sums);
}

}  // namespace roundoff::kernels
#endif
