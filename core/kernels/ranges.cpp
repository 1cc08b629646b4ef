#include "core/kernels/ranges.h"

#include <algorithm>
#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/ranges.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

#include "core/kernels/halves-inl.h"

HWY_BEFORE_NAMESPACE();
namespace roundoff::kernels::HWY_NAMESPACE {

constexpr float kInf = std::numeric_limits<float>::infinity();

inline void widen(float v, float& low, float& high) {
    if (!(std::abs(v) <= std::numeric_limits<float>::max())) return;
    low = std::min(low, v);
    high = std::max(high, v);
}

void widenRuns(const float* HWY_RESTRICT x, std::size_t n, std::size_t runLength, float* HWY_RESTRICT lows,
               float* HWY_RESTRICT highs) {
    const hn::ScalableTag<float> d;
    const std::size_t lanes = hn::Lanes(d);
    const auto limit = hn::Set(d, std::numeric_limits<float>::max());
    for (std::size_t first = 0, run = 0; first < n; first += runLength, ++run) {
        const std::size_t end = std::min(n, first + runLength);
        std::size_t i = first;
        auto low = hn::Set(d, kInf), high = hn::Set(d, -kInf);
        for (; i + lanes <= end; i += lanes) {
            const auto v = hn::LoadU(d, x + i);
            hwy::Prefetch(x + i + kAhead);
            const auto finite = hn::Le(hn::Abs(v), limit);
            low = hn::Min(low, hn::IfThenElse(finite, v, low));
            high = hn::Max(high, hn::IfThenElse(finite, v, high));
        }
        lows[run] = std::min(lows[run], hn::GetLane(hn::MinOfLanes(d, low)));
        highs[run] = std::max(highs[run], hn::GetLane(hn::MaxOfLanes(d, high)));
        for (; i < end; ++i) widen(x[i], lows[run], highs[run]);
    }
}

void widenColumns(const float* HWY_RESTRICT x, std::size_t rows, std::size_t width, float* HWY_RESTRICT lows,
                  float* HWY_RESTRICT highs) {
    const hn::ScalableTag<float> d;
    const std::size_t lanes = hn::Lanes(d);
    const auto limit = hn::Set(d, std::numeric_limits<float>::max());
    std::size_t j = 0;
    for (; j + lanes <= width; j += lanes) {
        auto low = hn::LoadU(d, lows + j), high = hn::LoadU(d, highs + j);
        for (std::size_t r = 0; r < rows; ++r) {
            const auto v = hn::LoadU(d, x + r * width + j);
            const auto finite = hn::Le(hn::Abs(v), limit);
            low = hn::Min(low, hn::IfThenElse(finite, v, low));
            high = hn::Max(high, hn::IfThenElse(finite, v, high));
        }
        hn::StoreU(low, d, lows + j);
        hn::StoreU(high, d, highs + j);
    }
    for (; j < width; ++j)
        for (std::size_t r = 0; r < rows; ++r) widen(x[r * width + j], lows[j], highs[j]);
}

}  // namespace roundoff::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace roundoff::kernels {
HWY_EXPORT(widenRuns);
HWY_EXPORT(widenColumns);

void widenRuns(const float* x, std::size_t n, std::size_t runLength, float* low, float* high) {
    HWY_DYNAMIC_DISPATCH(widenRuns)(x, n, runLength, low, high);
}
void widenColumns(const float* x, std::size_t rows, std::size_t width, float* low, float* high) {
    HWY_DYNAMIC_DISPATCH(widenColumns)(x, rows, width, low, high);
}

}  // namespace roundoff::kernels
#endif
