#include "core/kernels/ggml_codec.h"

#include <cstring>

namespace roundoff::kernels::ggml {
namespace {

using Bytes = std::uint8_t*;
using ConstBytes = const std::uint8_t*;

void putHalf(float v, Bytes out) {
    const float a = std::abs(v);
    std::uint32_t bits = 0;
    if (a < 0x1p-14F) {
        bits = std::uint32_t(a * 0x1p24F);
    } else {
        bits = (std::bit_cast<std::uint32_t>(a) >> 13) - (112U << 10);
    }
    if (std::signbit(v)) bits |= 0x8000U;
    out[0] = std::uint8_t(bits);
    out[1] = std::uint8_t(bits >> 8);
}

float getHalf(ConstBytes in) {
    const std::uint32_t bits = std::uint32_t(in[0]) | std::uint32_t(in[1]) << 8;
    const std::uint32_t exponent = bits >> 10 & 31, mantissa = bits & 1023;
    float a = float(mantissa) * 0x1p-24F;
    if (exponent == 31) {
        a = std::bit_cast<float>(0x7F800000U | mantissa << 13);
    } else if (exponent > 0) {
        a = std::bit_cast<float>((exponent + 112) << 23 | mantissa << 13);
    }
    return bits & 0x8000U ? -a : a;
}

/// Where each part of a block's bytes lies, and what its codes mean. `low` holds the codes' low 4 bits in rows: a row's
/// byte k has element first + k in its low nibble and element second + k in its high one. `high` holds the bits above.
struct Row {
    std::uint8_t first, second, at;
};
struct Form {
    Layout layout;
    int offset;        // stored code = q + offset
    bool affine;       // has m beside d
    std::size_t half;  // of d, then m
    std::size_t scales, high, low;
    std::size_t rows, rowBytes;
    std::array<Row, 4> row;
};
constexpr std::array<Row, 4> kOneRow{Row{0, 16, 0}},
    kRowsOf64{Row{0, 32, 0}, {64, 96, 32}, {128, 160, 64}, {192, 224, 96}},
    kRowsOf128{Row{0, 64, 0}, {32, 96, 32}, {128, 192, 64}, {160, 224, 96}};
constexpr Form kForms[] = {
    {{32, 34}, 0, false, 0, 0, 0, 2, 0, 32, {}},                  // Q8_0
    {{32, 18}, 8, false, 0, 0, 0, 2, 1, 16, kOneRow},             // Q4_0
    {{32, 20}, 0, true, 0, 0, 0, 4, 1, 16, kOneRow},              // Q4_1
    {{32, 22}, 16, false, 0, 0, 2, 6, 1, 16, kOneRow},            // Q5_0
    {{32, 24}, 0, true, 0, 0, 4, 8, 1, 16, kOneRow},              // Q5_1
    {{256, 144}, 0, true, 0, 4, 0, 16, 4, 32, kRowsOf64},         // Q4_K
    {{256, 176}, 0, true, 0, 4, 16, 48, 4, 32, kRowsOf64},        // Q5_K
    {{256, 210}, 32, false, 208, 192, 128, 0, 4, 32, kRowsOf128}  // Q6_K
};
const Form& formOf(Type type) {
    return kForms[std::size_t(type)];
}

using Codes = std::array<std::uint8_t, 256>;

void packHigh(Type type, const Codes& codes, Bytes high) {
    if (type == Type::Q5_0 || type == Type::Q5_1) {
        for (std::size_t i = 0; i < 32; ++i) high[i / 8] = std::uint8_t(high[i / 8] | codes[i] >> 4 << i % 8);
    } else if (type == Type::Q5_K) {
        for (std::size_t g = 0; g < 8; ++g)
            for (std::size_t k = 0; k < 32; ++k) high[k] = std::uint8_t(high[k] | codes[g * 32 + k] >> 4 << g);
    } else if (type == Type::Q6_K) {
        for (std::size_t g = 0; g < 8; ++g)
            for (std::size_t k = 0; k < 32; ++k) {
                std::uint8_t& byte = high[g / 4 * 32 + k];
                byte = std::uint8_t(byte | codes[g * 32 + k] >> 4 << g % 4 * 2);
            }
    }
}

void unpackHigh(Type type, ConstBytes high, Codes& codes) {
    const auto add = [](std::uint8_t& code, unsigned bits) { code = std::uint8_t(code | bits << 4); };
    if (type == Type::Q5_0 || type == Type::Q5_1) {
        for (std::size_t i = 0; i < 32; ++i) add(codes[i], high[i / 8] >> i % 8 & 1U);
    } else if (type == Type::Q5_K) {
        for (std::size_t g = 0; g < 8; ++g)
            for (std::size_t k = 0; k < 32; ++k) add(codes[g * 32 + k], high[k] >> g & 1U);
    } else if (type == Type::Q6_K) {
        for (std::size_t g = 0; g < 8; ++g)
            for (std::size_t k = 0; k < 32; ++k) add(codes[g * 32 + k], high[g / 4 * 32 + k] >> g % 4 * 2 & 3U);
    }
}

void packAffineScales(const Block& block, Bytes s) {
    for (std::size_t j = 0; j < 4; ++j) {
        const unsigned scale = unsigned(block.scales[j + 4]), min = block.mins[j + 4];
        s[j] = std::uint8_t(unsigned(block.scales[j]) | scale >> 4 << 6);
        s[j + 4] = std::uint8_t(block.mins[j] | min >> 4 << 6);
        s[j + 8] = std::uint8_t((scale & 15) | (min & 15) << 4);
    }
}

void unpackAffineScales(ConstBytes s, Block& block) {
    for (std::size_t j = 0; j < 4; ++j) {
        block.scales[j] = std::int8_t(s[j] & 63);
        block.mins[j] = s[j + 4] & 63;
        block.scales[j + 4] = std::int8_t((s[j + 8] & 15) | s[j] >> 6 << 4);
        block.mins[j + 4] = std::uint8_t(s[j + 8] >> 4 | s[j + 4] >> 6 << 4);
    }
}

}  // namespace

Layout layout(Type type) {
    return formOf(type).layout;
}

void pack(Type type, const Block& block, std::byte* out) {
    const Form& form = formOf(type);
    const Bytes bytes = reinterpret_cast<Bytes>(out);
    std::memset(bytes, 0, form.layout.bytes);
    putHalf(block.d, bytes + form.half);
    if (form.affine) putHalf(block.m, bytes + form.half + 2);
    if (type == Type::Q8_0) std::memcpy(bytes + form.low, block.q.data(), 32);
    if (type == Type::Q6_K) std::memcpy(bytes + form.scales, block.scales.data(), 16);
    if (type == Type::Q4_K || type == Type::Q5_K) packAffineScales(block, bytes + form.scales);
    Codes codes;
    for (std::size_t i = 0; i < form.layout.elements; ++i) codes[i] = std::uint8_t(block.q[i] + form.offset);
    for (std::size_t r = 0; r < form.rows; ++r) {
        const auto [first, second, at] = form.row[r];
        for (std::size_t k = 0; k < form.rowBytes; ++k)
            bytes[form.low + at + k] = std::uint8_t((codes[first + k] & 15) | codes[second + k] << 4);
    }
    packHigh(type, codes, bytes + form.high);
}

void unpack(Type type, const std::byte* in, Block& block) {
    const Form& form = formOf(type);
    const ConstBytes bytes = reinterpret_cast<ConstBytes>(in);
    block.d = getHalf(bytes + form.half);
    block.m = form.affine ? getHalf(bytes + form.half + 2) : 0;
    if (type == Type::Q8_0) {
        std::memcpy(block.q.data(), bytes + form.low, 32);
        return;
    }
    if (type == Type::Q6_K) std::memcpy(block.scales.data(), bytes + form.scales, 16);
    if (type == Type::Q4_K || type == Type::Q5_K) unpackAffineScales(bytes + form.scales, block);
    Codes codes;
    for (std::size_t r = 0; r < form.rows; ++r) {
        const auto [first, second, at] = form.row[r];
        for (std::size_t k = 0; k < form.rowBytes; ++k) {
            codes[first + k] = bytes[form.low + at + k] & 15;
            codes[second + k] = bytes[form.low + at + k] >> 4;
        }
    }
    unpackHigh(type, bytes + form.high, codes);
    for (std::size_t i = 0; i < form.layout.elements; ++i) block.q[i] = std::int8_t(codes[i] - form.offset);
}

void values(Type type, const Block& block, float* y) {
    switch (type) {
        case Type::Q4_K:
        case Type::Q5_K:
            for (std::size_t g = 0; g < 8; ++g) {
                const float scale = block.d * float(block.scales[g]), min = block.m * float(block.mins[g]);
                for (std::size_t i = g * 32; i < g * 32 + 32; ++i) y[i] = scale * float(block.q[i]) - min;
            }
            return;
        case Type::Q6_K:
            for (std::size_t g = 0; g < 16; ++g) {
                const float scale = block.d * float(block.scales[g]);
                for (std::size_t i = g * 16; i < g * 16 + 16; ++i) y[i] = scale * float(block.q[i]);
            }
            return;
        case Type::Q4_1:
        case Type::Q5_1:
            for (std::size_t i = 0; i < 32; ++i) y[i] = block.d * float(block.q[i]) + block.m;
            return;
        default:
            for (std::size_t i = 0; i < 32; ++i) y[i] = block.d * float(block.q[i]);
    }
}

void dequantize(Type type, const std::byte* in, std::size_t blocks, float* y) {
    const Layout size = layout(type);
    Block block;
    for (std::size_t b = 0; b < blocks; ++b) {
        unpack(type, in + b * size.bytes, block);
        values(type, block, y + b * size.elements);
    }
}

}  // namespace roundoff::kernels::ggml
