#include "core/formats/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace roundoff::formats {
namespace {

class Descriptor {
public:
    explicit Descriptor(int number) : m_number(number) {}
    ~Descriptor() {
        if (m_number >= 0) ::close(m_number);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const { return m_number; }

private:
    int m_number;
};

tl::unexpected<Error> refuse(const std::filesystem::path& path, int reason) {
    switch (reason) {
        case ENOENT:
            return badInput(path.string(), "there is no such file", "Check the path");
        case EACCES:
            return badInput(path.string(), "no permission to read the file", "Change its permissions");
        default:
            return badInput(path.string(), std::string("the file cannot be opened: ") + std::strerror(reason));
    }
}

}  // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::filesystem::path& path) {
    // Non-blocking: a pipe must not hang the open.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.number() < 0) return refuse(path, errno);
    struct stat status {};
    if (::fstat(file.number(), &status) != 0) return refuse(path, errno);
    if (S_ISDIR(status.st_mode)) return badInput(path.string(), "this is a folder, not a file", "Name a file in it");
    if (!S_ISREG(status.st_mode))
        return badInput(path.string(), "this is not a regular file", "Copy it to a file first");
    if (status.st_size == 0) return badInput(path.string(), "the file is empty", "Get the file again");
    const auto size = std::size_t(status.st_size);
    void* begin = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
    if (begin == MAP_FAILED) return refuse(path, errno);
    std::error_code ignored;
    return std::shared_ptr<const MappedFile>(
        new MappedFile(std::filesystem::absolute(path, ignored), {static_cast<const std::byte*>(begin), size}));
}

MappedFile::MappedFile(std::filesystem::path path, std::span<const std::byte> bytes)
    : m_path(std::move(path)), m_bytes(bytes) {}

MappedFile::~MappedFile() {
    ::munmap(const_cast<std::byte*>(m_bytes.data()), m_bytes.size());
}

std::shared_ptr<const void> MappedFile::lease(std::uint64_t offset, std::uint64_t length) const {
    constexpr std::uint64_t kWorthDropping = 4u << 20;
    if (length < kWorthDropping) return shared_from_this();
    const auto page = std::uint64_t(::sysconf(_SC_PAGESIZE));
    const std::uint64_t first = (offset + page - 1) / page * page, end = (offset + length) / page * page;
    std::byte* begin = const_cast<std::byte*>(m_bytes.data()) + first;
    return {begin,
            [self = shared_from_this(), size = end - first](std::byte* at) { ::madvise(at, size, MADV_DONTNEED); }};
}

}  // namespace roundoff::formats
