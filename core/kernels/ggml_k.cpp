// The searches of the K quants, a group of 16 or 32 elements in each lane: every lane does what the reference does, in
// its order, so the sums are the same to the bit.
#include <algorithm>

#include "core/kernels/ggml_codec.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/ggml_k.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace roundoff::kernels::ggml::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;
constexpr std::size_t kMostLanes = 16, kElements = 256;

HWY_INLINE V nearestOf(D d, V v, V low, V high) {
    const V magic = hn::Set(d, 12582912.0F);  // as nearest()
    return hn::Sub(hn::Add(hn::Min(hn::Max(v, low), high), magic), magic);
}

HWY_INLINE V finiteOrZero(D d, V v) {
    return hn::IfThenElseZero(hn::Le(hn::Abs(v), hn::Set(d, 0x1.fffffep127F)), v);
}

/// t[i][lane] = x[lane][i]
template <std::size_t kGroup>
HWY_INLINE void transpose(D d, const float* x, float* HWY_RESTRICT t) {
    const hn::RebindToSigned<D> di;
    const auto rows = hn::Mul(hn::Iota(di, 0), hn::Set(di, int(kGroup)));
    for (std::size_t i = 0; i < kGroup; ++i) hn::Store(hn::GatherIndex(d, x + i, rows), d, t + i * hn::Lanes(d));
}

/// Fits as many groups of 32 as there are lanes.
void fitAffine(D d, const float* x, const AffineRule& rule, AffineFit* fits) {
    constexpr std::size_t kGroup = 32;
    const std::size_t lanes = hn::Lanes(d), count = kGroup * lanes;
    HWY_ALIGN float t[kGroup * kMostLanes], weights[kGroup * kMostLanes], codes[kGroup * kMostLanes];
    transpose<kGroup>(d, x, t);

    const V zero = hn::Zero(d), one = hn::Set(d, 1.0F), top = hn::Set(d, rule.top);
    V sumX2 = zero, low = zero, high = hn::Load(d, t);
    for (std::size_t i = 0; i < count; i += lanes) {
        const V v = hn::Load(d, t + i);
        sumX2 = hn::Add(sumX2, hn::Mul(v, v));
        low = hn::Min(low, v);
        high = hn::Max(high, v);
    }
    const V rms = hn::Sqrt(hn::Div(sumX2, hn::Set(d, float(kGroup))));
    V sumW = zero, sumX = zero;
    for (std::size_t i = 0; i < count; i += lanes) {
        const V v = hn::Load(d, t + i), w = hn::Add(rms, hn::Abs(v));
        hn::Store(w, d, weights + i);
        sumW = hn::Add(sumW, w);
        sumX = hn::Add(sumX, hn::Mul(w, v));
    }

    const auto flat = hn::Eq(low, high);
    const auto errorOf = [&](V scale, V offset) HWY_ATTR {
        V sum = zero;
        for (std::size_t i = 0; i < count; i += lanes) {
            const V e = hn::Sub(hn::Add(hn::Mul(scale, hn::Load(d, codes + i)), offset), hn::Load(d, t + i));
            sum = hn::Add(sum, hn::Mul(hn::Load(d, weights + i), hn::Mul(e, e)));
        }
        return sum;
    };

    V min = low, bestFactor = finiteOrZero(d, hn::Div(top, hn::Sub(high, low))), bestMin = low;
    V bestScale = hn::IfThenElseZero(hn::Gt(bestFactor, zero), hn::Div(one, bestFactor));
    for (std::size_t i = 0; i < count; i += lanes) {
        const V v = hn::Load(d, t + i);
        hn::Store(nearestOf(d, hn::Mul(bestFactor, hn::Sub(v, low)), zero, top), d, codes + i);
    }
    V bestError = errorOf(bestScale, low);
    for (int s = 0; s <= rule.steps; ++s) {
        const V factor = finiteOrZero(d, hn::Div(hn::Set(d, rule.candidate(s)), hn::Sub(high, min)));
        V sumL = zero, sumL2 = zero, sumXL = zero;
        for (std::size_t i = 0; i < count; i += lanes) {
            const V v = hn::Load(d, t + i), code = nearestOf(d, hn::Mul(factor, hn::Sub(v, min)), zero, top);
            hn::Store(code, d, codes + i);
            const V wl = hn::Mul(hn::Load(d, weights + i), code);
            sumL = hn::Add(sumL, wl);
            sumL2 = hn::Add(sumL2, hn::Mul(wl, code));
            sumXL = hn::Add(sumXL, hn::Mul(wl, v));
        }
        const V determinant = hn::Sub(hn::Mul(sumW, sumL2), hn::Mul(sumL, sumL));
        const auto solvable = hn::Gt(determinant, zero);
        if (hn::AllFalse(d, solvable)) continue;
        V scale = hn::Div(hn::Sub(hn::Mul(sumW, sumXL), hn::Mul(sumX, sumL)), determinant);
        V offset = hn::Div(hn::Sub(hn::Mul(sumL2, sumX), hn::Mul(sumL, sumXL)), determinant);
        const auto positive = hn::Gt(offset, zero);
        scale = hn::IfThenElse(positive, hn::Div(sumXL, sumL2), scale);
        offset = hn::IfThenElse(positive, zero, offset);
        const V error = errorOf(scale, offset);
        const auto better = hn::And(solvable, hn::Lt(error, bestError));
        bestError = hn::IfThenElse(better, error, bestError);
        bestScale = hn::IfThenElse(better, scale, bestScale);
        bestFactor = hn::IfThenElse(better, factor, bestFactor);
        bestMin = hn::IfThenElse(better, min, bestMin);
        min = hn::IfThenElse(better, offset, min);
    }
    HWY_ALIGN float out[4][kMostLanes];
    hn::Store(hn::IfThenElse(flat, zero, bestScale), d, out[0]);
    hn::Store(hn::IfThenElse(flat, low, min), d, out[1]);
    hn::Store(hn::IfThenElse(flat, zero, bestFactor), d, out[2]);
    hn::Store(hn::IfThenElse(flat, low, bestMin), d, out[3]);
    for (std::size_t lane = 0; lane < lanes; ++lane)
        fits[lane] = {out[0][lane], out[1][lane], out[2][lane], out[3][lane]};
}

/// Fits as many groups of 16 as there are lanes.
void fitSigned(D d, const float* x, SignedFit* fits) {
    constexpr std::size_t kGroup = 16;
    const std::size_t lanes = hn::Lanes(d), count = kGroup * lanes;
    HWY_ALIGN float t[kGroup * kMostLanes], weights[kGroup * kMostLanes], weighted[kGroup * kMostLanes];
    transpose<kGroup>(d, x, t);

    const V zero = hn::Zero(d), lowest = hn::Set(d, -32.0F), highest = hn::Set(d, 31.0F);
    V extreme = zero;
    for (std::size_t i = 0; i < count; i += lanes) {
        const V v = hn::Load(d, t + i), w = hn::Mul(v, v);
        extreme = hn::IfThenElse(hn::Gt(hn::Abs(v), hn::Abs(extreme)), v, extreme);
        hn::Store(w, d, weights + i);
        hn::Store(hn::Mul(w, v), d, weighted + i);
    }
    const auto tiny = hn::Lt(hn::Abs(extreme), hn::Set(d, kTiny));
    extreme = hn::IfThenElse(tiny, hn::Set(d, 1.0F), extreme);

    V sumXL = zero, sumL2 = zero;
    const auto sums = [&](V factor) HWY_ATTR {
        sumXL = sumL2 = zero;
        for (std::size_t i = 0; i < count; i += lanes) {
            const V code = nearestOf(d, hn::Mul(factor, hn::Load(d, t + i)), lowest, highest);
            sumXL = hn::Add(sumXL, hn::Mul(hn::Load(d, weighted + i), code));
            sumL2 = hn::Add(sumL2, hn::Mul(hn::Mul(hn::Load(d, weights + i), code), code));
        }
    };
    V bestFactor = hn::Div(hn::Set(d, signedCandidate(0)), extreme);
    sums(bestFactor);
    V scale = hn::IfThenElseZero(hn::Ne(sumL2, zero), hn::Div(sumXL, sumL2));
    V best = hn::Mul(scale, sumXL);
    for (int s = -kSignedSteps; s <= kSignedSteps; ++s) {
        if (s == 0) continue;
        const V factor = hn::Div(hn::Set(d, signedCandidate(s)), extreme);
        sums(factor);
        const auto better = hn::And(hn::Gt(sumL2, zero), hn::Gt(hn::Mul(sumXL, sumXL), hn::Mul(best, sumL2)));
        scale = hn::IfThenElse(better, hn::Div(sumXL, sumL2), scale);
        best = hn::IfThenElse(better, hn::Mul(scale, sumXL), best);
        bestFactor = hn::IfThenElse(better, factor, bestFactor);
    }
    HWY_ALIGN float out[2][kMostLanes];
    hn::Store(hn::IfThenElse(tiny, zero, scale), d, out[0]);
    hn::Store(hn::IfThenElse(tiny, zero, bestFactor), d, out[1]);
    for (std::size_t lane = 0; lane < lanes; ++lane) fits[lane] = {out[0][lane], out[1][lane]};
}

/// Rounds one block to the scales as stored.
void roundTo(D d, const float* x, const Block& block, float top, float* y) {
    const V zero = hn::Zero(d), highest = hn::Set(d, top);
    for (std::size_t g = 0; g < 8; ++g) {
        const float s = block.d * float(block.scales[g]), m = block.m * float(block.mins[g]);
        const V scale = hn::Set(d, s), min = hn::Set(d, m), divisor = hn::Set(d, s != 0 ? s : 1.0F);
        for (std::size_t i = g * 32; i < g * 32 + 32; i += hn::Lanes(d)) {
            const V v = hn::Div(hn::Add(hn::LoadU(d, x + i), min), divisor);
            hn::StoreU(hn::Sub(hn::Mul(scale, nearestOf(d, v, zero, highest)), min), d, y + i);
        }
    }
}

void roundTo(D d, const float* x, const SignedFit (&fits)[16], Block& block, float* y) {
    const V lowest = hn::Set(d, -32.0F), highest = hn::Set(d, 31.0F);
    float scales[16];
    bool zeros = false;
    for (std::size_t g = 0; g < 16; ++g) {
        scales[g] = block.d * float(block.scales[g]);
        zeros = zeros || scales[g] == 0;
    }
    if (zeros) {  // the codes of the search decide the signs of these zeros
        storeCodes(x, fits, block);
        return values(Type::Q6_K, block, y);
    }
    for (std::size_t g = 0; g < 16; ++g) {
        const V scale = hn::Set(d, scales[g]);
        for (std::size_t i = g * 16; i < g * 16 + 16; i += hn::Lanes(d)) {
            const V code = nearestOf(d, hn::Div(hn::LoadU(d, x + i), scale), lowest, highest);
            hn::StoreU(hn::Mul(scale, code), d, y + i);
        }
    }
}

bool tame(D d, const float* x, std::size_t n) {
    const V limit = hn::Set(d, kHuge);
    auto fine = hn::Lt(hn::Abs(hn::LoadU(d, x)), limit);
    for (std::size_t i = hn::Lanes(d); i < n; i += hn::Lanes(d))
        fine = hn::And(fine, hn::Lt(hn::Abs(hn::LoadU(d, x + i)), limit));
    return hn::AllTrue(d, fine);
}

/// Calls use(block number, its tame elements, fits) for each block.
template <std::size_t kGroup, class Fit, class Search, class Use>
void eachBlock(Type type, const float* x, std::size_t blocks, const Search& search, const Use& use) {
    const D d;
    constexpr std::size_t kGroups = kElements / kGroup;
    const std::size_t lanes = hn::Lanes(d), together = std::max<std::size_t>(1, lanes / kGroups);
    HWY_ALIGN float scratch[kElements * kMostLanes / 8] = {};
    Fit fits[kMostLanes / kGroups + 1][kGroups];
    for (std::size_t b = 0; b < blocks; b += together) {
        const std::size_t count = std::min(together, blocks - b);
        const float* from = x + b * kElements;
        if (count < together || !tame(d, from, count * kElements)) {
            for (std::size_t k = 0; k < count; ++k) copyTame(type, from + k * kElements, scratch + k * kElements);
            from = scratch;
        }
        for (std::size_t g = 0; g < together * kGroups; g += lanes) search(d, from + g * kGroup, &fits[0][0] + g);
        for (std::size_t k = 0; k < count; ++k) use(d, b + k, from + k * kElements, fits[k]);
    }
}

/// Calls use(d, block number, its elements, the search's fits, the block with its scales) for each block.
template <class UseAffine, class UseSigned>
void searchBlocks(Type type, const float* x, std::size_t blocks, const UseAffine& useAffine,
                  const UseSigned& useSigned) {
    Block block;
    if (type == Type::Q6_K) {
        eachBlock<16, SignedFit>(
            type, x, blocks, [](D d, const float* from, SignedFit* fits) HWY_ATTR { fitSigned(d, from, fits); },
            [&](D d, std::size_t b, const float* from, const SignedFit(&fits)[16]) HWY_ATTR {
                storeScales(fits, block);
                useSigned(d, b, from, fits, block);
            });
        return;
    }
    const AffineRule rule = affineRule(type);
    eachBlock<32, AffineFit>(
        type, x, blocks, [&](D d, const float* from, AffineFit* fits) HWY_ATTR { fitAffine(d, from, rule, fits); },
        [&](D d, std::size_t b, const float* from, const AffineFit(&fits)[8]) HWY_ATTR {
            storeScales(fits, block);
            useAffine(d, b, from, fits, block);
        });
}

void roundKBlocks(Type type, const float* x, std::size_t blocks, float* y) {
    const float top = affineRule(type).top;
    searchBlocks(
        type, x, blocks,
        [&](D d, std::size_t b, const float* from, const AffineFit(&)[8], const Block& block)
            HWY_ATTR { roundTo(d, from, block, top, y + b * kElements); },
        [&](D d, std::size_t b, const float* from, const SignedFit(&fits)[16], Block& block)
            HWY_ATTR { roundTo(d, from, fits, block, y + b * kElements); });
}

void quantizeKBlocks(Type type, const float* x, std::size_t blocks, std::byte* out) {
    const float top = affineRule(type).top;
    const std::size_t bytes = layout(type).bytes;
    searchBlocks(
        type, x, blocks,
        [&](D, std::size_t b, const float* from, const AffineFit(&fits)[8], Block& block) HWY_ATTR {
            storeCodes(from, fits, top, block);
            pack(type, block, out + b * bytes);
        },
        [&](D, std::size_t b, const float* from, const SignedFit(&fits)[16], Block& block) HWY_ATTR {
            storeCodes(from, fits, block);
            pack(type, block, out + b * bytes);
        });
}

}  // namespace roundoff::kernels::ggml::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace roundoff::kernels::ggml {
HWY_EXPORT(roundKBlocks);
HWY_EXPORT(quantizeKBlocks);

void roundK(Type type, const float* x, std::size_t blocks, float* y) {
    HWY_DYNAMIC_DISPATCH(roundKBlocks)(type, x, blocks, y);
}

void quantizeK(Type type, const float* x, std::size_t blocks, std::byte* out) {
    HWY_DYNAMIC_DISPATCH(quantizeKBlocks)(type, x, blocks, out);
}

}  // namespace roundoff::kernels::ggml
#endif
