#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace roundoff::runtime {

/// What one node of the optimized graph took.
struct NodeTime {
    std::string name;  ///< in the optimized graph
    std::string op;    ///< "QLinearConv"
    double ms = 0;     ///< median over the runs
    std::size_t runs = 0;
    std::string inputs;  ///< types of its inputs: "uint8 int8 float"
};

/// The nodes of a profile that ONNX Runtime wrote (a JSON array of trace events), in the order of their first run.
/// @param skip runs to leave out at the beginning: they warm up
Result<std::vector<NodeTime>> parseProfile(std::string_view json, const std::string& where, std::size_t skip = 0);

}  // namespace roundoff::runtime
