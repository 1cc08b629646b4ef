#include "core/kernels/error.h"

#include <algorithm>

#include "core/kernels/reference.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/error.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

#include "core/kernels/halves-inl.h"

HWY_BEFORE_NAMESPACE();
namespace roundoff::kernels::HWY_NAMESPACE {

void accumulateErrorFinite(const float* HWY_RESTRICT x, const float* HWY_RESTRICT y, std::size_t n, ErrorSums& sums) {
    const D d;
    const DD dd;
    const std::size_t lanes = hn::Lanes(d);
    auto noise = hn::Zero(dd), cross = hn::Zero(dd), worst = hn::Zero(dd);
    std::size_t zeroed = 0, i = 0;
    const auto take = [&](hn::Vec<DD> vx, hn::Vec<DD> vy) HWY_ATTR {
        const auto e = hn::Sub(vx, vy);
        noise = hn::MulAdd(e, e, noise);
        cross = hn::MulAdd(vx, e, cross);
        worst = hn::Max(worst, hn::Abs(e));
    };
    for (; i + lanes <= n; i += lanes) {
        const V vx = hn::LoadU(d, x + i), vy = hn::LoadU(d, y + i);
        zeroed += hn::CountTrue(d, hn::AndNot(hn::Eq(vx, hn::Zero(d)), hn::Eq(vy, hn::Zero(d))));
        take(lower(vx), lower(vy));
        take(upper(vx), upper(vy));
    }
    sums.noise += hn::GetLane(hn::SumOfLanes(dd, noise));
    sums.cross += hn::GetLane(hn::SumOfLanes(dd, cross));
    sums.maxAbs = std::max(sums.maxAbs, hn::GetLane(hn::MaxOfLanes(dd, worst)));
    sums.zeroed += zeroed;
    reference::accumulateError(x + i, y + i, n - i, sums);
}

}  // namespace roundoff::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace roundoff::kernels {
HWY_EXPORT(accumulateErrorFinite);

void ErrorSums::merge(const ErrorSums& other) {
    noise += other.noise;
    cross += other.cross;
    maxAbs = std::max(maxAbs, other.maxAbs);
    zeroed += other.zeroed;
}

void accumulateError(const float* x, const float* y, std::size_t n, bool allFinite, ErrorSums& sums) {
    if (allFinite) {
        HWY_DYNAMIC_DISPATCH(accumulateErrorFinite)(x, y, n, sums);
    } else {
        reference::accumulateError(x, y, n, sums);
    }
}

}  // namespace roundoff::kernels
#endif
