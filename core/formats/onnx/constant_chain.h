#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/formats/onnx/walk.h"
#include "core/model/model.h"

namespace roundoff::formats::onnx {

/// A constant as an operator sees it through Identity, Cast, Transpose and DequantizeLinear.
struct ConstantView {
    std::size_t tensor = 0;
    std::vector<int> axes;  ///< axis that the operator sees → axis of the stored tensor
    std::optional<model::StoredQuantization> stored;
};

/// Follows `value` up to a constant; none where it is computed from data. An error where it passes through a
/// DequantizeLinear whose scales do not fit.
Result<std::optional<ConstantView>> constantBehind(const Walk& walk, const Names& names,
                                                   const std::vector<model::Tensor>& tensors, int scope,
                                                   const std::string& value);

/// The granularity that scales have, in words: "per tensor", "per channel", "in blocks of 32".
std::string granularity(const model::StoredQuantization& stored);

}  // namespace roundoff::formats::onnx
