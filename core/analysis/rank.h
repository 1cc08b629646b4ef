#pragma once
#include "core/analysis/simulation.h"
#include "core/base/job.h"
#include "core/calibration/dataset.h"
#include "core/calibration/store.h"

namespace roundoff::analysis {

/// What layers are tried on.
struct RankingOn {
    const model::Model& model;
    const calibration::Dataset& data;
    const Weights& weights;                       ///< as quantizedWeights() gave them
    const calibration::Calibration* calibration;  ///< where activations are static
    std::uint64_t room;                           ///< bytes for samples and outputs that are kept; one sample is in any case
    const calibration::Store* store;              ///< of rankings that were begun before; may be null
    std::string key;                              ///< of model and data in the store; empty where nothing is kept
};

/// Fills in LayerReport::alone of each quantized layer that has none, the worst isolated error first, each on all samples.
/// A stop keeps the layers that were tried.
Result<void> rank(const RankingOn& on, Report& report, Job& job);

}  // namespace roundoff::analysis
