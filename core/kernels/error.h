#pragma once
#include <cstddef>
#include <cstdint>

namespace roundoff::kernels {

/// Mergeable sums of the error of y against x over the elements where x is finite, in double.
struct ErrorSums {
    double noise = 0;      ///< sum (x - y)²
    double quantized = 0;  ///< sum y²
    double maxAbs = 0;
    std::uint64_t zeroed = 0;  ///< y = 0 where x ≠ 0

    void merge(const ErrorSums& other);
};

/// @param allFinite promises that x holds neither NaN nor infinity (the fast path)
void accumulateError(const float* x, const float* y, std::size_t n, bool allFinite, ErrorSums& sums);

}  // namespace roundoff::kernels
