#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/formats/onnx/proto.h"
#include "core/formats/onnx/source.h"

namespace roundoff::formats::onnx {

constexpr std::int64_t kOldestOpset = 7, kNewestOpset = 25;

/// Raises the standard operator set of a skeleton, functions included, one version at a time: each step rewrites the
/// operators whose meaning or signature changed in it. Pointers to nodes stay good. Gives notes for the user.
///
/// libonnx's converter is not used: it stops at 17, throws assertions where a shape is unknown (Softmax 12 to 13),
/// and rebuilds the model from its own graph classes, which lose metadata and functions and need the weights inside.
/// The rules here were found by comparing all operator schemas of opsets 7 to 25; what has no rule kept its meaning.
Result<std::vector<std::string>> raiseOpset(::onnx::ModelProto& model, std::int64_t version, const OnnxSource& source);

}  // namespace roundoff::formats::onnx
