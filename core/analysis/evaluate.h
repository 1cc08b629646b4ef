#pragma once
#include "core/analysis/report.h"
#include "core/base/job.h"
#include "core/calibration/calibration.h"
#include "core/model/model.h"

namespace roundoff::analysis {

/// Runs the float model and, for each report, one whose quantized layers carry the report's values, over the same samples,
/// and fills in Report::output. Samples stream: no more than one sample's outputs are held for each model loaded. Models are
/// loaded together as far as `memoryLimit` allows (0 = half of the machine's memory), the others after them; a limit that not
/// even one can keep is refused with the number that would do, once the float model has run one sample.
/// A stop leaves figures of the samples that were finished, marked by Evaluation::partial().
/// Errors: a quantized weight that cannot be replaced, a model or data that ONNX Runtime refuses.
/// @param calibration where activations are static
Result<void> evaluate(const model::Model& model, Comparison& comparison, const calibration::DataSource& source,
                      const calibration::Calibration* calibration, std::uint64_t memoryLimit, Job& job);

/// "384 samples of shakespeare.eval.txt; ONNX Runtime 1.29.0, …", "stopped after 12 of 384 samples of …" where fewer ran.
std::string conditionsOf(const calibration::Dataset& data, std::uint64_t samples);

}  // namespace roundoff::analysis
