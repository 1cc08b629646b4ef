#include <algorithm>
#include <cmath>

#include "core/kernels/ggml_codec.h"

namespace roundoff::kernels::ggml::reference {
namespace {

/// The element of the largest magnitude with its sign, the first of equals.
float extreme(const float* x, std::size_t n) {
    float extreme = 0;
    for (std::size_t i = 0; i < n; ++i)
        if (std::abs(x[i]) > std::abs(extreme)) extreme = x[i];
    return extreme;
}

/// Round half away from zero, in [-127, 127].
void encodeQ8(const float* x, Block& block) {
    const float d = saturate(std::abs(extreme(x, 32)) / 127), inv = inverse(d);
    block.d = toHalf(d);
    for (std::size_t i = 0; i < 32; ++i) block.q[i] = std::int8_t(std::round(std::clamp(x[i] * inv, -127.0F, 127.0F)));
}

/// The extreme takes the lowest code, so d has the other sign; round half up.
void encodeSigned(const float* x, int half, Block& block) {
    const float d = saturate(extreme(x, 32) / float(-half)), inv = inverse(d);
    block.d = toHalf(d);
    for (std::size_t i = 0; i < 32; ++i) {
        const float v = std::clamp(x[i] * inv + (float(half) + 0.5F), 0.0F, float(2 * half - 1));
        block.q[i] = std::int8_t(int(v) - half);
    }
}

void encodeAffine(const float* x, int top, Block& block) {
    float low = x[0], high = x[0];
    for (std::size_t i = 1; i < 32; ++i) {
        if (x[i] < low) low = x[i];
        if (x[i] > high) high = x[i];
    }
    const float min = saturate(low), d = saturate((high - low) / float(top)), inv = inverse(d);
    block.d = toHalf(d);
    block.m = toHalf(min);
    for (std::size_t i = 0; i < 32; ++i)
        block.q[i] = std::int8_t(std::clamp((x[i] - min) * inv + 0.5F, 0.0F, float(top)));
}

AffineFit fitAffine(const float* x, const AffineRule& rule) {
    constexpr int kCount = 32;
    float weights[kCount], sumX2 = 0;
    for (int i = 0; i < kCount; ++i) sumX2 += x[i] * x[i];
    const float rms = std::sqrt(sumX2 / kCount);
    for (int i = 0; i < kCount; ++i) weights[i] = rms + std::abs(x[i]);

    float min = x[0], max = x[0], sumW = 0, sumX = 0;
    for (int i = 0; i < kCount; ++i) {
        min = std::min(min, x[i]);
        max = std::max(max, x[i]);
        sumW += weights[i];
        sumX += weights[i] * x[i];
    }
    min = std::min(min, 0.0F);
    if (max == min) return {0, min, 0, min};

    // ggml's arithmetic on an infinite inverse gives code 0 throughout; a factor of 0 says the same.
    const auto factor = [&](float units) {
        const float f = units / (max - min);
        return std::isfinite(f) ? f : 0.0F;
    };
    const auto errorOf = [&](float scale, float offset, const float* codes) {
        float sum = 0;
        for (int i = 0; i < kCount; ++i) {
            const float e = scale * codes[i] + offset - x[i];
            sum += weights[i] * (e * e);
        }
        return sum;
    };

    float codes[kCount];
    AffineFit best{0, min, factor(rule.top), min};
    if (best.codeScale > 0) best.scale = 1 / best.codeScale;
    for (int i = 0; i < kCount; ++i) codes[i] = nearest(best.codeScale * (x[i] - min), 0, rule.top);
    float bestError = errorOf(best.scale, min, codes);
    for (int s = 0; s <= rule.steps; ++s) {
        const float codeScale = factor(rule.candidate(s));
        float sumL = 0, sumL2 = 0, sumXL = 0;
        for (int i = 0; i < kCount; ++i) {
            codes[i] = nearest(codeScale * (x[i] - min), 0, rule.top);
            const float wl = weights[i] * codes[i];
            sumL += wl;
            sumL2 += wl * codes[i];
            sumXL += wl * x[i];
        }
        const float determinant = sumW * sumL2 - sumL * sumL;
        if (!(determinant > 0)) continue;
        float scale = (sumW * sumXL - sumX * sumL) / determinant, offset = (sumL2 * sumX - sumL * sumXL) / determinant;
        if (offset > 0) {
            offset = 0;
            scale = sumXL / sumL2;
        }
        const float error = errorOf(scale, offset, codes);
        if (error < bestError) {
            bestError = error;
            best = {scale, offset, codeScale, min};
            min = offset;  // later candidates start from it, as ggml's do
        }
    }
    return best;
}

SignedFit fitSigned(const float* x) {
    constexpr int kCount = 16;
    const float max = extreme(x, kCount);
    if (std::abs(max) < kTiny) return {0, 0};
    float sumXL = 0, sumL2 = 0;
    const auto sums = [&](float codeScale) {
        sumXL = sumL2 = 0;
        for (int i = 0; i < kCount; ++i) {
            const float l = nearest(codeScale * x[i], -32, 31), w = x[i] * x[i];
            sumXL += w * x[i] * l;
            sumL2 += w * l * l;
        }
    };
    SignedFit fit{0, signedCandidate(0) / max};
    sums(fit.codeScale);
    if (sumL2 != 0) fit.scale = sumXL / sumL2;
    float best = fit.scale * sumXL;
    for (int s = -kSignedSteps; s <= kSignedSteps; ++s) {
        if (s == 0) continue;
        const float codeScale = signedCandidate(s) / max;
        sums(codeScale);
        if (sumL2 > 0 && sumXL * sumXL > best * sumL2) {
            fit = {sumXL / sumL2, codeScale};
            best = fit.scale * sumXL;
        }
    }
    return fit;
}

void encodeAffineK(Type type, const float* x, Block& block) {
    const AffineRule rule = affineRule(type);
    AffineFit fits[8];
    for (int g = 0; g < 8; ++g) fits[g] = fitAffine(x + g * 32, rule);
    storeScales(fits, block);
    storeCodes(x, fits, rule.top, block);
}

void encodeSignedK(const float* x, Block& block) {
    SignedFit fits[16];
    for (int g = 0; g < 16; ++g) fits[g] = fitSigned(x + g * 16);
    storeScales(fits, block);
    storeCodes(x, fits, block);
}

}  // namespace

void encode(Type type, const float* x, Block& block) {
    switch (type) {
        case Type::Q8_0:
            return encodeQ8(x, block);
        case Type::Q4_0:
            return encodeSigned(x, 8, block);
        case Type::Q5_0:
            return encodeSigned(x, 16, block);
        case Type::Q4_1:
            return encodeAffine(x, 15, block);
        case Type::Q5_1:
            return encodeAffine(x, 31, block);
        case Type::Q4_K:
        case Type::Q5_K:
            return encodeAffineK(type, x, block);
        case Type::Q6_K:
            return encodeSignedK(x, block);
    }
}

void quantize(Type type, const float* x, std::size_t blocks, std::byte* out) {
    const auto [elements, bytes] = layout(type);
    float tame[256];
    Block block;
    for (std::size_t b = 0; b < blocks; ++b) {
        copyTame(type, x + b * elements, tame);
        encode(type, tame, block);
        pack(type, block, out + b * bytes);
    }
}

}  // namespace roundoff::kernels::ggml::reference
