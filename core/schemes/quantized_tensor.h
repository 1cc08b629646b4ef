#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/schemes/scheme.h"
#include "core/tensor/tensor_view.h"

namespace roundoff::schemes {

/// Which scale an element uses. The tensor is seen as [outer][axis][inner], row-major; blocks of `block` run along
/// axis, the last may be short. Element (o, a, i) uses scale
///     ((perOuter ? o : 0) * blocks() + a / block) * (perInner ? inner : 1) + (perInner ? i : 0).
/// Per tensor: outer 1, axis 1, inner = count. Per channel: axis = the channel axis, block 1, neither flag. Per group:
/// axis = the reduction axis, both flags. So scales are stored in the order of ONNX's DequantizeLinear: scalar, [C], or
/// the weight's shape with axis divided by block, rounded up.
struct Tiling {
    std::uint64_t outer = 1, axis = 1, inner = 1, block = 1;
    bool perOuter = false, perInner = false;

    [[nodiscard]] std::uint64_t blocks() const { return (axis + block - 1) / block; }
    [[nodiscard]] std::uint64_t scales() const { return (perOuter ? outer : 1) * blocks() * (perInner ? inner : 1); }
    [[nodiscard]] std::uint64_t index(std::uint64_t element) const {
        const std::uint64_t i = element % inner, a = element / inner % axis, o = element / inner / axis;
        return ((perOuter ? o : 0) * blocks() + a / block) * (perInner ? inner : 1) + (perInner ? i : 0);
    }
};

/// The tiling of a weight. Error where the granularity does not fit the shape (no such axis).
Result<Tiling> tilingOf(const tensor::Shape& shape, int outputAxis, int reductionAxis, const Granularity& granularity);

/// A weight after quantization, codes one per element, not yet packed.
struct QuantizedTensor {
    TensorScheme scheme;
    tensor::Shape shape;
    Tiling tiling;
    /// Codes in element order. Uniform formats: the integer itself. Small floats: the bit pattern. Levels: the index.
    std::vector<std::int16_t> codes;
    std::vector<float> scales;               ///< tiling.scales() of them, rounded to the scale type
    std::vector<std::int32_t> zeroPoints;    ///< same length; empty where all are zero
};

/// Type that scales are stored and rounded to: that of a half-width float weight, else float32.
tensor::ElementType scaleTypeOf(tensor::ElementType weight);

/// Quantizes a whole weight. NaN takes the lowest code. Needs about 2 bytes per element beside the view.
Result<QuantizedTensor> quantize(const tensor::TensorView& weight, int outputAxis, int reductionAxis,
                                 const TensorScheme& scheme, Job& job);

/// Elements [first, first + out.size()) as float32: (code - zero) * scale, the one arithmetic that the analysis, the
/// exporters and the proof share.
void dequantize(const QuantizedTensor& tensor, std::uint64_t first, std::span<float> out);

}  // namespace roundoff::schemes
