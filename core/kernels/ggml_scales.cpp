#include <algorithm>
#include <limits>

#include "core/kernels/ggml_codec.h"

namespace roundoff::kernels::ggml {

void copyTame(Type type, const float* x, float* out) {
    const std::size_t n = layout(type).elements;
    const float limit = n == 256 ? kHuge : std::numeric_limits<float>::max();
    float low = std::numeric_limits<float>::infinity(), high = -low;
    for (std::size_t i = 0; i < n; ++i) {
        if (!std::isfinite(x[i])) continue;
        low = std::min(low, x[i]);
        high = std::max(high, x[i]);
    }
    if (low > high) low = high = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const float v = std::isfinite(x[i]) ? x[i] : x[i] > 0 ? high : low;
        out[i] = std::clamp(v, -limit, limit);
    }
}

void storeScales(const AffineFit (&fits)[8], Block& block) {
    float maxScale = 0, maxDepth = 0;
    for (const AffineFit& fit : fits) {
        maxScale = std::max(maxScale, fit.scale);
        maxDepth = std::max(maxDepth, -fit.min);
    }
    const auto cut = [](float max) { return max < 63 * kHalfOverflow ? max : 63 * kHalfMax; };
    maxScale = cut(maxScale), maxDepth = cut(maxDepth);
    const float scaleCodes = maxScale > 0 ? 63 / maxScale : 0, depthCodes = maxDepth > 0 ? 63 / maxDepth : 0;
    const auto sixBits = [](float inv, float v) { return std::isfinite(inv) ? nearest(inv * v, 0, 63) : 0.0F; };
    for (std::size_t g = 0; g < 8; ++g) {
        block.scales[g] = std::int8_t(sixBits(scaleCodes, fits[g].scale));
        block.mins[g] = std::uint8_t(sixBits(depthCodes, -fits[g].min));
    }
    block.d = toHalf(maxScale / 63);
    block.m = toHalf(maxDepth / 63);
}

void storeScales(const SignedFit (&fits)[16], Block& block) {
    float max = 0;
    for (const SignedFit& fit : fits)
        if (std::abs(fit.scale) > std::abs(max)) max = fit.scale;
    block.scales = {};
    block.d = block.m = 0;
    if (std::abs(max) < kTiny) return;
    if (std::abs(max) >= 128 * kHalfOverflow) max = std::copysign(128 * kHalfMax, max);
    const float inv = -128 / max;
    for (std::size_t g = 0; g < 16; ++g) block.scales[g] = std::int8_t(nearest(inv * fits[g].scale, -128, 127));
    block.d = toHalf(1 / inv);
}

void storeCodes(const float* x, const AffineFit (&fits)[8], float top, Block& block) {
    for (std::size_t g = 0; g < 8; ++g) {
        const float scale = block.d * float(block.scales[g]), min = block.m * float(block.mins[g]);
        const AffineFit& fit = fits[g];
        for (std::size_t i = g * 32; i < g * 32 + 32; ++i) {
            const float v = scale != 0 ? (x[i] + min) / scale : fit.codeScale * (x[i] - fit.codeMin);
            block.q[i] = std::int8_t(nearest(v, 0, top));
        }
    }
}

void storeCodes(const float* x, const SignedFit (&fits)[16], Block& block) {
    bool zeros = true;  // ggml clears such a block, codes and all
    for (const SignedFit& fit : fits) zeros = zeros && std::abs(fit.scale) < kTiny;
    for (std::size_t g = 0; g < 16; ++g) {
        const float scale = block.d * float(block.scales[g]), codeScale = zeros ? 0 : fits[g].codeScale;
        for (std::size_t i = g * 16; i < g * 16 + 16; ++i) {
            const float v = scale != 0 ? x[i] / scale : codeScale != 0 ? codeScale * x[i] : -32;
            block.q[i] = std::int8_t(nearest(v, -32, 31));
        }
    }
}

}  // namespace roundoff::kernels::ggml
