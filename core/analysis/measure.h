#pragma once
#include "core/analysis/report.h"
#include "core/base/job.h"
#include "core/calibration/calibration.h"
#include "core/calibration/store.h"
#include "core/model/model.h"

namespace roundoff::analysis {

struct MeasureOptions {
    const calibration::Calibration* calibration = nullptr;  ///< where activations are static
    /// Bytes that the process may hold; 0 = half of the machine's. The float outputs of one sample are kept while the quantized
    /// model runs: of as many layers as fit, the others in further passes.
    std::uint64_t memoryLimit = 0;
    bool ranking = false;           ///< try each quantized layer on its own, too
    const calibration::Store* store = nullptr;  ///< of rankings that were begun before; null: none is kept
};

/// Runs the model on the data under each report and fills in LayerReport::output and, where nothing is there, Report::output:
/// isolated errors on the float model's own inputs, accumulated ones against the float model's outputs, on the same samples.
/// A stop leaves figures of the samples that were finished, and LayerOutput::partial() tells.
/// With ranking also LayerReport::alone, the layers with the worst isolated error first; what is there already is kept, so
/// that a cancelled ranking goes on where it stopped, also in another run of the program where there is a store. A layer that cannot be measured says why. A limit that not even one
/// layer at a time can keep is refused after the first sample, with the number that would do.
Result<void> measureOutputs(const model::Model& model, Comparison& comparison, const calibration::DataSource& source,
                            const MeasureOptions& options, Job& job);

}  // namespace roundoff::analysis
