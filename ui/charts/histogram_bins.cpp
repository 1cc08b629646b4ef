#include "ui/charts/histogram_bins.h"

#include <algorithm>
#include <cmath>

namespace roundoff::ui {

std::vector<BinColumn> binColumns(const analysis::Histogram& histogram, double low, double high, int pixels) {
    std::vector<BinColumn> columns(std::size_t(std::max(pixels, 0)));
    const double width = histogram.binWidth();
    const int bins = int(histogram.counts.size());
    if (columns.empty() || bins == 0 || !(width > 0) || !(high > low)) return columns;
    const double pixelWidth = (high - low) / pixels;
    const auto columnAt = [&](double value) { return int(std::floor((value - low) / pixelWidth)); };
    for (int bin = 0; bin < bins; ++bin) {
        const double left = histogram.low + bin * width;
        const std::uint64_t count = histogram.counts[std::size_t(bin)];
        const int centre = columnAt(left + width / 2);
        // A bin shows in its own column and in every further one whose middle it covers.
        const int from = std::max(0, std::min(centre, columnAt(left + pixelWidth / 2)));
        const int to = std::min(pixels - 1, std::max(centre, columnAt(left + width - pixelWidth / 2)));
        for (int at = from; at <= to; ++at) {
            BinColumn& column = columns[std::size_t(at)];
            column.least = column.firstBin < 0 ? count : std::min(column.least, count);
            column.most = std::max(column.most, count);
            if (column.firstBin < 0) column.firstBin = bin;
            column.lastBin = bin;
            if (at == centre) column.mass += count;
        }
    }
    return columns;
}

std::vector<std::uint64_t> countsAtLevels(const analysis::Histogram& histogram, const std::vector<double>& levels) {
    std::vector<std::uint64_t> counts(levels.size());
    if (levels.empty()) return counts;
    const double width = histogram.binWidth();
    std::size_t level = 0;
    for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
        const double centre = histogram.low + (double(bin) + 0.5) * width;
        while (level + 1 < levels.size() && centre >= (levels[level] + levels[level + 1]) / 2) ++level;
        counts[level] += histogram.counts[bin];
    }
    return counts;
}

std::uint64_t mass(const analysis::Histogram& histogram) {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : histogram.counts) sum += count;
    return sum;
}

double quantile(const analysis::Histogram& histogram, double share) {
    const double target = std::clamp(share, 0.0, 1.0) * double(mass(histogram));
    double sum = 0;
    for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
        const double count = double(histogram.counts[bin]);
        if (count > 0 && sum + count >= target) {
            return histogram.low + (double(bin) + (target - sum) / count) * histogram.binWidth();
        }
        sum += count;
    }
    return histogram.high;
}

double absoluteQuantile(const analysis::Histogram& histogram, double share) {
    std::vector<std::pair<double, std::uint64_t>> sizes;
    sizes.reserve(histogram.counts.size());
    const double width = histogram.binWidth();
    for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
        if (histogram.counts[bin] == 0) continue;
        const double left = histogram.low + double(bin) * width;
        // The outer edge, so that the share is never cut short by a bin.
        sizes.emplace_back(std::max(std::abs(left), std::abs(left + width)), histogram.counts[bin]);
    }
    std::sort(sizes.begin(), sizes.end());
    const double target = std::clamp(share, 0.0, 1.0) * double(mass(histogram));
    double sum = 0;
    for (const auto& [size, count] : sizes) {
        sum += double(count);
        if (sum >= target) return size;
    }
    return std::max(std::abs(histogram.low), std::abs(histogram.high));
}

}  // namespace roundoff::ui
