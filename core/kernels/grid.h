#pragma once
#include <variant>
#include <vector>

namespace roundoff::kernels {

/// The values a code can take at scale 1. Three kinds cover every scalar format; kernels know these and nothing else.
///
/// Uniform: every integer in [low, high]; x ≈ (q - zero) * scale.
struct UniformGrid {
    int low = -127, high = 127;
};

/// A small float: sign, exponent, mantissa. Rounds to nearest even and saturates at ±max.
struct FloatGrid {
    int exponentBits = 4, mantissaBits = 3, bias = 7;
    float max = 448;           ///< largest finite value
    bool negativeZero = true;  ///< false for the FNUZ types, whose 0x80 is NaN
};

/// Every finite value of a small float, ascending; zero once.
std::vector<double> valuesOf(const FloatGrid& grid);

/// Any other set: `levels` ascending, and between each neighbouring pair the threshold at and above which the upper
/// one is taken: thresholds.size() == levels.size() - 1. Codes are indices into levels.
struct LevelGrid {
    std::vector<float> levels, thresholds;
};

/// The grid that rounds to the nearest of ascending levels.
LevelGrid nearestLevels(std::vector<float> levels);

using Grid = std::variant<UniformGrid, FloatGrid, LevelGrid>;

}  // namespace roundoff::kernels
