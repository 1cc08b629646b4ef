#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/schemes/scheme.h"
#include "core/tensor/element_type.h"

namespace roundoff::schemes {

/// The values a code can take at scale 1. Three kinds cover every scalar format; kernels know these and nothing else.
///
/// Uniform: every integer in [low, high]; x ≈ (q - zero) * scale.
struct UniformGrid {
    int low = -127, high = 127;
};
/// A small float: sign, exponent, mantissa; saturating, no infinities produced, round to nearest even.
struct FloatGrid {
    int exponentBits = 4, mantissaBits = 3, bias = 7;
    float max = 448;       ///< largest finite value
    bool negativeZero = true;
};
/// Any other set: `levels` ascending, and between each neighbouring pair the threshold at and above which the upper
/// one is taken: thresholds.size() == levels.size() - 1. Codes are indices into levels.
struct LevelGrid {
    std::vector<float> levels, thresholds;
};
using Grid = std::variant<UniformGrid, FloatGrid, LevelGrid>;

/// One word of the scheme text ("int4", "fp8-e4m3", "log4"). A family's file lists its words; registry.cpp the files.
struct NumberFormat {
    std::string id;        ///< "int4"
    std::string family;    ///< id of the family: "int"
    std::string title;     ///< "4-bit integer"
    std::string summary;   ///< one line: what it is good for
    std::string formula;   ///< quantize and dequantize, in words of mathematics
    std::string source;    ///< standard or paper
    int bits = 8;          ///< of a code
    tensor::ElementType storage = tensor::ElementType::Undefined;  ///< what ONNX stores codes as; Undefined = nothing does
    TensorScheme defaults; ///< what is meant where the text says nothing
    std::vector<Granularity::Kind> granularities;
    std::vector<Symmetry> symmetries;
    std::vector<Range::Rule> ranges;
    /// The grid that a symmetry asks for (symmetric int8 uses -127..127, asymmetric -128..127).
    Grid (*grid)(const TensorScheme& scheme) = nullptr;
};

/// Every format word that this build knows, in the order shown to users. "float" is the first.
const std::vector<NumberFormat>& numberFormats();
/// nullptr where unknown.
const NumberFormat* findNumberFormat(std::string_view id);

/// All values of a format at scale 1, ascending (zero point 0): what the histogram draws as its grid.
std::vector<double> levels(const TensorScheme& scheme);
/// "fp8-e4m3", "int4": bits of a code plus scales and zero points spread over the elements of a weight with `count`
/// elements and `parameters` scales, scales stored as `scaleType`.
std::uint64_t quantizedBytes(const TensorScheme& scheme, std::uint64_t count, std::uint64_t parameters,
                             tensor::ElementType scaleType);

}  // namespace roundoff::schemes
