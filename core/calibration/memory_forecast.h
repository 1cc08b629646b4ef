#pragma once
#include <cstdint>
#include <optional>

#include "core/model/model.h"
#include "core/runtime/session.h"

namespace roundoff::calibration {

/// Bytes that the values of the main graph take at most at one time while the model runs on such a sample: each lives from the
/// node that makes it to the last that reads it. Free dimensions have the sizes that the sample gives them. Nothing where the
/// file does not state the shape of every value.
std::optional<std::uint64_t> activationBytes(const model::Model& model, const runtime::Sample& sample);

}  // namespace roundoff::calibration
