#pragma once
#include <string>
#include <vector>

#include "core/formats/onnx/edit.h"

namespace roundoff::formats::onnx {

/// A serialized model of one operator whose inputs are all given: something to measure the machine with.
std::string smallModel(const NodeSpec& node, const std::vector<model::Value>& inputs, std::int64_t opset = 17);

}  // namespace roundoff::formats::onnx
