#include "core/formats/onnx/element_types.h"

#include <array>

namespace roundoff::formats::onnx {
namespace {

using enum tensor::ElementType;

/// TensorProto.DataType 0 … 26 in order.
constexpr std::array kTypes{Undefined, Float32,    Uint8,      Int8,       Uint16,         Int16,      Int32,
                            Int64,     String,     Bool,       Float16,    Float64,        Uint32,     Uint64,
                            Complex64, Complex128, BFloat16,   Float8E4M3, Float8E4M3Fnuz, Float8E5M2, Float8E5M2Fnuz,
                            Uint4,     Int4,       Float4E2M1, Float8E8M0, Uint2,          Int2};

}  // namespace

tensor::ElementType fromOnnx(std::int32_t dataType) {
    return dataType >= 0 && std::size_t(dataType) < kTypes.size() ? kTypes[std::size_t(dataType)] : Undefined;
}

std::int32_t toOnnx(tensor::ElementType type) {
    for (std::size_t i = 0; i < kTypes.size(); ++i)
        if (kTypes[i] == type) return std::int32_t(i);
    return 0;
}

std::int64_t irVersionOf(tensor::ElementType type) {
    switch (type) {
        case Float8E4M3:
        case Float8E4M3Fnuz:
        case Float8E5M2:
        case Float8E5M2Fnuz:
            return 9;
        case Int4:
        case Uint4:
            return 10;
        case Float4E2M1:
            return 11;
        case Float8E8M0:
            return 12;
        case Int2:
        case Uint2:
            return 13;
        default:
            return 3;
    }
}

}  // namespace roundoff::formats::onnx
