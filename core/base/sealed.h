#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace roundoff {

/// The bytes behind their own SHA-256, so that a file tells whether it is whole.
std::vector<std::byte> sealed(std::span<const std::byte> content);
/// What was sealed; nothing where a byte was changed or is missing. A part of `bytes`.
std::optional<std::span<const std::byte>> unsealed(std::span<const std::byte> bytes);

}  // namespace roundoff
