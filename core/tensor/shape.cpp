#include "core/tensor/shape.h"

#include <fmt/format.h>

#include <limits>

namespace roundoff::tensor {

std::optional<std::uint64_t> elementCount(const Shape& shape) {
    std::uint64_t count = 1;
    bool empty = false;
    for (const std::int64_t dim : shape) {
        if (dim < 0) return std::nullopt;
        if (dim == 0) {
            empty = true;
            continue;
        }
        if (count > std::uint64_t(std::numeric_limits<std::int64_t>::max()) / std::uint64_t(dim)) return std::nullopt;
        count *= std::uint64_t(dim);
    }
    return empty ? 0 : count;
}

std::string text(const Shape& shape) {
    if (shape.empty()) return "scalar";
    std::string out;
    for (const std::int64_t dim : shape) out += (out.empty() ? "" : " × ") + fmt::to_string(dim);
    return out;
}

}  // namespace roundoff::tensor
