#include <fstream>

#include "core/calibration/readers.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestFile = std::uint64_t(4) << 30;

class FileBytes : public Bytes {
public:
    FileBytes(const fs::path& path, std::uint64_t size) : m_path(path), m_name(path.string()), m_size(size) {}
    [[nodiscard]] const std::string& name() const override { return m_name; }
    [[nodiscard]] std::uint64_t size() const override { return m_size; }
    [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<std::byte> out) override {
        std::ifstream file(m_path, std::ios::binary);
        file.seekg(std::streamoff(offset));
        if (!file.read(reinterpret_cast<char*>(out.data()), std::streamsize(out.size())) && !out.empty())
            return badInput(m_name, "the file cannot be read", "Check its permissions, and that nobody writes it meanwhile");
        return {};
    }

private:
    fs::path m_path;
    std::string m_name;
    std::uint64_t m_size;
};

}  // namespace

Result<std::shared_ptr<Bytes>> fileBytes(const fs::path& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    if (error) return badInput(path.string(), "the file cannot be read: " + error.message(), "Check the path");
    return std::make_shared<FileBytes>(path, size);
}

Result<std::vector<std::byte>> readFile(const fs::path& path) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    if (error) return badInput(path.string(), "the file cannot be read: " + error.message(), "Check the path");
    if (size > kLargestFile) return badInput(path.string(), "the file is larger than 4 GiB", "Split it");
    std::vector<std::byte> bytes(size);
    std::ifstream file(path, std::ios::binary);
    if (!file.read(reinterpret_cast<char*>(bytes.data()), std::streamsize(size)) && size > 0)
        return badInput(path.string(), "the file cannot be read", "Check its permissions");
    return bytes;
}

}  // namespace roundoff::calibration
