#include <fmt/format.h>

#include "core/schemes/families.h"

/// Uniform (linear) quantization to integers, the affine form of ONNX's QuantizeLinear:
///     q = clamp(roundHalfEven(x / s) + z, qmin, qmax),   xq = (q - z) * s.
/// Symmetric: s = max|x| / (2^(n-1) - 1), z = 0 (unsigned: z = 2^(n-1)); the code -2^(n-1) is not used, so the grid is odd
/// and ±max|x| are met exactly; two other conventions stand in Symmetry. Asymmetric: the range is widened to hold 0, s = (max - min) / (2^n - 1) in double,
/// z = roundHalfEven(qmin - min / s), so 0 is met exactly. With a float zero point:
///     q = clamp(roundHalfEven((x - z) / s), qmin, qmax),   xq = q * s + z,   s = (max - min) / (2^n - 1),
/// z = min - qmin * s: the plain linear law q = round((x - min) / (max - min) * (2^n - 1)), codes shifted by qmin. Source: ONNX operator QuantizeLinear; ONNX Runtime's
/// quantizer for the choice of s and z.
namespace roundoff::schemes {
namespace {

using tensor::ElementType;

kernels::Grid signedGrid(const TensorScheme& scheme) {
    const int bits = findNumberFormat(scheme.format)->bits;
    const int top = (1 << (bits - 1)) - 1;
    return kernels::UniformGrid{scheme.symmetry == Symmetry::Symmetric ? -top : -top - 1, top,
                                scheme.symmetry == Symmetry::AsymmetricFloat};
}

kernels::Grid unsignedGrid(const TensorScheme& scheme) {
    const int bits = findNumberFormat(scheme.format)->bits;
    return kernels::UniformGrid{scheme.symmetry == Symmetry::Symmetric ? 1 : 0, (1 << bits) - 1};
}

std::string usedFor(int bits) {
    switch (bits) {
        case 2: return "Extreme compression; needs groups and a better algorithm than rounding.";
        case 3: return "Very small models; use groups.";
        case 4: return "Weights of language models, in groups of 32 to 128.";
        case 5: return "Between 4 and 8 bits where 4 costs too much; stored in 8 bits by ONNX.";
        case 6: return "Near 8-bit accuracy; stored in 8 bits by ONNX.";
        case 7: return "8-bit arithmetic on processors whose int8 products saturate; stored in 8 bits by ONNX.";
        case 8: return "The standard of CPUs and accelerators; per channel it seldom costs accuracy.";
        default: return "Activations with a wide range; nearly lossless.";
    }
}

std::vector<NumberFormat> integers(bool isSigned) {
    std::vector<NumberFormat> list;
    for (const int bits : {2, 3, 4, 5, 6, 7, 8, 16}) {
        NumberFormat format = scalarFormat(fmt::format("{}int{}", isSigned ? "" : "u", bits), bits);
        format.title = fmt::format("{}-bit {} integer", bits, isSigned ? "signed" : "unsigned");
        format.summary = usedFor(bits);
        format.formula = "q = clamp(round(x / s) + z), xq = (q - z) · s";
        format.source = "ONNX QuantizeLinear";
        const int stored = bits <= 2 ? 2 : bits <= 4 ? 4 : bits <= 8 ? 8 : 16;
        using enum ElementType;
        format.storage = isSigned ? (stored == 2 ? Int2 : stored == 4 ? Int4 : stored == 8 ? Int8 : Int16)
                                  : (stored == 2 ? Uint2 : stored == 4 ? Uint4 : stored == 8 ? Uint8 : Uint16);
        format.defaults.symmetry = isSigned ? Symmetry::Symmetric : Symmetry::Asymmetric;
        using enum Symmetry;
        format.symmetries = {Symmetric, SymmetricFull, SymmetricGptq, Asymmetric};
        if (isSigned) format.symmetries.push_back(AsymmetricFloat);
        format.grid = isSigned ? signedGrid : unsignedGrid;
        list.push_back(format);
    }
    return list;
}

}  // namespace

Family signedIntegers() {
    return {"int", "Integers", "Evenly spaced levels: what processors compute fastest.", integers(true)};
}
Family unsignedIntegers() {
    return {"uint", "Unsigned integers", "The same spacing with a zero point; ReLU outputs and runtimes that want it.",
            integers(false)};
}

}  // namespace roundoff::schemes
