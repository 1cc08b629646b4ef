#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace roundoff::tensor {

/// Element types of weights, a neutral list of its own: ONNX's and ONNX Runtime's enums differ from each other above
/// 23 (shared trap list), so each adapter maps to this one by name.
enum class ElementType : std::uint8_t {
    Float32, Float64, Float16, BFloat16,
    Float8E4M3, Float8E4M3Fnuz, Float8E5M2, Float8E5M2Fnuz, Float8E8M0, Float4E2M1,
    Int2, Int4, Int8, Int16, Int32, Int64,
    Uint2, Uint4, Uint8, Uint16, Uint32, Uint64,
    Bool, String, Complex64, Complex128, Undefined,
};

/// Lower-case name as shown to users and written to JSON: "float32", "fp8-e4m3", "int4".
std::string_view name(ElementType type);
/// Bits of one element as stored (4-bit types 4, Bool 8, String and Undefined 0).
int bits(ElementType type);
/// True for the types that hold a real number and can be quantized: float64, float32, float16, bfloat16.
bool isFloat(ElementType type);
/// True for the signed and unsigned integer types of any width.
bool isInteger(ElementType type);
/// Bytes of `count` elements, sub-byte types packed over the flat tensor; nullopt on overflow.
std::optional<std::uint64_t> storageBytes(ElementType type, std::uint64_t count);

}  // namespace roundoff::tensor
