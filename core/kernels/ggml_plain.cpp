#include <algorithm>

#include "core/kernels/ggml_codec.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/ggml_plain.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace roundoff::kernels::ggml::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;
constexpr std::size_t kBlock = 32;

/// The block's extremes; false where an element is not finite or so large that fp16 may overflow: work for the
/// reference.
struct Extremes {
    V low, high;  // in every lane
    bool plain;
};

HWY_INLINE Extremes extremesOf(D d, const float* x) {
    const std::size_t lanes = hn::Lanes(d);
    const V limit = hn::Set(d, kHalfOverflow);
    V low = hn::LoadU(d, x), high = low;
    auto plain = hn::Lt(hn::Abs(low), limit);
    for (std::size_t i = lanes; i < kBlock; i += lanes) {
        const V v = hn::LoadU(d, x + i);
        plain = hn::And(plain, hn::Lt(hn::Abs(v), limit));
        low = hn::Min(low, v);
        high = hn::Max(high, v);
    }
    return {hn::MinOfLanes(d, low), hn::MaxOfLanes(d, high), hn::AllTrue(d, plain)};
}

void slowBlock(Type type, const float* x, float* y) {
    float tame[kBlock];
    Block block;
    copyTame(type, x, tame);
    reference::encode(type, tame, block);
    values(type, block, y);
}

template <class Encode>
HWY_INLINE void eachVector(D d, const float* x, float* y, const Encode& encode) {
    for (std::size_t i = 0; i < kBlock; i += hn::Lanes(d)) hn::StoreU(encode(hn::LoadU(d, x + i)), d, y + i);
}

struct Q8 {
    HWY_INLINE static void round(D d, const Extremes& e, const float* x, float* y) {
        const hn::RebindToSigned<D> di;
        const float scale = std::max(std::abs(hn::GetLane(e.high)), std::abs(hn::GetLane(e.low))) / 127;
        const V inv = hn::Set(d, inverse(scale)), half = hn::Set(d, toHalf(scale)),
                justBelowHalf = hn::Set(d, 0x1.fffffep-2F);
        eachVector(d, x, y, [&](V v) HWY_ATTR {
            // Truncation after adding the number below one half rounds halves away from zero, and nothing else up.
            const V q = hn::Mul(v, inv);
            return hn::Mul(hn::ConvertTo(d, hn::ConvertTo(di, hn::Add(q, hn::CopySign(justBelowHalf, q)))), half);
        });
    }
};

template <int kHalf>
struct Signed {
    HWY_INLINE static void round(D d, const Extremes& e, const float* x, float* y) {
        const hn::RebindToSigned<D> di;
        const float low = hn::GetLane(e.low), high = hn::GetLane(e.high);
        float extreme = high > -low ? high : low;
        if (high == -low) extreme = *std::find_if(x, x + kBlock, [&](float v) { return v == high || v == low; }) + 0.0F;
        const float scale = extreme / -kHalf;
        const V inv = hn::Set(d, inverse(scale)), half = hn::Set(d, toHalf(scale)), bias = hn::Set(d, kHalf + 0.5F);
        const auto top = hn::Set(di, 2 * kHalf - 1), middle = hn::Set(di, kHalf);
        eachVector(d, x, y, [&](V v) HWY_ATTR {
            const auto code = hn::Min(hn::ConvertTo(di, hn::Add(hn::Mul(v, inv), bias)), top);
            return hn::Mul(hn::ConvertTo(d, hn::Sub(code, middle)), half);
        });
    }
};

template <int kTop>
struct Affine {
    HWY_INLINE static void round(D d, const Extremes& e, const float* x, float* y) {
        const hn::RebindToSigned<D> di;
        const float low = hn::GetLane(e.low), scale = (hn::GetLane(e.high) - low) / kTop;
        const V inv = hn::Set(d, inverse(scale)), half = hn::Set(d, toHalf(scale)), min = hn::Set(d, toHalf(low));
        const V bias = hn::Set(d, 0.5F);
        const auto top = hn::Set(di, kTop);
        eachVector(d, x, y, [&](V v) HWY_ATTR {
            const auto code = hn::Min(hn::ConvertTo(di, hn::Add(hn::Mul(hn::Sub(v, e.low), inv), bias)), top);
            return hn::Add(hn::Mul(hn::ConvertTo(d, code), half), min);
        });
    }
};

template <class Kind>
void roundBlocks(Type type, const float* x, std::size_t blocks, float* y) {
    const D d;
    for (std::size_t b = 0; b < blocks; ++b, x += kBlock, y += kBlock) {
        const Extremes e = extremesOf(d, x);
        if (HWY_LIKELY(e.plain)) {
            Kind::round(d, e, x, y);
        } else {
            slowBlock(type, x, y);
        }
    }
}

void roundPlainBlocks(Type type, const float* x, std::size_t blocks, float* y) {
    switch (type) {
        case Type::Q8_0:
            return roundBlocks<Q8>(type, x, blocks, y);
        case Type::Q4_0:
            return roundBlocks<Signed<8>>(type, x, blocks, y);
        case Type::Q5_0:
            return roundBlocks<Signed<16>>(type, x, blocks, y);
        case Type::Q4_1:
            return roundBlocks<Affine<15>>(type, x, blocks, y);
        case Type::Q5_1:
            return roundBlocks<Affine<31>>(type, x, blocks, y);
        default:
            return;
    }
}

}  // namespace roundoff::kernels::ggml::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace roundoff::kernels::ggml {
HWY_EXPORT(roundPlainBlocks);

void roundPlain(Type type, const float* x, std::size_t blocks, float* y) {
    HWY_DYNAMIC_DISPATCH(roundPlainBlocks)(type, x, blocks, y);
}

}  // namespace roundoff::kernels::ggml
#endif
