#include "core/analysis/placement_ops.h"
#include "core/exports/activation_notes.h"
#include "core/exports/activation_writer.h"
#include "core/exports/families.h"
#include "core/exports/weight_pairs.h"

namespace roundoff::exports {
namespace {

/// Eight-bit kernels of pooling and of what moves data come with it.
constexpr std::int64_t kIntegerOpset = 13;

std::string whyNot(const model::Layer& layer, const schemes::Scheme& scheme) {
    if (scheme.activation) {
        if (scheme.activation->timing == schemes::Timing::Dynamic)
            return "its scales stand in the file; take onnx-dynamic, or leave out dynamic";
        if (std::string reason = whyNotQuantizeLinear(*scheme.activation); !reason.empty()) return reason;
    }
    return whyNotDequantizeLinear(layer, scheme.weight);
}

/// ONNX Runtime 1.29 takes a product together with the Relu or Clip that reads it, and has kernels for both only where what they
/// give is quantized: else it computes floats.
void keepRectifiedProducts(const model::Graph& graph, analysis::Placement& placement) {
    const GraphIndex index(graph);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const auto& node = graph.nodes[i];
        if (analysis::kindOf(node) != analysis::OpKind::Rectifier || placement.nodes[i].status == analysis::Status::Quantized) continue;
        const auto maker = index.makers.find(node.inputs[0]);
        const bool alone = index.readers.at(node.inputs[0]) == 1 && index.readers.contains(node.outputs[0]);
        if (maker == index.makers.end() || !alone) continue;
        const std::size_t last = maker->second.first, product = placement.nodes[last].partOf.value_or(last);
        const std::string& op = graph.nodes[product].op;
        if (placement.nodes[product].status != analysis::Status::Quantized || (op != "Gemm" && op != "MatMul")) continue;
        for (const std::size_t kept : {product, last})
            placement.nodes[kept] = {analysis::Status::Kept, "ONNX Runtime computes it with the " + node.op + " behind it, in floats", false,
                                     kept == product ? std::nullopt : std::optional(product)};
    }
}

Result<Exported> write(const model::Model& model, const analysis::Recipe& recipe,
                       const std::filesystem::path& temporary, const std::filesystem::path& final,
                       const ExportOptions& options, Job& job) {
    auto writer = OnnxWriter::begin(model, recipe, *findTarget("onnx-qdq"), options);
    if (!writer) return propagate(writer);
    auto activations = planActivations(model, writer->allSchemes(), options.calibration.get(), job);
    if (!activations) return propagate(activations);
    const auto opset = reachOpset(*writer, activations->placement.points, activations->wanted ? kIntegerOpset : 0);
    if (!opset) return propagate(opset);
    for (const std::size_t i : writer->quantized())
        if (auto added = addWeightPair(*writer, i, *opset); !added) return propagate(added);
    if (activations->wanted) {
        keepRectifiedProducts(model.graph(), activations->placement);
        noteActivations(*writer, activations->placement, options.calibration.get());
        writer->setFates(activations->placement.nodes);
        ActivationWriter pairs(*writer, std::move(*activations));
        if (auto done = pairs.insertPairs(*opset, job); !done) return propagate(done);
        pairs.finish();
    }
    return writer->finish(temporary, final, options, job);
}

}  // namespace

Target onnxQdq() {
    return {
        "onnx-qdq",
        "ONNX, quantized weights and activations",
        "Weights as codes behind DequantizeLinear: integers of 2 to 16 bits and 8-bit floats, by tensor, channel or "
        "group; static activations between QuantizeLinear and DequantizeLinear, where runtimes make integer kernels of "
        "them; raises the opset as far as they need.",
        ".onnx",
        whyNot,
        write};
}

}  // namespace roundoff::exports
