#pragma once
#include <functional>
#include <optional>
#include <string>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/calibration/dataset.h"
#include "core/calibration/store.h"
#include "core/model/model.h"
#include "core/speed/race.h"
#include "core/speed/timing.h"

namespace roundoff::speed {

struct BenchOptions {
    calibration::DataSource data;     ///< its first sample is what is run; all of them find the ranges of activations
    std::string target;               ///< id of an export target; empty: for each layer the first that holds its scheme
    std::string only, exclude;        ///< as in analysis::Selection
    RaceLimits limits;
    std::optional<calibration::Store> store{};  ///< of calibrations
    bool layers = true, endToEnd = true, explain = true;
    std::function<void(const LayerTiming&)> onLayer;  ///< once for each finished layer, in the job's thread
};

/// Runs each layer as a small model of its own, and the whole model, float against quantized. Rounds of one figure lie apart
/// in time; a figure that comes out noisy is measured once more. A stopped one gives what is finished, marked partial.
Result<Timing> bench(const model::Model& model, const analysis::Recipe& recipe, const BenchOptions& options, Job& job);

}  // namespace roundoff::speed
