#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "core/base/result.h"

namespace roundoff::formats {

/// A regular file mapped for reading. It lives as long as somebody holds the pointer. The file must not be cut short
/// by others meanwhile: reading behind its new end would be a bus error.
class MappedFile : public std::enable_shared_from_this<MappedFile> {
public:
    /// Refuses what is missing, unreadable, empty or not a regular file.
    static Result<std::shared_ptr<const MappedFile>> open(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }  ///< absolute
    [[nodiscard]] std::span<const std::byte> bytes() const { return m_bytes; }

    /// Keeps the map alive. Dropping the last copy of a large lease also drops its pages from this process's memory,
    /// so that streaming over a model larger than memory stays small; who reads them again gets them again.
    [[nodiscard]] std::shared_ptr<const void> lease(std::uint64_t offset, std::uint64_t length) const;

private:
    MappedFile(std::filesystem::path path, std::span<const std::byte> bytes);
    std::filesystem::path m_path;
    std::span<const std::byte> m_bytes;
};

}  // namespace roundoff::formats
