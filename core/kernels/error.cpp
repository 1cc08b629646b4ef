#include "core/kernels/error.h"

#include <algorithm>

#include "core/kernels/reference.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/error.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace roundoff::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void accumulateErrorFinite(const float* HWY_RESTRICT x, const float* HWY_RESTRICT y, std::size_t n, ErrorSums& sums) {
    const hn::ScalableTag<double> dd;
    const hn::Rebind<float, decltype(dd)> df;
    const std::size_t lanes = hn::Lanes(dd);
    auto noise0 = hn::Zero(dd), noise1 = hn::Zero(dd), square0 = hn::Zero(dd), square1 = hn::Zero(dd);
    auto worst = hn::Zero(dd);
    std::size_t zeroed = 0, i = 0;
    const auto step = [&](std::size_t at, auto& noise, auto& square) HWY_ATTR {
        const auto vx = hn::LoadU(df, x + at), vy = hn::LoadU(df, y + at);
        const auto dx = hn::PromoteTo(dd, vx), dy = hn::PromoteTo(dd, vy);
        const auto e = hn::Sub(dx, dy);
        noise = hn::MulAdd(e, e, noise);
        square = hn::MulAdd(dy, dy, square);
        worst = hn::Max(worst, hn::Abs(e));
        const auto zero = hn::Zero(df);
        zeroed += hn::CountTrue(df, hn::AndNot(hn::Eq(vx, zero), hn::Eq(vy, zero)));
    };
    for (; i + 2 * lanes <= n; i += 2 * lanes) {
        step(i, noise0, square0);
        step(i + lanes, noise1, square1);
    }
    sums.noise += hn::GetLane(hn::SumOfLanes(dd, hn::Add(noise0, noise1)));
    sums.quantized += hn::GetLane(hn::SumOfLanes(dd, hn::Add(square0, square1)));
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
    quantized += other.quantized;
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
