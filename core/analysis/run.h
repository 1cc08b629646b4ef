#pragma once
#include <optional>

#include "core/analysis/report.h"
#include "core/base/job.h"
#include "core/calibration/calibration.h"
#include "core/calibration/store.h"
#include "core/model/model.h"

namespace roundoff::analysis {

/// What a recipe's static activations need to be observed: histograms only where a range rule looks at more than the extremes.
calibration::Detail detailFor(const Recipe& recipe);

struct RunOptions {
    /// Finds the ranges of static activations, and measures every layer's output.
    std::optional<calibration::DataSource> calibration;
    std::optional<calibration::DataSource> evaluation;  ///< measures the whole model's output
    bool ranking = false;        ///< tries each quantized layer on its own; needs `calibration`
    bool observeInputs = false;  ///< watches every layer's input, also where no range is wanted
    std::uint64_t memoryLimit = 0;  ///< bytes; 0 = what the machine bears
    std::optional<calibration::Store> store{};  ///< of what was observed before; without it all is observed anew
};

/// Everything that running the model tells of a comparison: calibrate(), measureOutputs() and evaluate(), as far as the options
/// ask. What is finished stays in the comparison where an error or a stop ends it; the layers of a report
/// that an error leaves unfinished have no figures of outputs, and say so. Adds its wall time to Report::seconds.
/// @param calibration gets what was observed
Result<void> run(const model::Model& model, Comparison& comparison, const RunOptions& options,
                 calibration::Calibration& calibration, Job& job);

}  // namespace roundoff::analysis
