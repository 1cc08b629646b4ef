#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/schemes/scheme.h"
#include "core/schemes/tiling.h"
#include "core/tensor/tensor_view.h"

namespace roundoff::schemes {

/// A weight after quantization, codes one per element, not yet packed.
struct QuantizedTensor {
    TensorScheme scheme;
    tensor::Shape shape;
    Tiling tiling;
    /// Codes in element order. Uniform formats: the integer itself. Small floats: the bit pattern. Levels: the index.
    std::vector<std::int16_t> codes;
    std::vector<float> scales;               ///< tiling.scales() of them, rounded to the scale type
    std::vector<std::int32_t> zeroPoints;    ///< same length; empty where all are zero
    std::vector<float> offsets;              ///< the value of code 0 where the zero point is a float, else empty
    std::vector<float> codebook;             ///< learned levels at scale 1, else empty
    /// Formats that encode blocks as a whole: their bytes, in the order of the tiling's scales; the rest is then empty.
    std::vector<std::byte> blocks;
    [[nodiscard]] std::int32_t zeroPointOf(std::uint64_t scale) const { return zeroPoints.empty() ? 0 : zeroPoints[scale]; }
};

/// Type that scales are stored and rounded to: that of a half-width float weight, else float32.
tensor::ElementType scaleTypeOf(tensor::ElementType weight);

/// Quantizes a whole weight. NaN takes the lowest code. Needs about 2 bytes per element beside the view.
Result<QuantizedTensor> quantize(const tensor::TensorView& weight, int outputAxis, int reductionAxis,
                                 const TensorScheme& scheme, Job& job);

/// Elements [first, first + out.size()) as float32: (code - zero) * scale, or code * scale + offset, the one arithmetic that the analysis, the
/// exporters and the proof share.
void dequantize(const QuantizedTensor& tensor, std::uint64_t first, std::span<float> out);

}  // namespace roundoff::schemes
