#include <algorithm>
#include <limits>
#include <map>

#include "core/analysis/placement_ops.h"
#include "core/exports/activation_notes.h"
#include "core/exports/activation_writer.h"
#include "core/exports/families.h"
#include "core/exports/weight_pairs.h"

namespace roundoff::exports {
namespace {

using formats::onnx::NodeSpec;
using tensor::ElementType;

constexpr std::int64_t kOpset = 11;  // of DynamicQuantizeLinear

/// A scale for each token: a row along the last axis.
bool byRow(const schemes::TensorScheme& activation) { return activation.granularity.kind == schemes::Granularity::Kind::Token; }

std::string whyNot(const model::Layer& layer, const schemes::Scheme& scheme) {
    if (!scheme.activation) return whyNotDequantizeLinear(layer, scheme.weight);
    const schemes::TensorScheme& activation = *scheme.activation;
    if (activation.timing == schemes::Timing::Static) return "ranges are found as the model runs there; write uint8:dynamic, or take onnx-qdq";
    const bool rows = byRow(activation);
    if (rows && (activation.format != "int8" || activation.symmetry != schemes::Symmetry::Symmetric || activation.powerOfTwoScale))
        return "each token gets symmetric int8 there; write int8:token for the activations";
    if (rows && layer.op == "Conv") return "the input of a Conv has no tokens; write uint8:dynamic for its activations";
    if (!rows && (activation.format != "uint8" || activation.symmetry != schemes::Symmetry::Asymmetric || activation.powerOfTwoScale))
        return "DynamicQuantizeLinear gives asymmetric uint8 alone; write uint8:dynamic or int8:token for the activations";
    if (activation.range.rule != schemes::Range::Rule::MinMax) return "ranges are the extremes there; leave the range minmax";
    if (!analysis::hasIntegerKernel(scheme)) return "integer products take 8-bit weights by tensor or channel; take int8 or uint8";
    return whyNotDequantizeLinear(layer, scheme.weight);
}

/// Codes and scale of a value, made once for all its products.
struct Codes {
    std::string codes, scale;
    std::string zero;  ///< "" where it is 0
    bool byRow = false;
};

class Dynamic {
public:
    Dynamic(OnnxWriter& writer, ActivationPlan& plan) : m_writer(writer), m_plan(plan) {}

    Result<void> layer(std::size_t index, std::int64_t opset) {
        const std::string reason = whyFloat(index);
        if (!reason.empty()) {
            for (const std::size_t use : m_writer.layer(index).uses)
                m_plan.placement.nodes[use] = {analysis::Status::Kept, "its weight alone is quantized: " + reason, false, std::nullopt};
            return addWeightPair(m_writer, index, opset);
        }
        const model::Layer& layer = m_writer.layer(index);
        const bool conv = layer.op == "Conv";
        // A scale a channel is multiplied to the product: behind the channel's axis of a Conv there are others.
        const auto weight = addWeightTensors(m_writer, index, !conv || !zeroless(index), conv ? layer.shape.size() - 1 : 1);
        if (!weight) return propagate(weight);
        const bool rows = byRow(*m_writer.wholeScheme(index).activation);
        for (const std::size_t use : layer.uses) {
            const std::string& value = m_writer.model().graph().nodes[use].inputs[0];
            product(use, layer, *weight, rows ? rowCodes(value, firstReader(value, use), opset) : tensorCodes(value, firstReader(value, use)));
        }
        if (m_writer.readOnlyBy(layer.uses, m_writer.weight(index).name)) m_writer.edit().removeTensor(layer.weight);
        return {};
    }

private:
    /// Why a layer's products cannot be integer ones; empty where they can.
    std::string whyFloat(std::size_t index) {
        const model::Layer& layer = m_writer.layer(index);
        const model::Tensor& weight = m_writer.weight(index);
        if (!m_writer.wholeScheme(index).activation) return "the scheme says so";
        for (const std::size_t use : layer.uses) {
            const model::Node& node = m_writer.model().graph().nodes[use];
            if (m_plan.placement.nodes[use].status != analysis::Status::Quantized) return "ONNX Runtime has no integer kernel for " + node.op;
            if (node.inputs[1] != weight.name) return "the weight comes by a detour";
            if (node.op == "Conv" && !zeroless(index) && m_writer.scheme(index).granularity.kind != schemes::Granularity::Kind::Tensor)
                return "ConvInteger has one zero point for all channels; take int8";
            if (node.op == "MatMul" && layer.shape.size() != 2) return "the weight is no matrix";
            const auto& edit = m_writer.edit();
            if (node.op == "Gemm" && (edit.attribute(use, "alpha", 1) != 1 || edit.attribute(use, "beta", 1) != 1 ||
                                      edit.attribute(use, "transA", 0) != 0))
                return "a Gemm with factors or a transposed input";
        }
        return {};
    }

    /// All zero points are 0.
    [[nodiscard]] bool zeroless(std::size_t index) const {
        const schemes::TensorScheme& scheme = m_writer.scheme(index);
        return isSymmetric(scheme.symmetry) && weightStorage(m_writer.layer(index), scheme) == ElementType::Int8;
    }

    /// The first node of the graph of `use` that reads a value: what is put before it stands before all readers.
    [[nodiscard]] std::size_t firstReader(const std::string& value, std::size_t use) const {
        const auto& nodes = m_writer.model().graph().nodes;
        for (std::size_t i = 0; i < use; ++i)
            if (nodes[i].subgraph == nodes[use].subgraph && std::ranges::find(nodes[i].inputs, value) != nodes[i].inputs.end()) return i;
        return use;
    }

    const Codes& tensorCodes(const std::string& value, std::size_t before) {
        Codes& codes = m_tensorCodes[value];
        if (!codes.codes.empty()) return codes;
        auto& edit = m_writer.edit();
        codes = {edit.freshName(value + "_quantized"), edit.freshName(value + "_scale"), edit.freshName(value + "_zero_point"), false};
        edit.addNodeBefore(before, {edit.freshName(value + "_DynamicQuantizeLinear"), "DynamicQuantizeLinear", "", {value},
                                    {codes.codes, codes.scale, codes.zero}, {}});
        return codes;
    }
    /// Symmetric int8 with a scale for each row along the last axis, by plain operators: there is none that does it.
    const Codes& rowCodes(const std::string& value, std::size_t before, std::int64_t opset) {
        Codes& codes = m_rowCodes[value];
        if (!codes.codes.empty()) return codes;
        auto& edit = m_writer.edit();
        const auto add = [&](const char* op, std::vector<std::string> inputs, decltype(NodeSpec::attributes) attributes) {
            const std::string out = edit.freshName(value + "_rows_" + op);
            edit.addNodeBefore(before, {edit.freshName(value + "_" + op), op, "", std::move(inputs), {out}, std::move(attributes)});
            return out;
        };
        const auto number = [&](const char* name, float x) {
            const std::string out = edit.freshName(value + name);
            const auto bytes = std::as_bytes(std::span(&x, 1));
            edit.addTensor(out, ElementType::Float32, {}, std::vector<std::byte>(bytes.begin(), bytes.end()));
            return out;
        };
        constexpr std::int64_t kLast = -1;
        std::string largest = add("Abs", {value}, {});
        if (opset < 18) {
            largest = add("ReduceMax", {largest}, {{"axes", std::vector<std::int64_t>{kLast}}, {"keepdims", std::int64_t{1}}});
        } else {
            const std::string axes = edit.freshName(value + "_axes");
            const auto bytes = std::as_bytes(std::span(&kLast, 1));
            edit.addTensor(axes, ElementType::Int64, {1}, std::vector<std::byte>(bytes.begin(), bytes.end()));
            largest = add("ReduceMax", {largest, axes}, {{"keepdims", std::int64_t{1}}});
        }
        const std::string step = add("Div", {largest, number("_most", 127)}, {});
        codes.byRow = true;
        codes.scale = add("Max", {step, number("_least", std::numeric_limits<float>::min())}, {});  // a row of zeros
        codes.codes = add("Cast", {add("Round", {add("Div", {value, codes.scale}, {})}, {})}, {{"to", ElementType::Int8}});
        return codes;
    }
    /// A float32 product of codes: integer product, Cast, times both scales, plus the bias.
    void product(std::size_t use, const model::Layer& layer, const WeightTensors& weight, const Codes& input) {
        auto& edit = m_writer.edit();
        const model::Node node = m_writer.model().graph().nodes[use];
        const std::string& out = node.outputs[0];
        const auto fresh = [&](const char* suffix) { return edit.freshName(out + suffix); };
        const std::string sums = fresh("_int32"), floats = fresh("_float"), scale = fresh("_scale");
        const bool bias = node.inputs.size() > 2 && !node.inputs[2].empty();
        const std::string scaled = bias ? fresh("_without_bias") : out;
        std::string codes = weight.codes;
        if (node.op == "Gemm" && edit.attribute(use, "transB", 0) != 0) {
            codes = fresh("_weight");
            edit.addNodeBefore(use, {fresh("_Transpose"), "Transpose", "", {weight.codes}, {codes}, {{"perm", std::vector<std::int64_t>{1, 0}}}});
        }
        edit.addNodeAfter(use, {fresh("_Cast"), "Cast", "", {sums}, {floats}, {{"to", ElementType::Float32}}});
        if (input.byRow) {
            // One after the other: where ONNX Runtime 1.29 fuses the product of both scales, it loses a bias behind it.
            edit.addNodeAfter(use, {fresh("_Mul_rows"), "Mul", "", {floats, input.scale}, {scale}, {}});
            edit.addNodeAfter(use, {fresh("_Mul"), "Mul", "", {scale, weight.scale}, {scaled}, {}});
        } else {
            edit.addNodeBefore(use, {fresh("_Mul_scales"), "Mul", "", {input.scale, weight.scale}, {scale}, {}});
            edit.addNodeAfter(use, {fresh("_Mul"), "Mul", "", {floats, scale}, {scaled}, {}});
        }
        if (bias) edit.addNodeAfter(use, {fresh("_Add"), "Add", "", {scaled, biasFor(node.inputs[2], layer, use)}, {out}, {}});
        std::vector<std::string> inputs{input.codes, codes, input.zero, weight.zero};
        while (inputs.back().empty()) inputs.pop_back();
        if (node.op == "Conv")
            edit.changeOperator(use, "ConvInteger", "", inputs, {sums});
        else
            edit.replaceNode(use, {node.name, "MatMulInteger", "", inputs, {sums}, {}});
    }
    /// A Conv's bias has an axis for the channels alone: as an operand it needs those behind, too.
    std::string biasFor(const std::string& bias, const model::Layer& layer, std::size_t use) {
        if (layer.op != "Conv") return bias;
        auto& edit = m_writer.edit();
        const std::string shaped = edit.freshName(bias + "_shaped"), shape = edit.freshName(bias + "_shape");
        std::vector<std::int64_t> dims(layer.shape.size(), 1);
        dims[1] = -1;
        const auto bytes = std::as_bytes(std::span(dims));
        edit.addTensor(shape, ElementType::Int64, {std::int64_t(dims.size())}, std::vector<std::byte>(bytes.begin(), bytes.end()));
        edit.addNodeBefore(use, {edit.freshName(bias + "_Reshape"), "Reshape", "", {bias, shape}, {shaped}, {}});
        return shaped;
    }

    OnnxWriter& m_writer;
    ActivationPlan& m_plan;
    std::map<std::string, Codes> m_tensorCodes, m_rowCodes;
};

Result<Exported> write(const model::Model& model, const analysis::Recipe& recipe, const std::filesystem::path& temporary,
                       const std::filesystem::path& final, const ExportOptions& options, Job& job) {
    auto writer = OnnxWriter::begin(model, recipe, *findTarget("onnx-dynamic"), options);
    if (!writer) return propagate(writer);
    auto plan = planActivations(model, writer->allSchemes(), nullptr, job);
    if (!plan) return propagate(plan);
    const auto opset = reachOpset(*writer, {}, kOpset);
    if (!opset) return propagate(opset);
    if (*opset < kOpset)
        return usage(model.info().path, fmt::format("DynamicQuantizeLinear needs opset {}, and the model cannot be raised from {}", kOpset, *opset),
                     "Take onnx-qdq, or export the model with a newer opset");
    Dynamic dynamic(*writer, *plan);
    for (const std::size_t i : writer->quantized())
        if (auto done = dynamic.layer(i, *opset); !done) return propagate(done);
    if (plan->wanted) {
        noteActivations(*writer, plan->placement, nullptr);
        writer->setFates(plan->placement.nodes);
        ActivationWriter(*writer, std::move(*plan)).finish();
    }
    return writer->finish(temporary, final, options, job);
}

}  // namespace

Target onnxDynamic() {
    return {"onnx-dynamic",
            "ONNX, activations quantized as they come",
            "DynamicQuantizeLinear, MatMulInteger and ConvInteger: 8-bit weights, activations uint8:dynamic, or int8:token by plain operators; "
            "needs no data. Other layers: weights behind DequantizeLinear.",
            ".onnx",
            whyNot,
            write};
}

}  // namespace roundoff::exports
