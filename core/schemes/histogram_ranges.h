#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/kernels/grid.h"

/// Clipping ranges found from a histogram alone: pure functions, for the weights' range rules and for observers that
/// never see all data at once. They stand beside the schemes and not in kernels since they know of codes, not of
/// vectors.
namespace roundoff::schemes {

/// Entropy calibration as TensorRT does it, over a histogram of |x| that begins at 0. Of every number i of kept bins
/// from 1/16 of all, but at least `levels`, up to all: P is the first i bins, with what lies beyond added to the last;
/// Q is the same bins without it, averaged over the non-zero ones within each of `levels` equal parts. The i with the
/// least KL(P || Q) wins, the largest of equals. The first bin counts as the second does, so that the many zeros of
/// rectified data say nothing.
/// @returns the share of the histogram's range to keep, in (0, 1]; 1 where there are not more bins than levels
double klShare(std::span<const std::uint64_t> magnitudes, std::size_t levels);

/// Shares of half the range of a histogram, below and above its middle.
struct Shares {
    double below = 1, above = 1;
};
/// Entropy calibration as ONNX Runtime does it, over a histogram of x that is symmetric about 0: parts of whole bins
/// (the rest goes to the last part but is not spread), averages cut to integers, zeros smoothed by 1e-4, the smallest
/// of equals, and one bin more above than below. With as many parts as bins there is one candidate: the full range.
/// Sums are in double; ONNX Runtime's float32 ones move its minimum by up to a tenth where it is flat.
Shares klSharesOnnxRuntime(std::span<const std::uint64_t> counts, std::size_t parts);

/// What rounding to a grid costs, in closed form: the data of each bin counts as evenly spread over it, so bins may be
/// wider than the grid's steps. Made once for a grid, asked for many scales.
class GridNoise {
public:
    explicit GridNoise(const kernels::Grid& grid);
    /// Sum over all data of (x - q(x))², for a histogram whose bins divide [low, high] evenly.
    [[nodiscard]] double operator()(float scale, float zero, std::span<const double> counts, double low,
                                    double high) const;

private:
    /// Integral of the squared rounding error at scale 1 from some fixed point to v. `cell` holds v or lies below it.
    [[nodiscard]] double uniform(double v) const;
    [[nodiscard]] double levels(double v, std::size_t& cell) const;
    [[nodiscard]] double lowerEnd(std::size_t cell) const { return cell == 0 ? m_levels[0] : m_thresholds[cell - 1]; }

    bool m_isUniform, m_shifted = false;
    double m_low = 0, m_high = 0;                        ///< outermost integers of a uniform grid
    std::vector<double> m_levels, m_thresholds, m_sums;  ///< m_sums[i]: the integral to the lower end of cell i
};

}  // namespace roundoff::schemes
