#pragma once
#include <cstddef>
#include <cstdint>

#include "core/kernels/error.h"
#include "core/kernels/grid.h"

namespace roundoff::kernels {

/// Which scale, and for uniform grids which zero, each of n consecutive elements has.
struct Placement {
    const float* scales = nullptr;
    const float* zeros = nullptr;  ///< nullptr where all are 0
    std::size_t width = 1;         ///< columns: elements of a row, of which column j has scale j; else of a run with one scale
    bool columns = false;
    float norm = 1;  ///< a power of two near 1 / max|x|, that keeps products of x in the range of float: measure() alone
};

/// A grid made ready for the kernels.
class Snapper {
public:
    /// @param powerOfTwoScales promises that every scale is ±2^k, k in [-126, 126]: dividing is then multiplying, exactly
    explicit Snapper(const Grid& grid, bool powerOfTwoScales = false);

    /// What is written for each element.
    enum class Output {
        Value,  ///< the dequantized value
        Unit,   ///< the grid value at scale 1: q - zero of a uniform grid, q of a shifted one
    };

    /// Rounds x to y. Let v = x / scale (shifted: (x - zero) / scale), a division, never a product with a reciprocal that
    /// is not exact. v is clamped in float, then rounded to the nearest grid value, half to even; NaN takes the lowest.
    /// @returns how many elements were clipped: more than half a step beyond the outermost value
    std::uint64_t snap(const float* x, float* y, std::size_t n, const Placement& placement, Output output) const;

    /// The same rounding, of finite x only, whose error is added to `sums` while the values are in registers: the noise in
    /// double; the cross term, of which no more is needed, in float by at most 256 products a lane, then in double.
    /// @param y gets the values where not nullptr
    std::uint64_t measure(const float* x, float* y, std::size_t n, const Placement& placement, ErrorSums& sums) const;

    [[nodiscard]] const Grid& grid() const { return m_grid; }

private:
    [[nodiscard]] std::uint64_t dispatch(const float* x, float* y, std::size_t n, const Placement& placement, Output output,
                                         ErrorSums* sums) const;

    Grid m_grid;
    bool m_powerOfTwoScales;
    // Levels only: a search tree of 2^m_depth leaves.
    std::vector<float> m_tree;    ///< thresholds breadth first, the root at 1; padded with +inf
    std::vector<float> m_levels;  ///< leaves, ascending; padded with the last level
    int m_depth = 0;
    float m_below = 0, m_above = 0;  ///< where clipping begins
};

}  // namespace roundoff::kernels
