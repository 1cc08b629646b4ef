#pragma once
#include <functional>
#include <variant>
#include <vector>

namespace roundoff::kernels {

/// The values a code can take at scale 1. Three kinds cover every scalar format; kernels know these and nothing else.
///
/// Uniform: every integer in [low, high]; x ≈ (q - zero) * scale, the zero an integer. Shifted: x ≈ q * scale + zero, the
/// zero any float.
struct UniformGrid {
    int low = -127, high = 127;
    bool shifted = false;
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
    float full = 0;  ///< the value that max|x| is scaled to; 0 = the largest magnitude among the levels
};

/// The grid that rounds to the nearest of ascending levels; ties go to the lower one.
LevelGrid nearestLevels(std::vector<float> levels);
/// The odd grid with these levels above 0 and, between neighbours, thresholds (the first lies between 0 and magnitudes[0]).
/// A tie goes away from zero on both sides.
LevelGrid mirroredLevels(const std::vector<float>& magnitudes, const std::vector<float>& thresholds);
/// The odd grid of a law: code q of 1 … top stands for ±magnitude(q), and begins at magnitude(q - 1/2).
LevelGrid lawLevels(int top, const std::function<double(double code)>& magnitude);

using Grid = std::variant<UniformGrid, FloatGrid, LevelGrid>;

}  // namespace roundoff::kernels
