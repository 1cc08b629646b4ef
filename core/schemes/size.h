#pragma once
#include <cstdint>

#include "core/base/result.h"
#include "core/schemes/scheme.h"
#include "core/tensor/element_type.h"
#include "core/tensor/shape.h"

namespace roundoff::schemes {

/// Bytes of a weight under a scheme: codes, scales and zero points, as the comparison counts them. Error where the scheme
/// does not fit the shape or the shape is no size.
Result<std::uint64_t> weightBytes(const tensor::Shape& shape, int outputAxis, int reductionAxis, tensor::ElementType type,
                                  const TensorScheme& scheme);

/// Bits per weight, scales and zero points included, of a float32 weight of 4096 × 4096: what a list of formats shows
/// where there is no model.
double nominalBits(const TensorScheme& scheme);

}  // namespace roundoff::schemes
