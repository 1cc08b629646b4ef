#pragma once
#include <functional>
#include <span>

#include "core/analysis/report.h"
#include "core/analysis/selection.h"
#include "core/base/job.h"
#include "core/model/model.h"

namespace roundoff::analysis {

/// A finished layer, complete in itself: its statistics and its report under every recipe, in their order.
struct LayerResult {
    std::size_t layer = 0;
    std::optional<WeightStatistics> statistics;
    std::vector<LayerReport> reports;
};

struct CompareOptions {
    Selection selection;
    /// Only these layers, ascending indices; empty = all. Others are not read and stay pending: a part of a larger
    /// comparison that the caller puts together.
    std::vector<std::size_t> layers;
    /// Called once per finished layer, from the job's threads, one call at a time.
    std::function<void(const LayerResult&)> onLayer;
};

/// Every layer under every recipe. Each weight is streamed once per pass and serves all recipes; the result has the
/// same bits for any number of threads. A cancelled comparison returns what is finished, its reports marked partial.
Result<Comparison> compare(const model::Model& model, std::span<const Recipe> recipes, const CompareOptions& options,
                           Job& job);

}  // namespace roundoff::analysis
