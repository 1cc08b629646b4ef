#include "core/kernels/moments.h"

#include <algorithm>
#include <cmath>

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
template <bool kFour>
bool accumulateFinite(const float* HWY_RESTRICT x, std::size_t n, Moments& moments) {
    const D d;
    const DD dd;
    const std::size_t lanes = hn::Lanes(d);
    // The halves have sums of their own: an addition waits for the one before it.
    auto s1a = hn::Zero(dd), s2a = hn::Zero(dd), s3a = hn::Zero(dd), s4a = hn::Zero(dd);
    auto s1b = s1a, s2b = s2a, s3b = s3a, s4b = s4a;
    V low = hn::Set(d, moments.min), high = hn::Set(d, moments.max);
    std::size_t zeros = 0, i = 0;
    for (; i + lanes <= n; i += lanes) {
        const V v = hn::LoadU(d, x + i);
        hwy::Prefetch(x + i + kAhead);
        low = hn::Min(low, v);
        high = hn::Max(high, v);
        zeros += hn::CountTrue(d, hn::Eq(v, hn::Zero(d)));
        const auto a = lower(v), b = upper(v);
        s1a = hn::Add(s1a, a);
        s1b = hn::Add(s1b, b);
        if constexpr (kFour) {
            const auto a2 = hn::Mul(a, a), b2 = hn::Mul(b, b);
            s2a = hn::Add(s2a, a2);
            s2b = hn::Add(s2b, b2);
            s3a = hn::MulAdd(a2, a, s3a);
            s3b = hn::MulAdd(b2, b, s3b);
            s4a = hn::MulAdd(a2, a2, s4a);
            s4b = hn::MulAdd(b2, b2, s4b);
        } else {
            s2a = hn::MulAdd(a, a, s2a);
            s2b = hn::MulAdd(b, b, s2b);
        }
    }
    const auto total = [&](hn::Vec<DD> a, hn::Vec<DD> b) HWY_ATTR { return hn::GetLane(hn::SumOfLanes(dd, hn::Add(a, b))); };
    const double sum2 = total(s2a, s2b);
    // The squares of finite floats have a finite sum in double: any other tells of a NaN or infinity.
    if (!std::isfinite(sum2)) return false;
    Moments part;
    reference::accumulate(x + i, n - i, part);
    if (part.nan + part.inf != 0) return false;
    if constexpr (!kFour) part.sum3 = part.sum4 = 0;
    part.min = std::min(part.min, hn::GetLane(hn::MinOfLanes(d, low)));
    part.max = std::max(part.max, hn::GetLane(hn::MaxOfLanes(d, high)));
    part.count += i;
    part.zeros += zeros;
    part.sum += total(s1a, s1b);
    part.sum2 += sum2;
    part.sum3 += total(s3a, s3b);
    part.sum4 += total(s4a, s4b);
    moments.merge(part);
    return true;
}
bool accumulateTwo(const float* HWY_RESTRICT x, std::size_t n, Moments& moments) { return accumulateFinite<false>(x, n, moments); }
bool accumulateFour(const float* HWY_RESTRICT x, std::size_t n, Moments& moments) { return accumulateFinite<true>(x, n, moments); }

}  // namespace roundoff::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace roundoff::kernels {
HWY_EXPORT(accumulateTwo);
HWY_EXPORT(accumulateFour);

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

void accumulate(const float* x, std::size_t n, Moments& moments, Powers powers) {
    const bool four = powers == Powers::Four;
    const bool done = four ? HWY_DYNAMIC_DISPATCH(accumulateFour)(x, n, moments) : HWY_DYNAMIC_DISPATCH(accumulateTwo)(x, n, moments);
    if (done) return;
    const double sum3 = moments.sum3, sum4 = moments.sum4;
    reference::accumulate(x, n, moments);
    if (!four) moments.sum3 = sum3, moments.sum4 = sum4;
}

}  // namespace roundoff::kernels
#endif
