#pragma once
#include <map>
#include <string>

namespace roundoff::docs {

/// docs/formats.md and its pictures, docs/formats/*.svg: path below docs/ → content, made of the registry alone.
std::map<std::string, std::string> formatsPage();

/// What brings the checked-in page up to date.
inline constexpr const char* kRegenerate = "cmake --build --preset dev --target formats_page";

}  // namespace roundoff::docs
