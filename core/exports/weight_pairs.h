#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "core/exports/activation_plan.h"
#include "core/exports/onnx_writer.h"

namespace roundoff::exports {

inline constexpr const char* kMicrosoft = "com.microsoft";

/// Type of a layer's codes in the file; Undefined where ONNX has none.
tensor::ElementType weightStorage(const model::Layer& layer, const schemes::TensorScheme& scheme);
/// Why DequantizeLinear cannot give a layer's weight; empty where it can.
std::string whyNotDequantizeLinear(const model::Layer& layer, const schemes::TensorScheme& scheme);

/// Brings the model to the opset that its layers, these points and `least` need, or finds that those above it must take
/// Microsoft's operators.
/// @returns the opset reached
Result<std::int64_t> reachOpset(OnnxWriter& writer, const std::vector<analysis::ActivationPoint>& points, std::int64_t least);

/// The domain whose QuantizeLinear and DequantizeLinear take a scheme's activations at an opset.
std::string pairDomain(const schemes::TensorScheme& activation, std::int64_t opset);

/// Constants of a layer's codes; the scales' shape is that of DequantizeLinear, or with further axes of 1 behind.
struct WeightTensors {
    std::string codes, scale, zero;  ///< zero: empty where there are none
};
Result<WeightTensors> addWeightTensors(OnnxWriter& writer, std::size_t layer, bool withZeros, std::size_t scaleRank = 1);

/// Replaces one weight by codes, scales, zero points and the operator that multiplies them; every use sees its value.
Result<void> addWeightPair(OnnxWriter& writer, std::size_t layer, std::int64_t opset);

}  // namespace roundoff::exports
