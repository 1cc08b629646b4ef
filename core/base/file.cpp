#include "core/base/file.h"

#include "core/base/text.h"

namespace roundoff {

namespace fs = std::filesystem;

Result<std::ifstream> openFile(const fs::path& path) {
    std::error_code error;
    const auto kind = fs::status(path, error).type();
    if (fs::exists(fs::file_status(kind)) && kind != fs::file_type::regular)
        return badInput(path.string(), "this is not a regular file", "Copy it to a file first");
    std::ifstream file(path, std::ios::binary);
    if (!file) return badInput(path.string(), "the file cannot be read", "Check that it exists and may be read");
    return file;
}

Result<std::string> readFile(const fs::path& path, std::uint64_t most) {
    auto file = openFile(path);
    if (!file) return propagate(file);
    std::error_code error;
    const auto size = fs::file_size(path, error);
    if (size > most)
        return badInput(path.string(), fmt::format("the file is larger than {}", bytesText(most)), "See whether it is the right one");
    std::string text(size, '\0');
    file->read(text.data(), std::streamsize(size));
    if (std::uint64_t(file->gcount()) != size) return badInput(path.string(), "reading failed half-way", "Check the disk");
    return text;
}

}  // namespace roundoff
