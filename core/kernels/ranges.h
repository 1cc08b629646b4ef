#pragma once
#include <cstddef>

namespace roundoff::kernels {

/// Minimum and maximum of the finite elements of each run: element i belongs to run i / runLength, the last run may be
/// short. Widens low[run] and high[run], which the caller set to +inf and -inf (or to an earlier result).
void widenRuns(const float* x, std::size_t n, std::size_t runLength, float* low, float* high);

/// The same by column of a [rows][width] matrix.
void widenColumns(const float* x, std::size_t rows, std::size_t width, float* low, float* high);

}  // namespace roundoff::kernels
