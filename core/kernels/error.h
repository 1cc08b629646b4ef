#pragma once
#include <cstddef>
#include <cstdint>

namespace roundoff::kernels {

/// Mergeable sums of the error of y against x over the elements where x is finite, in double.
struct ErrorSums {
    double noise = 0;      ///< sum (x - y)²
    double cross = 0;      ///< sum x·(x - y); so sum x·y = sum x² - cross, and sum y² = sum x² - 2 cross + noise
    double maxAbs = 0;
    std::uint64_t zeroed = 0;  ///< y = 0 where x ≠ 0

    void merge(const ErrorSums& other);
};

/// @param allFinite promises that x holds neither NaN nor infinity (the fast path)
void accumulateError(const float* x, const float* y, std::size_t n, bool allFinite, ErrorSums& sums);

}  // namespace roundoff::kernels
