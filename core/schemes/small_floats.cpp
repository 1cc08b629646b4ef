#include "core/schemes/families.h"

/// Floats of 16 bits and fewer: value = (-1)^S · 2^(e - bias) · (1 + m / 2^M), subnormals at e = 0.
/// Quantize: q = cast(x / s) to nearest even, saturating; xq = q · s, with s = max|x| / largest finite value.
/// Sources: OCP 8-bit Floating Point and Microscaling Formats specifications; ONNX technical notes float8 and float4;
/// arXiv 2209.05433; IEEE 754 binary16.
namespace roundoff::schemes {
namespace {

template <int E, int M, int Bias, auto Max, bool NegativeZero>
kernels::Grid grid(const TensorScheme&) {
    return kernels::FloatGrid{E, M, Bias, float(Max), NegativeZero};
}

NumberFormat make(const char* id, const char* title, const char* summary, int bits, tensor::ElementType storage,
                  kernels::Grid (*grid)(const TensorScheme&)) {
    NumberFormat format = scalarFormat(id, bits);
    format.title = title;
    format.summary = summary;
    format.formula = "q = cast(x / s), xq = q · s";
    format.source = "OCP 8-bit Floating Point; OCP Microscaling Formats; arXiv 2209.05433";
    format.storage = storage;
    format.grid = grid;
    if (bits == 16) {  // a plain cast: no scale is worth its bytes
        format.scaleRule = ScaleRule::One;
        format.formula = "xq = cast(x)";
        format.source = "IEEE 754 binary16; bfloat16";
        format.defaults.granularity.kind = Granularity::Kind::Tensor;
        format.granularities = {Granularity::Kind::Tensor};
        format.ranges = {Range::Rule::MinMax};
    }
    return format;
}

}  // namespace

Family smallFloats() {
    using enum tensor::ElementType;
    return {"float-small", "Small floats", "Steps grow with the magnitude: outliers cost little.", {
        make("fp8-e4m3", "8-bit float, 4 exponent and 3 mantissa bits",
             "About 31.5 dB whatever the outliers; better than int8 where max|x| exceeds 12 RMS.", 8, Float8E4M3,
             grid<4, 3, 7, 448, true>),
        make("fp8-e5m2", "8-bit float, 5 exponent and 2 mantissa bits",
             "Wider range, coarser steps: gradients and extreme outliers.", 8, Float8E5M2, grid<5, 2, 15, 57344, true>),
        make("fp8-e4m3-fnuz", "8-bit float E4M3 without -0 and infinity", "E4M3 as some accelerators have it; largest value 240.",
             8, Float8E4M3Fnuz, grid<4, 3, 8, 240, false>),
        make("fp8-e5m2-fnuz", "8-bit float E5M2 without -0 and infinity", "E5M2 as some accelerators have it.", 8,
             Float8E5M2Fnuz, grid<5, 2, 16, 57344, false>),
        make("fp6-e2m3", "6-bit float, 2 exponent and 3 mantissa bits", "Between 4 and 8 bits, nearly uniform.", 6, Undefined,
             grid<2, 3, 1, 7.5F, true>),
        make("fp6-e3m2", "6-bit float, 3 exponent and 2 mantissa bits", "Between 4 and 8 bits, for wider tails.", 6, Undefined,
             grid<3, 2, 3, 28, true>),
        make("fp4-e2m1", "4-bit float, 2 exponent and 1 mantissa bit", "The element of MXFP4 and NVFP4; by itself use groups.",
             4, Undefined, grid<2, 1, 1, 6, true>),
        make("fp16", "16-bit float, 5 exponent and 10 mantissa bits", "Half precision: seldom costs accuracy.", 16, Undefined,
             grid<5, 10, 15, 65504, true>),
        make("bf16", "16-bit float, 8 exponent and 7 mantissa bits", "The range of float32 with 8 significant bits.", 16,
             Undefined, grid<8, 7, 127, 0x1.FEp127F, true>),
    }};
}

}  // namespace roundoff::schemes
