#pragma once
#include <cstdint>
#include <vector>

#include "core/analysis/report.h"

namespace roundoff::ui {

/// The bins that one pixel column stands for. Each bin belongs to exactly one column (by its centre), so the masses of
/// all columns over the whole range add up to the histogram's. Where bins are wider than a pixel, the columns between
/// two centres show their bin's height and carry no mass.
struct BinColumn {
    std::uint64_t mass = 0;      ///< counts of the bins whose centre lies here
    std::uint64_t least = 0;     ///< smallest and largest count of a bin touching this column
    std::uint64_t most = 0;
    int firstBin = -1, lastBin = -1;  ///< bins touching the column; -1 = none
};

/// Bins of a histogram over [low, high) seen through `pixels` equal columns.
std::vector<BinColumn> binColumns(const analysis::Histogram& histogram, double low, double high, int pixels);

/// Counts that fall on each level when every bin goes to the level nearest to its centre. `levels` ascending.
std::vector<std::uint64_t> countsAtLevels(const analysis::Histogram& histogram, const std::vector<double>& levels);

/// The value below which `share` (0…1) of the mass lies, linear within a bin.
double quantile(const analysis::Histogram& histogram, double share);
/// The size below which `share` of the values' absolute sizes lie.
double absoluteQuantile(const analysis::Histogram& histogram, double share);

std::uint64_t mass(const analysis::Histogram& histogram);

}  // namespace roundoff::ui
