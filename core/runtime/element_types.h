#pragma once
#include <onnxruntime_c_api.h>

#include "core/tensor/element_type.h"

// For the files of this folder alone: ONNX Runtime's element types by name. Its numbers differ from ONNX's above 23.
namespace roundoff::runtime {

ONNXTensorElementDataType toOrt(tensor::ElementType type);
tensor::ElementType fromOrt(ONNXTensorElementDataType type);

}  // namespace roundoff::runtime
