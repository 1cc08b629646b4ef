#pragma once
#include <memory>

#include "core/base/job.h"
#include "core/model/model.h"
#include "core/runtime/session.h"
#include "core/schemes/scheme.h"

namespace roundoff::analysis {

/// A layer's weight with the values that a scheme gives it, in its own type and shape.
Result<std::shared_ptr<const runtime::NamedTensor>> quantizedWeight(const model::Model& model, const model::Layer& layer,
                                                                    const schemes::TensorScheme& scheme, Job& job);

}  // namespace roundoff::analysis
