#pragma once
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "core/kernels/ggml_blocks.h"

/// What the forms of the ggml kernels share: a block as numbers, its bytes, and the step from searched scales to stored
/// ones. For this folder only.
namespace roundoff::kernels::ggml {

/// One block as its decoder sees it. The integers q are signed: a stored code minus the format's offset.
///     32-blocks      y = d * q (+ m)
///     Q4_K, Q5_K     y = d * scales[g] * q - m * mins[g],  g = i / 32
///     Q6_K           y = d * scales[g] * q,                g = i / 16
struct Block {
    float d = 0, m = 0;
    std::array<std::int8_t, 16> scales{};
    std::array<std::uint8_t, 8> mins{};
    std::array<std::int8_t, 256> q{};
};

void pack(Type type, const Block& block, std::byte* out);
void unpack(Type type, const std::byte* in, Block& block);
void values(Type type, const Block& block, float* y);

constexpr float kHalfMax = 65504, kHalfOverflow = 65520;  // from the second on, rounding to fp16 gives infinity
constexpr float kTiny = 1e-15F;                           // ggml takes a group of Q6_K below this for zeros
constexpr float kHuge = 0x1p30F;  // what a K quant's element is cut to: no fp16 scale reaches it, no sum overflows

inline float saturate(float v) {
    return std::abs(v) < kHalfOverflow ? v : std::copysign(kHalfMax, v);
}

/// v to the nearest fp16, ties to even; |v| < kHalfOverflow. Adding 1.5 * 2^13 times v's power of two leaves v its 11
/// bits.
inline float toHalf(float v) {
    const auto exponent = std::bit_cast<float>(std::bit_cast<std::uint32_t>(v) & 0x7F800000U);
    const float magic = (exponent > 0x1p-14F ? exponent : 0x1p-14F) * 12288.0F;
    return std::copysign((std::abs(v) + magic) - magic, v);
}

/// To the nearest integer, ties to even, within [low, high]; both at most 2^21.
inline float nearest(float v, float low, float high) {
    constexpr float kMagic = 12582912.0F;  // 1.5 * 2^23
    v = v > low ? v : low;
    v = v < high ? v : high;
    return (v + kMagic) - kMagic;
}

/// 1 / v, or 0 where that is not finite.
inline float inverse(float v) {
    const float r = 1 / v;
    return std::abs(r) <= 0x1.fffffep127F ? r : 0.0F;
}

/// Copies a block, its elements that are not finite replaced as ggml_blocks.h says, those of a K quant cut to ±kHuge.
void copyTame(Type type, const float* x, float* out);

/// x ≈ scale * q + min with min ≤ 0, and how the search made its codes: nearest(codeScale * (x - codeMin)).
struct AffineFit {
    float scale, min, codeScale, codeMin;
};
/// x ≈ scale * q; the search's codes are nearest(codeScale * x), or all -32 where codeScale is 0.
struct SignedFit {
    float scale, codeScale;
};

/// How Q4_K and Q5_K search: candidates for 1 / scale are (top + first + 0.1 * s) / (max - min), s = 0..steps.
struct AffineRule {
    float top, first;
    int steps;
    [[nodiscard]] float candidate(int s) const { return first + 0.1F * float(s) + top; }
};
constexpr AffineRule affineRule(Type type) {
    return type == Type::Q4_K ? AffineRule{15, -1, 20} : AffineRule{31, -0.5F, 15};
}
/// How Q6_K searches: candidates are -(32 + 0.1 * s) / max, s = -9..9 and 0 first.
constexpr int kSignedSteps = 9;
inline float signedCandidate(int s) {
    return -(32 + 0.1F * float(s));
}

/// Stores the scales of the block's groups: d, m, scales, mins.
void storeScales(const AffineFit (&fits)[8], Block& block);
void storeScales(const SignedFit (&fits)[16], Block& block);
/// Then q, to the scales as stored. Where a stored scale is 0, the codes of the search stay.
void storeCodes(const float* x, const AffineFit (&fits)[8], float top, Block& block);
void storeCodes(const float* x, const SignedFit (&fits)[16], Block& block);

// The vector forms, one file each.
void roundPlain(Type type, const float* x, std::size_t blocks, float* y);
void roundK(Type type, const float* x, std::size_t blocks, float* y);
void quantizeK(Type type, const float* x, std::size_t blocks, std::byte* out);
namespace reference {
/// One block of tame elements.
void encode(Type type, const float* x, Block& block);
}  // namespace reference

}  // namespace roundoff::kernels::ggml
