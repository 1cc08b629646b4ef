#pragma once
#include <cstdint>
#include <optional>

#include "core/tensor/element_type.h"

namespace roundoff::formats::onnx {

/// TensorProto.DataType by its number, as libonnx of Debian 12 knows names only up to 16. Undefined for unknown ones.
tensor::ElementType fromOnnx(std::int32_t dataType);
std::int32_t toOnnx(tensor::ElementType type);
/// The first IR version whose files may hold the type; 3 for the old ones.
std::int64_t irVersionOf(tensor::ElementType type);

}  // namespace roundoff::formats::onnx
