#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace roundoff::rules {

/// What a source file does that the house does not allow, one line each. `path` is relative to the root: what holds
/// depends on the folder.
std::vector<std::string> violations(const std::string& path, std::string_view text);

}  // namespace roundoff::rules
