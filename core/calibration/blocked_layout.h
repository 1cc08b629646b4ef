#pragma once
#include <optional>
#include <string>

#include "core/base/job.h"
#include "core/runtime/session.h"

namespace roundoff::calibration {

/// ONNX Runtime computes convolutions on values whose channels lie in blocks (NCHWc), and brings each value back that another
/// operator reads: for a watch that takes as long as a convolution. Here the graph is taken as it was optimized for this
/// machine, and its watches read the blocked values: the same elements in another order, under the same shape.
///
/// @param graph a serialized model with operators of Hooks that only watch
/// @return the optimized graph, to be opened at Level::None; nothing where no watch gains by it, or it cannot be had
std::optional<std::string> watchedInBlocks(const std::string& name, const std::string& graph, runtime::SessionOptions options, Job& job);

}  // namespace roundoff::calibration
