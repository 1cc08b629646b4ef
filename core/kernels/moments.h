#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>

namespace roundoff::kernels {

/// Mergeable sums over a stream of floats. Everything but `nan` and `inf` is over the finite elements.
struct Moments {
    std::uint64_t count = 0;  ///< all elements seen
    std::uint64_t nan = 0, inf = 0, zeros = 0;
    float min = std::numeric_limits<float>::infinity();
    float max = -std::numeric_limits<float>::infinity();
    double sum = 0, sum2 = 0, sum3 = 0, sum4 = 0;  ///< of the powers 1..4

    void merge(const Moments& other);
    [[nodiscard]] std::uint64_t finite() const { return count - nan - inf; }
};

/// The sums to keep: with Two, sum3 and sum4 stay as they are, and it takes half the time.
enum class Powers { Two, Four };
void accumulate(const float* x, std::size_t n, Moments& moments, Powers powers = Powers::Four);

}  // namespace roundoff::kernels
