#include "core/reports/nodes.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace roundoff::reports {

nlohmann::ordered_json nodesJson(std::span<const analysis::NodeReport> nodes) {
    auto out = nlohmann::ordered_json::array();
    for (const analysis::NodeReport& node : nodes)
        out.push_back({{"name", node.name}, {"op", node.op}, {"status", analysis::name(node.status)}, {"reason", node.reason}});
    return out;
}

std::string nodesSentence(std::span<const analysis::NodeReport> nodes) {
    const auto codes = std::ranges::count(nodes, analysis::Status::Quantized, &analysis::NodeReport::status);
    return fmt::format("{} of {} operators compute with codes", codes, nodes.size());
}

}  // namespace roundoff::reports
