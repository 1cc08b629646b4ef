#pragma once
#include <vector>

#include "core/formats/onnx/walk.h"
#include "core/model/model.h"

namespace roundoff::formats::onnx {

/// The weights of a graph and the operators that they feed: Conv, ConvTranspose, Gemm, MatMul with a constant,
/// embeddings (Gather), LSTM/GRU/RNN, and what is stored quantized: through DequantizeLinear, MatMulNBits,
/// GatherBlockQuantized, QLinear… and …Integer operators. A weight may come through Identity, Transpose and Cast:
/// axes are those of the stored tensor. An error where a stored quantization does not fit together.
Result<std::vector<model::Layer>> findLayers(const Walk& walk, const Names& names,
                                             const std::vector<model::Tensor>& tensors);

}  // namespace roundoff::formats::onnx
