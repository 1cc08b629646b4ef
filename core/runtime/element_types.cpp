#include "core/runtime/element_types.h"

#include <array>
#include <utility>

namespace roundoff::runtime {
namespace {

using tensor::ElementType;

constexpr std::array kPairs{
    std::pair{ElementType::Float32, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT},
    std::pair{ElementType::Float64, ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE},
    std::pair{ElementType::Float16, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16},
    std::pair{ElementType::BFloat16, ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16},
    std::pair{ElementType::Float8E4M3, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E4M3FN},
    std::pair{ElementType::Float8E4M3Fnuz, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E4M3FNUZ},
    std::pair{ElementType::Float8E5M2, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E5M2},
    std::pair{ElementType::Float8E5M2Fnuz, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E5M2FNUZ},
    std::pair{ElementType::Float8E8M0, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E8M0},
    std::pair{ElementType::Float4E2M1, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT4E2M1},
    std::pair{ElementType::Int2, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT2},
    std::pair{ElementType::Int4, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT4},
    std::pair{ElementType::Int8, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8},
    std::pair{ElementType::Int16, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16},
    std::pair{ElementType::Int32, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32},
    std::pair{ElementType::Int64, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64},
    std::pair{ElementType::Uint2, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT2},
    std::pair{ElementType::Uint4, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT4},
    std::pair{ElementType::Uint8, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8},
    std::pair{ElementType::Uint16, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16},
    std::pair{ElementType::Uint32, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32},
    std::pair{ElementType::Uint64, ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64},
    std::pair{ElementType::Bool, ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL},
    std::pair{ElementType::String, ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING},
    std::pair{ElementType::Complex64, ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX64},
    std::pair{ElementType::Complex128, ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX128},
};

}  // namespace

ONNXTensorElementDataType toOrt(ElementType type) {
    for (const auto& [own, ort] : kPairs)
        if (own == type) return ort;
    return ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
}

ElementType fromOrt(ONNXTensorElementDataType type) {
    for (const auto& [own, ort] : kPairs)
        if (ort == type) return own;
    return ElementType::Undefined;
}

}  // namespace roundoff::runtime
