#pragma once
#include <cstddef>
#include <vector>

#include "core/model/model.h"
#include "core/schemes/scheme.h"

namespace roundoff::analysis {

/// What an operator is to the placement of quantized values, as ONNX Runtime 1.29 fuses them.
enum class OpKind {
    Float,     ///< no integer kernel
    Product,   ///< Conv, Gemm, MatMul
    Blend,     ///< integer kernel between quantized values, a scale of its own behind it
    Move,      ///< gives values of its input, nothing new
    Bridge,    ///< computes floats, cheaply: worth a pair of conversions where integer operators stand on both sides
    Rectifier  ///< Relu, Clip: folded into the operator before where that can be
};
OpKind kindOf(const model::Node& node);

/// The slots whose values an integer kernel would take as codes; of products both operands.
std::vector<std::size_t> dataSlots(const model::Node& node);

/// True where the integer kernels of ONNX Runtime take a scheme: codes of 8 bits, weights by tensor or channel.
bool hasIntegerKernel(const schemes::Scheme& scheme);

/// True where a Relu before the quantized value needs no node: its zero is the lowest code, or there is no kernel to please.
bool foldsRectifiers(const schemes::TensorScheme& activation);

}  // namespace roundoff::analysis
