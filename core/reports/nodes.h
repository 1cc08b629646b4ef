#pragma once
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "core/analysis/node_report.h"

namespace roundoff::reports {

/// [{"name", "op", "status", "reason"}]: the same in every file.
nlohmann::ordered_json nodesJson(std::span<const analysis::NodeReport> nodes);

/// "12 of 40 operators compute with codes"
std::string nodesSentence(std::span<const analysis::NodeReport> nodes);

}  // namespace roundoff::reports
