#pragma once
#include <string>
#include <vector>

#include "core/analysis/report.h"
#include "core/model/model.h"

namespace roundoff::reports {

/// A report's layers that were tried one at a time, the costliest first.
struct Ranking {
    std::string title;               ///< of the recipe
    std::string sentence;            ///< what was tried
    std::vector<std::string> heads;  ///< of the columns behind the layer's name
    struct Row {
        std::string layer;
        std::vector<std::string> cells;  ///< parallel to heads
    };
    std::vector<Row> rows;
};
/// One for each report in which a layer was tried; judged by perplexity or top-1 where the data have them.
std::vector<Ranking> rankings(const model::Model& model, const analysis::Comparison& comparison);

}  // namespace roundoff::reports
