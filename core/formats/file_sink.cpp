#include "core/formats/file_sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace roundoff::formats {
namespace {

constexpr std::size_t kBuffer = 1u << 16;

tl::unexpected<Error> refuse(const std::filesystem::path& path, int reason) {
    if (reason == ENOSPC || reason == EDQUOT)
        return failed(path.string(), "the disk is full", "Free some space or write elsewhere");
    if (reason == EACCES || reason == EROFS)
        return failed(path.string(), "no permission to write here", "Write elsewhere");
    if (reason == ENOENT) return failed(path.string(), "the folder does not exist", "Make it first");
    return failed(path.string(), std::string("the file cannot be written: ") + std::strerror(reason),
                  "Write elsewhere");
}

}  // namespace

Result<FileSink> FileSink::create(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) return refuse(path, errno);
    return FileSink(path, file);
}

FileSink::FileSink(std::filesystem::path path, int file) : m_path(std::move(path)), m_file(file) {
    m_buffer.reserve(kBuffer);
}

FileSink::FileSink(FileSink&& other) noexcept
    : m_path(std::move(other.m_path)),
      m_file(std::exchange(other.m_file, -1)),
      m_size(other.m_size),
      m_buffer(std::move(other.m_buffer)) {}

FileSink::~FileSink() {
    if (m_file < 0) return;
    ::close(m_file);
    discard();
}

void FileSink::discard() const {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(m_path, ignored)) std::filesystem::remove(m_path, ignored);  // not a device
}

Result<void> FileSink::write(std::span<const std::byte> bytes) {
    m_size += bytes.size();
    if (m_buffer.size() + bytes.size() <= kBuffer) {
        m_buffer.insert(m_buffer.end(), bytes.begin(), bytes.end());
        return {};
    }
    if (const auto done = flush(); !done) return done;
    if (bytes.size() > kBuffer) return put(bytes);
    m_buffer.assign(bytes.begin(), bytes.end());
    return {};
}

Result<void> FileSink::align(std::uint64_t multiple) {
    const std::vector<std::byte> zeros((multiple - m_size % multiple) % multiple);
    return write(zeros);
}

Result<void> FileSink::flush() {
    const auto done = put(m_buffer);
    m_buffer.clear();
    return done;
}

Result<void> FileSink::put(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(m_file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return refuse(m_path, errno);
        bytes = bytes.subspan(std::size_t(written));
    }
    return {};
}

Result<void> FileSink::finish() {
    if (const auto done = flush(); !done) return done;
    if (::fsync(m_file) != 0) return refuse(m_path, errno);
    if (::close(std::exchange(m_file, -1)) != 0) {
        const int reason = errno;
        discard();
        return refuse(m_path, reason);
    }
    return {};
}

}  // namespace roundoff::formats
