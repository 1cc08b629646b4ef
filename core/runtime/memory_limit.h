#pragma once
#include <cstdint>
#include <string>

#include "core/base/result.h"

namespace roundoff::runtime {

/// Bytes that the process may hold, 0 = any: sessions opened from now on refuse what would pass it before it is taken, as an
/// error of their load or run, and give memory back as soon as they are done with it. For the whole process, set before work
/// begins; tests may set it anew.
void limitMemory(std::uint64_t bytes);
std::uint64_t memoryLimit();

/// "WHAT needs about 1.02 GB, the limit is 1.00 GB", in as many digits as it takes to tell the two apart.
tl::unexpected<Error> overLimit(const std::string& what, std::uint64_t need, std::uint64_t limit);

}  // namespace roundoff::runtime
