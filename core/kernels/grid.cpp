#include "core/kernels/grid.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace roundoff::kernels {

LevelGrid nearestLevels(std::vector<float> levels) {
    LevelGrid grid;
    for (std::size_t i = 1; i < levels.size(); ++i) {
        // A tie stays with the lower level: the upper one is taken above the midpoint only.
        const double middle = (double(levels[i - 1]) + double(levels[i])) / 2;
        float threshold = float(middle);
        if (double(threshold) <= middle) threshold = std::nextafter(threshold, std::numeric_limits<float>::infinity());
        grid.thresholds.push_back(threshold);
    }
    grid.levels = std::move(levels);
    return grid;
}

std::vector<double> valuesOf(const FloatGrid& grid) {
    std::vector<double> values{0};
    const double smallest = std::ldexp(1.0, 1 - grid.bias - grid.mantissaBits);
    // Subnormals and the first binade share the smallest step; it doubles with every binade after that.
    for (double v = smallest, step = smallest; v <= double(grid.max); v += step) {
        if (v >= std::ldexp(step, grid.mantissaBits + 1)) step *= 2;
        values.insert(values.end(), {v, -v});
    }
    std::ranges::sort(values);
    return values;
}

LevelGrid mirroredLevels(const std::vector<float>& magnitudes, const std::vector<float>& thresholds) {
    LevelGrid grid;
    const std::size_t n = magnitudes.size();
    for (std::size_t i = n; i-- > 0;) {
        grid.levels.push_back(-magnitudes[i]);
        grid.thresholds.push_back(std::nextafter(-thresholds[i], std::numeric_limits<float>::infinity()));
    }
    grid.levels.push_back(0);
    grid.levels.insert(grid.levels.end(), magnitudes.begin(), magnitudes.end());
    grid.thresholds.insert(grid.thresholds.end(), thresholds.begin(), thresholds.end());
    return grid;
}

LevelGrid lawLevels(int top, const std::function<double(double code)>& magnitude) {
    std::vector<float> magnitudes, thresholds;
    for (int q = 1; q <= top; ++q) {
        magnitudes.push_back(float(magnitude(q)));
        thresholds.push_back(float(magnitude(q - 0.5)));
    }
    return mirroredLevels(magnitudes, thresholds);
}

}  // namespace roundoff::kernels
