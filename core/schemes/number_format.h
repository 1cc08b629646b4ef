#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/kernels/grid.h"
#include "core/schemes/scheme.h"
#include "core/tensor/element_type.h"

namespace roundoff::schemes {

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
    kernels::Grid (*grid)(const TensorScheme& scheme) = nullptr;
};

/// Every format word that this build knows, in the order shown to users. "float" is the first.
const std::vector<NumberFormat>& numberFormats();
/// nullptr where unknown.
const NumberFormat* findNumberFormat(std::string_view id);

/// All values of a format at scale 1, ascending (zero point 0): what the histogram draws as its grid.
std::vector<double> levels(const TensorScheme& scheme);
/// Bytes of a weight with `count` elements and `parameters` scales of type `scaleType`: packed codes, scales, and zero
/// points (as wide as a code) where the scheme is asymmetric.
std::uint64_t quantizedBytes(const TensorScheme& scheme, std::uint64_t count, std::uint64_t parameters,
                             tensor::ElementType scaleType);

}  // namespace roundoff::schemes
