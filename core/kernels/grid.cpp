#include "core/kernels/grid.h"

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

}  // namespace roundoff::kernels
