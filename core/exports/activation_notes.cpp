#include "core/exports/activation_notes.h"

#include <algorithm>
#include <map>

#include "core/analysis/placement_ops.h"
#include "core/base/cpu.h"
#include "core/schemes/number_format.h"

namespace roundoff::exports {

using analysis::Status;
using tensor::ElementType;

std::string saturationAdvice(std::string_view instructionSet, const schemes::Scheme& scheme) {
    const bool old = instructionSet.find("AVX") != std::string_view::npos && instructionSet.find("VNNI") == std::string_view::npos;
    if (!old || !analysis::hasIntegerKernel(scheme)) return {};
    const schemes::NumberFormat& weight = *schemes::findNumberFormat(scheme.weight.format);
    if (weight.storage != ElementType::Int8 || weight.bits < 8) return {};
    return fmt::format("this machine ({}) lacks VNNI: sums of two products of 8-bit codes saturate at 16 bits, and results are "
                       "off where codes are large. Take int7 for the weights (7 bits stored as int8), or test on the machine "
                       "that will run the model",
                       instructionSet);
}

void noteActivations(OnnxWriter& writer, const analysis::Placement& placement, const calibration::Calibration* calibration) {
    if (calibration && !calibration->values.empty()) writer.note("ranges of activations from " + calibration->conditions);
    const auto& nodes = writer.model().graph().nodes;
    const auto codes = std::count_if(placement.nodes.begin(), placement.nodes.end(),
                                     [](const auto& fate) { return fate.status == Status::Quantized; });
    writer.note(fmt::format("{} of {} operators stand between codes", codes, nodes.size()));
    std::map<std::string, std::pair<std::size_t, std::string>> alone;  // by reason: how many layers, the first's name
    for (const std::size_t i : writer.quantized()) {
        const schemes::Scheme& scheme = writer.wholeScheme(i);
        if (!scheme.activation) continue;
        const auto& uses = writer.layer(i).uses;
        if (!uses.empty() && placement.nodes[uses[0]].status != Status::Quantized) {
            auto& entry = alone[placement.nodes[uses[0]].reason];
            if (entry.first++ == 0) entry.second = writer.layer(i).name;
        }
        if (!analysis::hasIntegerKernel(scheme))
            writer.note("ONNX Runtime's CPU kernels compute " + shortText(scheme) +
                        " in floats between the pairs: accuracy is that of the scheme, speed is not");
        else if (!analysis::foldsRectifiers(*scheme.activation))
            writer.note("symmetric activations keep each Relu a step of its own in ONNX Runtime; " + scheme.activation->format +
                        ":asym folds it into the product before");
        if (const std::string advice = saturationAdvice(instructionSet(), scheme); !advice.empty()) writer.note(advice);
    }
    for (const auto& [reason, entry] : alone)
        writer.note(entry.first == 1 ? entry.second + ": " + reason
                                     : fmt::format("{} and {} more: {}", entry.second, entry.first - 1, reason));
}

}  // namespace roundoff::exports
