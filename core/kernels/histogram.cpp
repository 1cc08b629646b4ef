#include "core/kernels/histogram.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/histogram.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

#include "core/kernels/halves-inl.h"

HWY_BEFORE_NAMESPACE();
namespace roundoff::kernels::HWY_NAMESPACE {

/// Bin of each element, or `bins` where it is not finite. Written as int32.
void binIndices(const float* HWY_RESTRICT x, std::size_t n, float low, float perUnit, std::int32_t bins,
                std::int32_t* HWY_RESTRICT out) {
    const hn::ScalableTag<float> d;
    const hn::RebindToSigned<decltype(d)> di;
    const std::size_t lanes = hn::Lanes(d);
    const auto vlow = hn::Set(d, low), vper = hn::Set(d, perUnit), top = hn::Set(d, float(bins - 1));
    const auto limit = hn::Set(d, std::numeric_limits<float>::max()), none = hn::Set(d, float(bins));
    std::size_t i = 0;
    for (; i + lanes <= n; i += lanes) {
        const auto v = hn::LoadU(d, x + i);
        hwy::Prefetch(x + i + kAhead);
        const auto t = hn::Clamp(hn::Mul(hn::Sub(v, vlow), vper), hn::Zero(d), top);
        hn::StoreU(hn::ConvertTo(di, hn::IfThenElse(hn::Le(hn::Abs(v), limit), t, none)), di, out + i);
    }
    for (; i < n; ++i) {
        const bool finite = std::abs(x[i]) <= std::numeric_limits<float>::max();
        out[i] = finite ? std::int32_t(std::clamp((x[i] - low) * perUnit, 0.0F, float(bins - 1))) : bins;
    }
}

}  // namespace roundoff::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace roundoff::kernels {
HWY_EXPORT(binIndices);

void accumulateHistogram(const float* x, std::size_t n, float low, float high, std::span<std::uint64_t> bins) {
    constexpr std::size_t kBlock = 1024, kMost = 4096;
    assert(bins.size() <= kMost && low < high);
    // In double: high - low may overflow in float, and a subnormal width has no finite reciprocal.
    const float perUnit = float(std::min(double(bins.size()) / (double(high) - double(low)), 3e38));
    std::array<std::int32_t, kBlock> indices;
    const auto forBlocks = [&](std::size_t end, const auto& count) {
        for (std::size_t first = 0; first < end; first += kBlock) {
            const std::size_t size = std::min(kBlock, end - first);
            HWY_DYNAMIC_DISPATCH(binIndices)(x + first, size, low, perUnit, std::int32_t(bins.size()), indices.data());
            count(size);
        }
    };
    constexpr std::size_t kShort = 1 << 14;  // below, emptying the tables would cost more than they save
    if (n < kShort)
        return forBlocks(n, [&](std::size_t size) {
            for (std::size_t i = 0; i < size; ++i)
                if (std::size_t(indices[i]) < bins.size()) ++bins[std::size_t(indices[i])];
        });
    // Two tables taken in turn: neighbouring elements often share a bin, and an increment waits for the one before it.
    std::array<std::array<std::uint32_t, kMost + 1>, 2> tables{};
    constexpr std::size_t kFlush = std::size_t(1) << 31;  // below what a 32-bit counter holds
    while (n > 0) {
        const std::size_t part = std::min(n, kFlush);
        forBlocks(part, [&](std::size_t size) {
            std::size_t i = 0;
            for (; i + 4 <= size; i += 4) {
                ++tables[0][std::size_t(indices[i])];
                ++tables[1][std::size_t(indices[i + 1])];
                ++tables[0][std::size_t(indices[i + 2])];
                ++tables[1][std::size_t(indices[i + 3])];
            }
            for (; i < size; ++i) ++tables[0][std::size_t(indices[i])];
        });
        for (auto& table : tables) {
            for (std::size_t b = 0; b < bins.size(); ++b) bins[b] += table[b];
            table.fill(0);
        }
        x += part;
        n -= part;
    }
}

}  // namespace roundoff::kernels
#endif
