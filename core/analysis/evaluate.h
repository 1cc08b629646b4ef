#pragma once
#include "core/analysis/report.h"
#include "core/base/job.h"
#include "core/calibration/dataset.h"
#include "core/model/model.h"

namespace roundoff::analysis {

/// Runs the float model and, for each report, one whose quantized layers carry the report's values, over the same samples,
/// and fills in Report::output. Samples stream: no more than one sample's outputs are held for each model loaded. Models are
/// loaded together as far as `memoryLimit` allows (0 = half of the machine's memory), the others after them.
/// Errors: a quantized weight that is no initializer of the main graph, a model or data that ONNX Runtime refuses.
Result<void> evaluate(const model::Model& model, Comparison& comparison, const calibration::DataSource& source,
                      std::uint64_t memoryLimit, Job& job);

}  // namespace roundoff::analysis
