#pragma once
#include <cstddef>
#include <span>

#include "core/tensor/element_type.h"

namespace roundoff::tensor {

/// True for the types that writeNumbers takes: float64, float32, float16, bfloat16, Bool, integers of 8 bits or more.
bool writable(ElementType type);

/// Writes numbers as elements of `type`: floats to nearest, ties to even; integers cut towards zero and wrapped.
/// `out` holds exactly storageBytes(type, values.size()). Precondition: writable(type).
void writeNumbers(ElementType type, std::span<const double> values, std::span<std::byte> out);
/// The same from float32, each value exact in float64.
void writeFloats(ElementType type, std::span<const float> values, std::span<std::byte> out);

}  // namespace roundoff::tensor
