#pragma once
#include <vector>

#include "core/analysis/report.h"
#include "core/model/model.h"

namespace roundoff::analysis {

/// What a user should know of a comparison, worst first, at most five of a rule. Every message carries its evidence;
/// suggestions come from schemes that were measured in the same comparison.
std::vector<Finding> findings(const model::Model& model, const Comparison& comparison);

}  // namespace roundoff::analysis
