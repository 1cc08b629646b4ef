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

/// Bins of the elements that are finite and not 0, in a row, as int32. Rectified values are full of zeros: those are counted
/// apart, as increments of one bin would wait for each other.
/// @param out has room for a vector more than the elements
/// @return how many bins were written
std::size_t binIndices(const float* HWY_RESTRICT x, std::size_t n, float low, float perUnit, std::size_t bins,
                       std::int32_t* HWY_RESTRICT out, std::size_t& zeros) {
    const hn::ScalableTag<float> d;
    const hn::RebindToSigned<decltype(d)> di;
    const std::size_t lanes = hn::Lanes(d);
    const float last = float(bins - 1);
    const auto vlow = hn::Set(d, low), vper = hn::Set(d, perUnit), top = hn::Set(d, last);
    const auto limit = hn::Set(d, std::numeric_limits<float>::max());
    std::size_t i = 0, written = 0;
    for (; i + lanes <= n; i += lanes) {
        const auto v = hn::LoadU(d, x + i);
        hwy::Prefetch(x + i + kAhead);
        const auto bin = hn::ConvertTo(di, hn::Clamp(hn::Mul(hn::Sub(v, vlow), vper), hn::Zero(d), top));
        const auto zero = hn::Eq(v, hn::Zero(d)), wanted = hn::AndNot(zero, hn::Le(hn::Abs(v), limit));
        if (hn::AllTrue(d, wanted)) {
            hn::StoreU(bin, di, out + written);
            written += lanes;
        } else {
            zeros += hn::CountTrue(d, zero);
            // In a register first: some processors take a hundred cycles to compress into memory.
            const auto kept = hn::RebindMask(di, wanted);
            hn::StoreU(hn::Compress(bin, kept), di, out + written);
            written += hn::CountTrue(di, kept);
        }
    }
    for (; i < n; ++i) {
        if (x[i] == 0)
            ++zeros;
        else if (std::abs(x[i]) <= std::numeric_limits<float>::max())
            out[written++] = std::int32_t(std::clamp((x[i] - low) * perUnit, 0.0F, last));
    }
    return written;
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
    std::array<std::int32_t, kBlock + HWY_MAX_BYTES / sizeof(std::int32_t)> indices;
    std::size_t zeros = 0;
    const auto forBlocks = [&](std::size_t end, const auto& count) {
        for (std::size_t first = 0; first < end; first += kBlock) {
            const std::size_t size = std::min(kBlock, end - first);
            count(HWY_DYNAMIC_DISPATCH(binIndices)(x + first, size, low, perUnit, bins.size(), indices.data(), zeros));
        }
    };
    const auto addZeros = [&] {
        bins[std::size_t(std::clamp((0.0F - low) * perUnit, 0.0F, float(bins.size() - 1)))] += zeros;
    };
    constexpr std::size_t kShort = 1 << 14;  // below, emptying the tables would cost more than they save
    if (n < kShort) {
        forBlocks(n, [&](std::size_t size) {
            for (std::size_t i = 0; i < size; ++i) ++bins[std::size_t(indices[i])];
        });
        return addZeros();
    }
    // Two tables taken in turn: neighbouring elements often share a bin, and an increment waits for the one before it.
    std::array<std::array<std::uint32_t, kMost>, 2> tables{};
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
    addZeros();
}

}  // namespace roundoff::kernels
#endif
