#pragma once
#include <string_view>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/calibration/dataset.h"
#include "core/model/model.h"
#include "core/preprocessing/step.h"

namespace roundoff::preprocessing {

/// Least SQNR of the outputs of a model after a step against those before anything was done: what float32 sums in another
/// order mostly stay above.
inline constexpr double kLeastSqnrDb = 80;
/// Where the original's own outputs differ by more with and without ONNX Runtime's optimizations (they are tiny, or hang on
/// the last bits), the step may differ by this much more than they.
inline constexpr double kMarginDb = 10;

/// The model with these steps done, in the order of steps(). It lies in a temporary file that goes with the last copy of the
/// model; Info::path stays what it was, Info::preprocessing says what came of each step. After each step both models run in
/// ONNX Runtime on the first samples of the data, and where the model leaves sizes free on one of another size: a step that
/// changes the outputs is left out and says so, and so is one that cannot be done. Of a model that cannot be run no step is
/// done, and each says why. Errors: data that do not suit it, a full disk.
Result<model::Model> preprocess(const model::Model& model, const std::vector<std::string>& steps, const calibration::DataSource& data,
                                Job& job);

/// Ids of steps: "all", "none", or some of them with commas between.
Result<std::vector<std::string>> parseSteps(std::string_view text);

}  // namespace roundoff::preprocessing
