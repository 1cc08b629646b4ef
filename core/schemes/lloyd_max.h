#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace roundoff::schemes {

/// The `levels` values, ascending, with the least mean square error to data given as counts at ascending positions: exact,
/// by dynamic programming over the positions, whose optimal splits are monotone (Wang and Song, The R Journal 2011).
/// Each is the mean of the data that it stands for. Fewer come back where fewer positions are occupied; {0} where none is.
/// Time O(levels · n log n), memory O(levels · n). Needs n ≤ 65,535.
std::vector<double> lloydMaxLevels(std::span<const std::uint64_t> counts, std::span<const double> positions,
                                   std::size_t levels);

}  // namespace roundoff::schemes
