#pragma once
#include <filesystem>

#include "core/base/result.h"

namespace roundoff {

/// A folder among the system's temporary files that goes with its owner.
class Scratch {
public:
    static Result<Scratch> make();
    Scratch(Scratch&& other) noexcept;
    Scratch& operator=(Scratch&&) = delete;
    ~Scratch();
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

private:
    explicit Scratch(std::filesystem::path path) : m_path(std::move(path)) {}
    std::filesystem::path m_path;
};

}  // namespace roundoff
