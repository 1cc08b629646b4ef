#pragma once
#include <cstdint>
#include <string>

#include "core/base/result.h"

namespace roundoff::runtime {

/// Bytes that the process may hold, 0 = any: sessions opened from now on refuse what would pass it before it is taken, as an
/// error of their load or run, and give memory back as soon as they are done with it. All that is resident counts, also pages
/// of mapped files, though the system could drop these: it is what a container is charged and what other tools show. For the
/// whole process, set before work begins; tests may set it anew.
void limitMemory(std::uint64_t bytes);
std::uint64_t memoryLimit();

/// "WHAT needs about 1.02 GB, the limit is 1.00 GB", in as many digits as it takes to tell the two apart.
tl::unexpected<Error> overLimit(const std::string& what, std::uint64_t need, std::uint64_t limit,
                                std::string remedy = "Raise the limit, or give smaller samples");

/// For what is about to take much memory outside of sessions: overLimit() where `bytes` more than is resident would pass the limit.
Result<void> reserve(std::uint64_t bytes, const std::string& what, std::string remedy = "Raise the limit");

/// The most that sessions held at one time since the last call, in blocks of 1 MiB or more, above what they hold now; 0 where
/// no limit was set.
std::uint64_t takeWorkingMemory();

}  // namespace roundoff::runtime
