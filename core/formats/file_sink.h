#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "core/base/result.h"

namespace roundoff::formats {

/// A file being written. Unless finished, it is removed again.
class FileSink {
public:
    static Result<FileSink> create(const std::filesystem::path& path);
    FileSink(FileSink&& other) noexcept;
    FileSink& operator=(FileSink&&) = delete;
    ~FileSink();

    /// A full disk is an error that says so.
    Result<void> write(std::span<const std::byte> bytes);
    /// Zeros up to the next multiple.
    Result<void> align(std::uint64_t multiple);
    /// Bytes so far.
    [[nodiscard]] std::uint64_t size() const { return m_size; }
    /// Flushes to the disk and keeps the file.
    Result<void> finish();

private:
    FileSink(std::filesystem::path path, int file);
    void discard() const;
    Result<void> flush();
    Result<void> put(std::span<const std::byte> bytes);

    std::filesystem::path m_path;
    int m_file;
    std::uint64_t m_size = 0;
    std::vector<std::byte> m_buffer;
};

}  // namespace roundoff::formats
