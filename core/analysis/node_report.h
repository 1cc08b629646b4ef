#pragma once
#include <string>
#include <vector>

#include "core/analysis/placement.h"
#include "core/analysis/report.h"
#include "core/model/model.h"

namespace roundoff::analysis {

/// What becomes of one node of the float model.
struct NodeReport {
    std::string name, op;
    Status status = Status::Kept;  ///< Quantized: computes with codes; Kept: with floats
    std::string reason;            ///< in either case
};

/// Parallel to Graph::nodes.
std::vector<NodeReport> nodeReports(const model::Model& model, const std::vector<Placement::NodeFate>& fates);
/// Of a report; empty where no quantized layer has a scheme for its activations.
std::vector<NodeReport> nodeReports(const model::Model& model, const Report& report);

}  // namespace roundoff::analysis
