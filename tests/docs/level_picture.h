#pragma once
#include <string>
#include <vector>

namespace roundoff::docs {

/// A small SVG of levels in [-1, 1], ascending: a tick each on a linear axis with zero marked and, of more than a few,
/// above it how many lie in each of 101 slices of the axis. Its colours have contrast on white and on black.
std::string levelPicture(const std::vector<double>& levels);

}  // namespace roundoff::docs
