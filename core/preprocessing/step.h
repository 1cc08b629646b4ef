#pragma once
#include <string_view>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/formats/onnx/edit.h"
#include "core/model/model.h"

namespace roundoff::preprocessing {

/// A way to make a float model simpler without changing what it computes. A new one is one file here and one line in
/// registry.cpp.
struct Step {
    std::string_view id;       ///< "fold-batch-norm"
    std::string_view title;    ///< "Fold batch normalization"
    std::string_view summary;  ///< what it does and what for
    std::string_view changed;  ///< before the number of changes: "batch normalizations folded into the weights before them"
    /// Changes the model once over and returns how often it did; called on the changed model again until nothing is left.
    Result<std::size_t> (*apply)(const model::Model& model, formats::onnx::OnnxEdit& edit, Job& job);
};

/// Every step, in the order in which they are done.
const std::vector<Step>& steps();

}  // namespace roundoff::preprocessing
