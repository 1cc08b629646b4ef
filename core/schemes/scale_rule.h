#pragma once
#include <limits>
#include <span>

#include "core/kernels/snap.h"
#include "core/schemes/number_format.h"

namespace roundoff::schemes {

/// What a block's elements are divided by, and where its zero lies.
struct Scale {
    float scale = 1;  ///< never 0; negative only where the symmetry says so
    float zero = 0;   ///< a code, or the value of code 0 for float zero points
};

/// Makes scales of ranges: by the format's rule, the scheme's symmetry, and the type that scales are stored in.
/// A range without extent, or one whose scale would be smaller than the smallest normal float, gives scale 1.
class ScaleMaker {
public:
    ScaleMaker(const TensorScheme& scheme, const kernels::Grid& grid, tensor::ElementType scaleType);

    /// One scale for each pair of low and high (low > high: nothing finite was seen); all spans are as long.
    /// @param tensorAbsmax largest finite magnitude of the whole weight
    void make(std::span<const float> low, std::span<const float> high, double tensorAbsmax, std::span<float> scales,
              std::span<float> zeros) const;
    [[nodiscard]] Scale make(float low, float high, double tensorAbsmax) const;

    /// True where zeros are never anything but 0.
    [[nodiscard]] bool withoutZeros() const { return m_middle == 0 && isSymmetric(m_symmetry); }
    /// True where every scale is a power of two.
    [[nodiscard]] bool powersOfTwo() const { return m_powerOfTwo || m_rule == ScaleRule::PowerOfTwo; }

private:
    [[nodiscard]] float stored(float scale) const;

    ScaleRule m_rule;
    Symmetry m_symmetry;
    bool m_powerOfTwo;
    tensor::ElementType m_type;
    bool m_plain;         ///< scales are stored as they come
    double m_full;        ///< what max|x| is scaled to
    double m_low = 0, m_high = 0;  ///< uniform grids: outermost codes
    float m_most = std::numeric_limits<float>::infinity();  ///< above it a level would overflow
    float m_middle = 0;            ///< the zero of a symmetric uniform grid
    kernels::Snapper m_e4m3;       ///< rounds the scales of the two-level rule
};

}  // namespace roundoff::schemes
