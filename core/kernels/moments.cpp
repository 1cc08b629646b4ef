#include "core/kernels/moments.h"

#include <algorithm>

#include "core/kernels/reference.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/moments.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

#include "core/kernels/halves-inl.h"

HWY_BEFORE_NAMESPACE();
namespace roundoff::kernels::HWY_NAMESPACE {

/// Returns false, with `moments` untouched, where a NaN or infinity is met.
bool accumulateFinite(const float* HWY_RESTRICT x, std::size_t n, Moments& moments) {
    const D d;
    const DD dd;
    const std::size_t lanes = hn::Lanes(d);
    auto s1 = hn::Zero(dd), s2 = hn::Zero(dd), s3 = hn::Zero(dd), s4 = hn::Zero(dd);
    V low = hn::Set(d, moments.min), high = hn::Set(d, moments.max);
    const V limit = hn::Set(d, std::numeric_limits<float>::max());
    std::size_t zeros = 0, i = 0;
    const auto take = [&](hn::Vec<DD> half) HWY_ATTR {
        const auto square = hn::Mul(half, half);
        s1 = hn::Add(s1, half);
        s2 = hn::Add(s2, square);
        s3 = hn::MulAdd(square, half, s3);
        s4 = hn::MulAdd(square, square, s4);
    };
    for (; i + lanes <= n; i += lanes) {
        const V v = hn::LoadU(d, x + i);
        hwy::Prefetch(x + i + kAhead);
        if (!hn::AllTrue(d, hn::Le(hn::Abs(v), limit))) return false;
        low = hn::Min(low, v);
        high = hn::Max(high, v);
        zeros += hn::CountTrue(d, hn::Eq(v, hn::Zero(d)));
        take(lower(v));
        take(upper(v));
    }
    Moments part;
    reference::accumulate(x + i, n - i, part);
    if (part.nan + part.inf != 0) return false;
    part.min = std::min(part.min, hn::GetLane(hn::MinOfLanes(d, low)));
    part.max = std::max(part.max, hn::GetLane(hn::MaxOfLanes(d, high)));
    part.count += i;
    part.zeros += zeros;
    part.sum += hn::GetLane(hn::SumOfLanes(dd, s1));
    part.sum2 += hn::GetLane(hn::SumOfLanes(dd, s2));
    part.sum3 += hn::GetLane(hn::SumOfLanes(dd, s3));
    part.sum4 += hn::GetLane(hn::SumOfLanes(dd, s4));
    moments.merge(part);
    return true;
}

}  // namespace roundoff::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace roundoff::kernels {
HWY_EXPORT(accumulateFinite);

void Moments::merge(const Moments& other) {
    count += other.count;
    nan += other.nan;
    inf += other.inf;
    zeros += other.zeros;
    min = std::min(min, other.min);
    max = std::max(max, other.max);
    sum += other.sum;
    sum2 += other.sum2;
    sum3 += other.sum3;
    sum4 += other.sum4;
}

void accumulate(const float* x, std::size_t n, Moments& moments) {
    if (!HWY_DYNAMIC_DISPATCH(accumulateFinite)(x, n, moments)) reference::accumulate(x, n, moments);
}

}  // namespace roundoff::kernels
#endif
