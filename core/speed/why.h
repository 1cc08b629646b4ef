#pragma once
#include <span>
#include <string>

#include "core/runtime/profile.h"
#include "core/speed/timing.h"

namespace roundoff::speed {

/// What the optimized graph of a quantized model was seen to do.
struct NodeSummary {
    double total = 0;                       ///< ms of all nodes
    double converting = 0;                  ///< of them in QuantizeLinear, DequantizeLinear and their kin
    std::size_t quantizers = 0, dequantizers = 0;  ///< that stayed in the graph
    std::string integerOp;                  ///< the costliest that takes codes: "QLinearConv"; empty where none does
    std::size_t integerOps = 0, floatOps = 0;  ///< products of either kind
    double products = 0;                    ///< ms of them
    [[nodiscard]] double share() const { return total > 0 ? converting / total : 0; }
};
NodeSummary summarize(std::span<const runtime::NodeTime> nodes);

/// One sentence on why a layer alone is not faster, from what was measured.
/// @param nodes of the quantized form  @param cpu as in Conditions
std::string whyNotFaster(const LayerTiming& layer, const std::string& op, const NodeSummary& nodes, const NodeSummary& floatNodes,
                         const Machine& machine, const std::string& cpu);
/// Likewise of the whole model.
std::string whyNotFaster(const Duel& duel, const NodeSummary& nodes, const NodeSummary& floatNodes, const Machine& machine,
                         const std::string& cpu);

}  // namespace roundoff::speed
