#pragma once
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/formats/onnx/walk.h"
#include "core/model/model.h"

namespace roundoff::formats::onnx {

/// The weight of ONNX Runtime's block-quantized operators MatMulNBits and GatherBlockQuantized, as a layer without
/// name and uses; none for other nodes and weights that are no constants. An error where sizes do not fit together.
Result<std::optional<model::Layer>> blockWeight(const ::onnx::NodeProto& node, int scope, const Names& names,
                                                const std::vector<model::Tensor>& tensors);

}  // namespace roundoff::formats::onnx
