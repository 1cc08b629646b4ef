#pragma once
#include <filesystem>
#include <string>

#include "core/base/job.h"
#include "core/base/result.h"

namespace roundoff {

/// sha256File() that reads a file once a process: its sum is remembered for as long as size and time of change stay. A file
/// that changed within the last two seconds is not remembered, as its time may not tell the next change. Safe from any thread.
Result<std::string> sha256FileOnce(const std::filesystem::path& path, Job& job);

}  // namespace roundoff
