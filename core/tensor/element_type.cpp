#include "core/tensor/element_type.h"

#include <array>
#include <limits>

namespace roundoff::tensor {
namespace {

struct Row {
    ElementType type;
    std::string_view name;
    int bits;
};
constexpr std::array kRows{
    Row{ElementType::Float32, "float32", 32},
    Row{ElementType::Float64, "float64", 64},
    Row{ElementType::Float16, "float16", 16},
    Row{ElementType::BFloat16, "bfloat16", 16},
    Row{ElementType::Float8E4M3, "fp8-e4m3", 8},
    Row{ElementType::Float8E4M3Fnuz, "fp8-e4m3-fnuz", 8},
    Row{ElementType::Float8E5M2, "fp8-e5m2", 8},
    Row{ElementType::Float8E5M2Fnuz, "fp8-e5m2-fnuz", 8},
    Row{ElementType::Float8E8M0, "fp8-e8m0", 8},
    Row{ElementType::Float4E2M1, "fp4-e2m1", 4},
    Row{ElementType::Int2, "int2", 2},
    Row{ElementType::Int4, "int4", 4},
    Row{ElementType::Int8, "int8", 8},
    Row{ElementType::Int16, "int16", 16},
    Row{ElementType::Int32, "int32", 32},
    Row{ElementType::Int64, "int64", 64},
    Row{ElementType::Uint2, "uint2", 2},
    Row{ElementType::Uint4, "uint4", 4},
    Row{ElementType::Uint8, "uint8", 8},
    Row{ElementType::Uint16, "uint16", 16},
    Row{ElementType::Uint32, "uint32", 32},
    Row{ElementType::Uint64, "uint64", 64},
    Row{ElementType::Bool, "bool", 8},
    Row{ElementType::String, "string", 0},
    Row{ElementType::Complex64, "complex64", 64},
    Row{ElementType::Complex128, "complex128", 128},
    Row{ElementType::Undefined, "undefined", 0},
};

constexpr bool inOrder() {
    for (std::size_t i = 0; i < kRows.size(); ++i)
        if (std::size_t(kRows[i].type) != i) return false;
    return true;
}
static_assert(inOrder(), "the table follows the enum");

}  // namespace

std::string_view name(ElementType type) { return kRows[std::size_t(type)].name; }
int bits(ElementType type) { return kRows[std::size_t(type)].bits; }

bool isFloat(ElementType type) {
    return type == ElementType::Float32 || type == ElementType::Float64 || type == ElementType::Float16 ||
           type == ElementType::BFloat16;
}

bool isInteger(ElementType type) { return type >= ElementType::Int2 && type <= ElementType::Uint64; }

std::optional<std::uint64_t> storageBytes(ElementType type, std::uint64_t count) {
    const std::uint64_t width = std::uint64_t(bits(type));
    if (width != 0 && count > (std::numeric_limits<std::uint64_t>::max() - 7) / width) return std::nullopt;
    return (count * width + 7) / 8;
}

}  // namespace roundoff::tensor
