#include "core/schemes/families.h"

/// Eight-bit floats: value = (-1)^S · 2^(e - bias) · (1 + m / 2^M), subnormals at e = 0.
/// Quantize: q = cast(x / s) to nearest even, saturating; xq = q · s, with s = max|x| / largest finite value.
/// Sources: OCP 8-bit Floating Point Specification; ONNX technical note float8; arXiv 2209.05433.
namespace roundoff::schemes {
namespace {

kernels::Grid e4m3(const TensorScheme&) { return kernels::FloatGrid{4, 3, 7, 448.0F, true}; }
kernels::Grid e5m2(const TensorScheme&) { return kernels::FloatGrid{5, 2, 15, 57344.0F, true}; }

NumberFormat smallFloat(const char* id, const char* title, const char* summary, int bits, tensor::ElementType storage,
                        kernels::Grid (*grid)(const TensorScheme&)) {
    NumberFormat format;
    format.id = id;
    format.family = "fp8";
    format.title = title;
    format.summary = summary;
    format.formula = "q = cast(x / s), xq = q · s";
    format.source = "OCP 8-bit Floating Point; arXiv 2209.05433";
    format.bits = bits;
    format.storage = storage;
    format.defaults.format = id;
    format.defaults.granularity.kind = Granularity::Kind::Channel;
    format.granularities = kScalarGranularities;
    format.symmetries = {Symmetry::Symmetric};
    format.ranges = kScalarRanges;
    format.grid = grid;
    return format;
}

}  // namespace

std::vector<NumberFormat> smallFloats() {
    using enum tensor::ElementType;
    return {smallFloat("fp8-e4m3", "8-bit float, 4 exponent and 3 mantissa bits",
                       "About 31.5 dB whatever the outliers; better than int8 where max|x| exceeds 12 RMS.", 8, Float8E4M3,
                       e4m3),
            smallFloat("fp8-e5m2", "8-bit float, 5 exponent and 2 mantissa bits",
                       "Wider range, coarser steps: gradients and extreme outliers.", 8, Float8E5M2, e5m2)};
}

}  // namespace roundoff::schemes
