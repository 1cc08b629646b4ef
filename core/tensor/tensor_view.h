#pragma once
#include <cstddef>
#include <memory>
#include <span>

#include "core/tensor/element_type.h"
#include "core/tensor/shape.h"

namespace roundoff::tensor {

/// A borrowed tensor: raw little-endian, row-major bytes of exactly storageBytes(type, count). Never owns.
struct TensorView {
    ElementType type = ElementType::Undefined;
    Shape shape;
    std::span<const std::byte> bytes;

    [[nodiscard]] std::uint64_t count() const { return elementCount(shape).value_or(0); }
};

/// A view with what keeps its bytes alive (the map, or a small decoded copy).
struct TensorData {
    TensorView view;
    std::shared_ptr<const void> owner;
};

/// Reads elements [first, first + out.size()) as float32. Any numeric type but 64-bit integers and complex; the
/// integer ones and the small floats by value (no scale). float64 is rounded to the nearest float32.
/// Precondition: the range lies within the view, and the type is numeric.
void readFloats(const TensorView& view, std::uint64_t first, std::span<float> out);

}  // namespace roundoff::tensor
