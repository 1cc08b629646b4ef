#pragma once
#include "core/kernels/error.h"
#include "core/kernels/grid.h"
#include "core/kernels/moments.h"

/// The obvious form of every kernel, one element at a time: the oracle of the tests and the definition of the result.
namespace roundoff::kernels::reference {

void accumulate(const float* x, std::size_t n, Moments& moments);
void accumulateError(const float* x, const float* y, std::size_t n, ErrorSums& sums);

struct Snapped {
    float unit = 0;   ///< grid value at scale 1
    float value = 0;  ///< dequantized
    bool clipped = false;
};
/// The grid value for x at a scale and (uniform grids) zero point.
Snapped snap(const Grid& grid, float x, float scale, float zero);

}  // namespace roundoff::kernels::reference
