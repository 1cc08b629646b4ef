#include "core/base/sealed.h"

#include <cstring>

#include "core/base/sha256.h"

namespace roundoff {
namespace {

constexpr std::size_t kSum = 64;  ///< hex digits of SHA-256

std::string sumOf(std::span<const std::byte> bytes) {
    Sha256 sum;
    sum.update(bytes);
    return sum.finish();
}

}  // namespace

std::vector<std::byte> sealed(std::span<const std::byte> content) {
    std::vector<std::byte> out(kSum + content.size());
    std::memcpy(out.data(), sumOf(content).data(), kSum);
    if (!content.empty()) std::memcpy(out.data() + kSum, content.data(), content.size());
    return out;
}

std::optional<std::span<const std::byte>> unsealed(std::span<const std::byte> bytes) {
    if (bytes.size() < kSum) return std::nullopt;
    const auto content = bytes.subspan(kSum);
    if (std::memcmp(sumOf(content).data(), bytes.data(), kSum) != 0) return std::nullopt;
    return content;
}

}  // namespace roundoff
