#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/kernels/ggml_blocks.h"
#include "core/kernels/grid.h"
#include "core/schemes/scheme.h"
#include "core/tensor/element_type.h"

namespace roundoff::schemes {

/// How the scale of a block follows from its range.
enum class ScaleRule {
    One,        ///< 1: a plain cast, no scale is stored
    Plain,      ///< max|x| / largest value (asymmetric: (max - min) / steps), rounded to the scale type
    PowerOfTwo, ///< 2^(floor(log2(max|x|)) - floor(log2(largest value))), an E8M0 number; the top may clip
    Own,        ///< llama.cpp's blocks, which hold scales of their own
    TwoLevel,   ///< NVFP4: E4M3(max|x| / (6 s2)) · s2 with one s2 = max|tensor| / (6 · 448)
};

/// One word of the scheme text ("int4", "fp8-e4m3", "log4"). A family's file lists its words; registry.cpp the files.
struct NumberFormat {
    std::string id;        ///< "int4"
    std::string family;    ///< id of the family: "int"; filled in by the registry
    std::string title;     ///< "4-bit integer"
    std::string summary;   ///< one line: what it is good for
    std::string formula;   ///< quantize and dequantize, in words of mathematics
    std::string source;    ///< standard or paper
    int bits = 8;          ///< of a code
    tensor::ElementType storage = tensor::ElementType::Undefined;  ///< what DequantizeLinear reads in ONNX Runtime; Undefined = nothing does
    ScaleRule scaleRule = ScaleRule::Plain;
    int scaleBits = 0;     ///< stored size of a scale (Own: of all in a block); 0 = that of the scale type
    std::uint32_t fixedGroup = 0;  ///< the only group length; 0 = any
    std::vector<std::string> variants;  ///< laws to choose from, the default first ("mu255", "mu10", "mu1"); mostly empty
    TensorScheme defaults; ///< what is meant where the text says nothing
    std::vector<Granularity::Kind> granularities;
    std::vector<Symmetry> symmetries;
    std::vector<Range::Rule> ranges;
    /// The grid that a symmetry asks for (symmetric int8 uses -127..127, asymmetric -128..127); nullptr for float alone.
    kernels::Grid (*grid)(const TensorScheme& scheme) = nullptr;
    /// Codebooks that are learned: the grid for a weight of which `counts` tells how many elements lie, at scale 1, in each
    /// of equal bins over [-1, 1] (the middles of the outer bins are the ends); nullptr for the others.
    kernels::Grid (*learn)(const TensorScheme& scheme, std::span<const std::uint64_t> counts) = nullptr;
    /// Formats whose blocks are encoded as a whole: the codec. Their grid is that of one block's codes, for show.
    std::optional<kernels::ggml::Type> blocks;
    bool exactZero = true;  ///< 0 stays 0, whatever the weight
};

/// Formats that share one principle, each family in a file of its own.
struct Family {
    std::string id;       ///< "int"
    std::string title;    ///< "Integers"
    std::string summary;  ///< one line: what the formats have in common and when to take them
    std::vector<NumberFormat> formats;
};

/// Every family that this build knows, in the order shown to users. "float" (leave alone) is the first.
const std::vector<Family>& families();
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
