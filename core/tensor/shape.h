#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace roundoff::tensor {

/// Dimensions, outermost first (row-major). Empty = scalar.
using Shape = std::vector<std::int64_t>;

/// Product of the dimensions; nullopt where one is negative or the product overflows 63 bits.
std::optional<std::uint64_t> elementCount(const Shape& shape);
/// "640 × 256"; "scalar" for an empty shape.
std::string text(const Shape& shape);

}  // namespace roundoff::tensor
