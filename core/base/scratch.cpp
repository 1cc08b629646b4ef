#include "core/base/scratch.h"

#include <random>
#include <utility>

namespace roundoff {

Result<Scratch> Scratch::make() {
    std::random_device random;
    std::error_code error;
    const auto base = std::filesystem::temp_directory_path(error);
    if (error) return failed("the temporary folder", error.message(), "Set TMPDIR to a folder that can be written to");
    Scratch scratch(base / fmt::format("roundoff-{:08x}{:08x}", random(), random()));
    if (!std::filesystem::create_directory(scratch.m_path, error))
        return failed(base.string(), "cannot be written to: " + error.message(), "Set TMPDIR to another folder");
    return scratch;
}

Scratch::Scratch(Scratch&& other) noexcept : m_path(std::exchange(other.m_path, {})) {}

Scratch::~Scratch() {
    std::error_code ignored;
    if (!m_path.empty()) std::filesystem::remove_all(m_path, ignored);
}

}  // namespace roundoff
