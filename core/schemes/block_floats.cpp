#include "core/schemes/families.h"

/// Block formats whose scale is itself a small number.
/// MX: 32 elements share X = 2^(floor(log2(max|x|)) - emax), an E8M0 number; q = cast(x / X), saturating; xq = q · X.
/// NVFP4: 16 elements share an E4M3 scale, and the tensor one float32 s2 = max|tensor| / (6 · 448);
/// s = E4M3(max|x| / (6 s2)); q = E2M1(x / (s s2)); xq = q · (s s2).
/// Sources: OCP Microscaling Formats (MX) 1.0, arXiv 2310.10537; NVIDIA's NVFP4.
namespace roundoff::schemes {
namespace {

template <int E, int M, int Bias, auto Max>
kernels::Grid element(const TensorScheme&) {
    return kernels::FloatGrid{E, M, Bias, float(Max), true};
}
kernels::Grid mxInteger(const TensorScheme&) { return kernels::UniformGrid{-127, 127}; }

NumberFormat block(const char* id, const char* title, const char* summary, int bits, ScaleRule rule, std::uint32_t group,
                   kernels::Grid (*grid)(const TensorScheme&)) {
    NumberFormat format;
    format.id = id;
    format.title = title;
    format.summary = summary;
    format.formula = rule == ScaleRule::PowerOfTwo ? "X = 2^(floor(log2 max|x|) - emax), q = cast(x / X), xq = q · X"
                                                   : "s = E4M3(max|x| / (6 s2)), q = E2M1(x / (s s2)), xq = q · s s2";
    format.source = rule == ScaleRule::PowerOfTwo ? "OCP Microscaling Formats 1.0, arXiv 2310.10537" : "NVIDIA NVFP4";
    format.bits = bits;
    format.scaleRule = rule;
    format.scaleBits = 8;
    format.fixedGroup = group;
    format.defaults.format = id;
    format.defaults.granularity = {Granularity::Kind::Group, 0, group};
    format.granularities = {Granularity::Kind::Group};
    format.symmetries = {Symmetry::Symmetric};
    format.ranges = {Range::Rule::MinMax};
    format.grid = grid;
    return format;
}

}  // namespace

Family blockFloats() {
    using enum ScaleRule;
    return {"block-float", "Block floats", "Small floats in short blocks, whose shared scale is a small number too.", {
        block("mxfp4", "MXFP4: E2M1 in blocks of 32", "4.25 bits a weight; new accelerators compute with it.", 4, PowerOfTwo, 32,
              element<2, 1, 1, 6>),
        block("mxfp6-e2m3", "MXFP6: E2M3 in blocks of 32", "6.25 bits a weight.", 6, PowerOfTwo, 32, element<2, 3, 1, 7.5F>),
        block("mxfp6-e3m2", "MXFP6: E3M2 in blocks of 32", "6.25 bits a weight, wider tails.", 6, PowerOfTwo, 32,
              element<3, 2, 3, 28>),
        block("mxfp8-e4m3", "MXFP8: E4M3 in blocks of 32", "8.25 bits a weight.", 8, PowerOfTwo, 32, element<4, 3, 7, 448>),
        block("mxfp8-e5m2", "MXFP8: E5M2 in blocks of 32", "8.25 bits a weight, wider range.", 8, PowerOfTwo, 32,
              element<5, 2, 15, 57344>),
        block("mxint8", "MXINT8: integers in blocks of 32", "8.25 bits a weight, the most accurate of the MX formats.", 8,
              PowerOfTwo, 32, mxInteger),
        block("nvfp4", "NVFP4: E2M1 in blocks of 16, E4M3 scales", "4.5 bits a weight; finer scales than MXFP4.", 4, TwoLevel,
              16, element<2, 1, 1, 6>),
    }};
}

}  // namespace roundoff::schemes
