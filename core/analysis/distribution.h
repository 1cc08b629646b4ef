#pragma once
#include <vector>

#include "core/analysis/block_grids.h"
#include "core/analysis/report.h"
#include "core/base/job.h"
#include "core/model/model.h"

namespace roundoff::analysis {

/// One layer under one scheme, close up: what the Distribution view draws.
struct Distribution {
    std::size_t layer = 0;
    schemes::Scheme scheme;
    WeightStatistics statistics;
    Histogram dequantized;        ///< same edges as statistics.histogram
    WeightError error;
    std::vector<double> levels;   ///< the values a code can take, ascending, with `scale` of a per-tensor scheme;
                                  ///< empty where each channel or group has its own
    double scale = 0;             ///< per-tensor scale, or the median scale
    schemes::Granularity granularity;  ///< what the scheme's comes to on this weight
    /// Where scales are many: the coarsest grid of each row of the heat strip (not found() where it has none), and the
    /// coarsest of all. See levelsOf().
    std::vector<BlockGrid> rowGrids;
    BlockGrid coarsest;
    std::vector<double> unitLevels;     ///< at scale 1, ascending; empty where scales are nested within a block
    std::vector<double> coarsestValues; ///< the values that the coarsest block takes; empty where they are very many
    /// True where `levels`, or the levels of the coarsest grid, are those that occur: of blocks with scales within, which
    /// have no others to show.
    bool occurring = false;
    /// Channel × value counts, row-major [channelRows][valueColumns] over the histogram's range, for the heat strip;
    /// channels are pooled where there are more than rows.
    std::uint32_t channelRows = 0, valueColumns = 0, channels = 0;
    std::vector<std::uint32_t> channelCounts;
};

/// The values that the codes of one grid take, ascending; empty where they cannot be told.
std::vector<double> levelsOf(const Distribution& distribution, const BlockGrid& grid);

Result<Distribution> distribution(const model::Model& model, std::size_t layer, const schemes::Scheme& scheme, Job& job);

/// Evenly spaced levels over a clip range, as a symmetry of the integers lays them: bottom, bottom + step, …
struct ClipGrid {
    double bottom = 0, step = 0;
    int levels = 0;
    [[nodiscard]] double top() const { return bottom + step * (levels - 1); }
};
ClipGrid clipGrid(int bits, schemes::Symmetry symmetry, double low, double high);

/// A clip range tried by hand on a histogram; integer formats and symmetric or asymmetric per-tensor scale. Instant.
struct ClipEstimate {
    double step = 0;
    int levels = 0;
    double clippedShare = 0;  ///< of the elements, 0..1
    double roundingMse = 0, clippingMse = 0;
    double sqnrDb = 0;
};
/// Estimates from bin centres, so exact to within a bin's width; `bits` 2..16.
ClipEstimate estimateClip(const Histogram& histogram, int bits, schemes::Symmetry symmetry, double low, double high);

}  // namespace roundoff::analysis
