#pragma once
#include <cstddef>
#include <cstdint>

#include "core/kernels/grid.h"

namespace roundoff::kernels {

/// A grid made ready for the kernels: thresholds padded to a power of two, clipping bounds known.
class Snapper {
public:
    explicit Snapper(const Grid& grid);

    /// What is written for each element.
    enum class Output {
        Value,  ///< the dequantized value: u * scale
        Unit,   ///< the grid value u at scale 1; for a uniform grid the integer q - zero
    };

    /// y[i] = the grid value nearest to x[i] / scale, where run i / runLength chooses the scale: division, not
    /// multiplication by a reciprocal; clamped in float before rounding; half to even; NaN takes the lowest value.
    /// @param zeros zero points (integers) of a uniform grid, or nullptr where all are 0
    /// @returns how many elements were clipped: more than half a step beyond the outermost value
    std::uint64_t runs(const float* x, float* y, std::size_t n, std::size_t runLength, const float* scales,
                       const float* zeros, Output output) const;

    /// The same where column j of a [rows][width] matrix has scale j.
    std::uint64_t columns(const float* x, float* y, std::size_t rows, std::size_t width, const float* scales,
                          const float* zeros, Output output) const;

    [[nodiscard]] const Grid& grid() const { return m_grid; }

private:
    Grid m_grid;
    std::vector<float> m_thresholds;  ///< 2^m_searchSteps - 1, padded with +inf
    std::vector<float> m_levels;      ///< 2^m_searchSteps, padded with the last level
    int m_searchSteps = 0;
};

}  // namespace roundoff::kernels
