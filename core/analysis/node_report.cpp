#include "core/analysis/node_report.h"

#include <algorithm>

#include "core/analysis/simulation.h"

namespace roundoff::analysis {

std::vector<NodeReport> nodeReports(const model::Model& model, const std::vector<Placement::NodeFate>& fates) {
    std::vector<NodeReport> reports;
    for (std::size_t i = 0; i < fates.size(); ++i) {
        const model::Node& node = model.graph().nodes[i];
        reports.push_back({node.name, node.op, fates[i].status, fates[i].reason});
    }
    return reports;
}

std::vector<NodeReport> nodeReports(const model::Model& model, const Report& report) {
    const auto schemes = schemesOf(report);
    if (std::ranges::none_of(schemes, [](const auto& scheme) { return scheme.activation.has_value(); })) return {};
    return nodeReports(model, place(model, schemes).nodes);
}

}  // namespace roundoff::analysis
