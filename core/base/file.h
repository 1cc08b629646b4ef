#pragma once
#include <filesystem>
#include <fstream>

#include "core/base/result.h"

namespace roundoff {

/// A regular file, to be read: a pipe or a device would never end.
Result<std::ifstream> openFile(const std::filesystem::path& path);
/// All of a file of at most `most` bytes; an error where it is larger.
Result<std::string> readFile(const std::filesystem::path& path, std::uint64_t most);

}  // namespace roundoff
