#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace roundoff::kernels {

/// Counts the finite elements of x into equal-width bins over [low, high]; elements at or beyond an end go to the outer
/// bin. Needs low < high, both finite, and at most 4,096 bins.
void accumulateHistogram(const float* x, std::size_t n, float low, float high, std::span<std::uint64_t> bins);

}  // namespace roundoff::kernels
