#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "core/analysis/placement_ops.h"
#include "core/exports/activation_notes.h"
#include "core/exports/activation_writer.h"
#include "core/exports/families.h"
#include "core/exports/packing.h"
#include "core/exports/weight_pairs.h"

namespace roundoff::exports {
namespace {

using analysis::OpKind;
using analysis::Status;
using tensor::ElementType;

constexpr std::int64_t kOpset = 13;       // of 8-bit pooling and of what moves data
constexpr std::int64_t kLeastOpset = 10;  // of QLinearConv
constexpr std::int64_t kClipOpset = 12;   // of Clip on codes

std::string whyNot(const model::Layer& layer, const schemes::Scheme& scheme) {
    if (!scheme.activation) return whyNotDequantizeLinear(layer, scheme.weight);
    if (scheme.activation->timing == schemes::Timing::Dynamic)
        return "its scales stand in the file; take onnx-dynamic, or leave out dynamic";
    if (std::string reason = whyNotQuantizeLinear(*scheme.activation); !reason.empty()) return reason;
    if (!analysis::hasIntegerKernel(scheme))
        return "its operators take 8-bit activations, and 8-bit weights by tensor or channel; take int8/uint8, or onnx-qdq";
    if (storageOf(*scheme.activation) == ElementType::Int8 && storageOf(scheme.weight) == ElementType::Uint8)
        return "its operators take no unsigned weights beside signed activations; take int8/int8 or uint8/uint8, or onnx-qdq";
    return whyNotDequantizeLinear(layer, scheme.weight);
}

/// Rewrites a placed graph in operators that compute with codes.
class Rewriter {
public:
    Rewriter(OnnxWriter& writer, ActivationWriter& activations, std::int64_t opset, Job& job)
        : m_writer(writer), m_edit(writer.edit()), m_activations(activations), m_placement(activations.plan().placement), m_opset(opset),
          m_job(job), m_nodes(writer.model().graph().nodes) {
        for (std::size_t i = 0; i < m_placement.points.size(); ++i)
            m_codes.push_back(m_edit.freshName(m_placement.points[i].value + "_quantized"));
        for (std::size_t i = 0; i < m_nodes.size(); ++i)
            if (const auto of = m_placement.nodes[i].partOf) m_last[*of] = i;
        for (std::size_t b = 0; b < m_placement.biases.size(); ++b) m_biases[m_placement.biases[b].node] = b;
        for (const std::size_t layer : m_writer.quantized())
            for (const std::size_t use : m_writer.layer(layer).uses) m_weightTypes[use] = storageOf(m_writer.scheme(layer));
        for (std::size_t i = 0; i < m_nodes.size(); ++i)
            if (!m_placement.nodes[i].partOf && (m_placement.nodes[i].between || (isInteger(i) && isIsland(i)))) m_islands.insert(i);
    }

    Result<void> run() {
        for (const std::size_t i : m_writer.quantized())
            if (auto done = weight(i); !done) return done;
        for (std::size_t p = 0; p < m_placement.points.size(); ++p)
            if (auto done = entrance(p); !done) return done;
        for (std::size_t i = 0; i < m_nodes.size(); ++i)
            if (computes(i)) compute(i);
        for (const std::size_t i : m_islands) island(i);
        for (std::size_t i = 0; i < m_nodes.size(); ++i)
            if (isRemoved(i)) m_edit.removeNode(i);
        for (std::size_t p = 0; p < m_placement.points.size(); ++p) exit(p);
        return {};
    }

    /// The placement as it was carried out.
    [[nodiscard]] analysis::Placement placement() const {
        analysis::Placement carried = m_placement;
        for (std::size_t i = 0; i < m_nodes.size(); ++i) {
            auto& fate = carried.nodes[i];
            if (!m_islands.contains(fate.partOf.value_or(i)) || fate.status != Status::Quantized) continue;
            fate.status = Status::Kept;
            fate.between = true;
            if (!fate.partOf) fate.reason = "computes floats between codes: no operator takes it as it is";
        }
        return carried;
    }

private:
    using Names = std::vector<std::string>;

    [[nodiscard]] bool isInteger(std::size_t node) const {
        return m_placement.nodes[node].status == Status::Quantized;
    }
    /// True where no operator computes a node with codes: it stays as it is, between DequantizeLinear and QuantizeLinear.
    [[nodiscard]] bool isIsland(std::size_t node) {
        if (m_nodes[node].op == "Clip" || m_nodes[node].op == "Dropout" || isMixed(node)) return true;
        if (m_opset < kClipOpset && topCode(node)) return true;
        if (m_nodes[node].op != "Conv" && m_nodes[node].op != "Gemm") return false;
        const auto bias = m_biases.find(node);
        const bool has = m_nodes[node].inputs.size() > 2 && !m_nodes[node].inputs[2].empty();
        return has && (bias == m_biases.end() || !m_activations.plan().biases[bias->second]);
    }
    /// True where no kernel takes the types of a node's codes together: those that come and go have one type, and where that is
    /// signed, so is the weight's.
    [[nodiscard]] bool isMixed(std::size_t node) const {
        std::set<ElementType> types;
        for (const std::string& input : m_nodes[node].inputs)
            if (const auto point = m_activations.plan().pointOf(input, node)) types.insert(storageOf(m_activations.point(*point).scheme));
        if (const auto point = pointBehind(valueOf(node))) types.insert(storageOf(m_activations.point(*point).scheme));
        const auto weight = m_weightTypes.find(node);
        return types.size() > 1 || (types.contains(ElementType::Int8) && weight != m_weightTypes.end() && weight->second == ElementType::Uint8);
    }
    /// An integer node on its own, no part of another.
    [[nodiscard]] bool computes(std::size_t node) const {
        return isInteger(node) && !m_placement.nodes[node].partOf && !m_islands.contains(node);
    }

    /// Part of an integer node.
    [[nodiscard]] bool isRemoved(std::size_t node) const {
        const auto of = m_placement.nodes[node].partOf;
        return of && !m_islands.contains(*of);
    }

    Result<void> weight(std::size_t index) {
        const model::Layer& layer = m_writer.layer(index);
        const std::string& name = m_writer.weight(index).name;
        const bool any = std::any_of(layer.uses.begin(), layer.uses.end(), [&](std::size_t use) { return computes(use); });
        if (!any) return addWeightPair(m_writer, index, m_opset);
        for (const std::size_t use : layer.uses) {
            if (computes(use) && m_nodes[use].inputs[1] == name) continue;
            return refuse(index, "its weight also feeds " + m_nodes[use].op + " \"" + m_nodes[use].name + "\", or comes by a detour");
        }
        const auto tensors = addWeightTensors(m_writer, index, true);
        if (!tensors) return propagate(tensors);
        for (const std::size_t use : layer.uses) m_weights[use] = *tensors;
        if (m_writer.readOnlyBy(layer.uses, name)) m_edit.removeTensor(layer.weight);
        return {};
    }
    tl::unexpected<Error> refuse(std::size_t layer, std::string what) const {
        return usage(m_writer.model().info().path + ", layer " + m_writer.layer(layer).name,
                     "onnx-qoperator cannot hold it: " + std::move(what), "Take onnx-qdq, or leave the layer float (--exclude)");
    }

    /// Codes of what float operators give, made before their first reader.
    Result<void> entrance(std::size_t point) {
        const analysis::ActivationPoint& about = m_placement.points[point];
        if (about.readers.empty()) return {};
        if (about.constant) {
            const auto codes = m_activations.constant(point, m_job);
            if (!codes) return propagate(codes);
            m_codes[point] = *codes;
            return {};
        }
        const std::size_t first = *std::min_element(about.readers.begin(), about.readers.end());
        m_edit.addNodeBefore(first, m_activations.node("QuantizeLinear", point, about.value, m_codes[point], ""));
        return {};
    }
    /// A float node between codes: its inputs are dequantized, what it gives is quantized.
    void island(std::size_t i) {
        for (std::size_t slot = 0; slot < m_nodes[i].inputs.size(); ++slot) {
            const std::string& value = m_nodes[i].inputs[slot];
            const auto point = m_activations.plan().pointOf(value, i);
            if (!point || m_placement.points[*point].readers.empty()) continue;  // see exit()
            const std::string after = m_edit.freshName(value + "_dequantized");
            m_edit.addNodeBefore(i, m_activations.node("DequantizeLinear", *point, m_codes[*point], after, ""));
            m_edit.replaceInput(i, slot, after);
        }
        const std::string& value = valueOf(i);
        const auto point = pointBehind(value);
        const auto bias = m_biases.find(i);
        const bool moves = bias != m_biases.end() && !m_activations.plan().biases[bias->second];
        if (!point && moves) m_activations.moveBias(bias->second, m_nodes[i].outputs[0]);
        if (!point) return;
        const auto found = m_last.find(i);
        const std::size_t last = found == m_last.end() ? i : found->second;
        const std::string before = m_edit.freshName(value + "_float");
        if (moves) m_activations.moveBias(bias->second, last == i ? before : m_nodes[i].outputs[0]);
        if (!moves || last != i) m_edit.replaceOutput(last, 0, before);
        m_edit.addNodeAfter(last, m_activations.node("QuantizeLinear", *point, before, m_codes[*point], ""));
        m_makers[value] = last;
        if (isInteger(i))
            m_writer.note(m_nodes[i].op + " \"" + m_nodes[i].name + "\" stays float between its codes: no operator takes it as it is");
    }
    /// Floats for those who do not read codes.
    void exit(std::size_t point) {
        const analysis::ActivationPoint& about = m_placement.points[point];
        if (!about.readers.empty()) return;
        const auto& outputs = m_writer.model().graph().outputs;
        bool wanted = std::any_of(outputs.begin(), outputs.end(), [&](const auto& output) { return output.name == about.value; });
        for (std::size_t i = 0; i < m_nodes.size() && !wanted; ++i)
            wanted = !computes(i) && !isRemoved(i) &&
                     std::find(m_nodes[i].inputs.begin(), m_nodes[i].inputs.end(), about.value) != m_nodes[i].inputs.end();
        if (wanted)
            m_edit.addNodeAfter(m_makers.at(about.value), m_activations.node("DequantizeLinear", point, m_codes[point], about.value, ""));
    }

    /// Codes, scale and zero point of what a node reads.
    [[nodiscard]] Names operand(std::size_t node, std::size_t slot) {
        const auto point = m_activations.plan().pointOf(m_nodes[node].inputs[slot], node);
        const auto& names = m_activations.names(*point);
        return {m_codes[*point], names.scale, names.zero};
    }
    [[nodiscard]] Names scaleOf(std::size_t point) {
        const auto& names = m_activations.names(point);
        return {names.scale, names.zero};
    }
    static Names joined(std::initializer_list<Names> parts) {
        Names all;
        for (const Names& part : parts) all.insert(all.end(), part.begin(), part.end());
        return all;
    }

    /// The value that a node gives with all that is part of it, and the point behind it.
    [[nodiscard]] const std::string& valueOf(std::size_t node) const {
        const auto last = m_last.find(node);
        return m_nodes[last == m_last.end() ? node : last->second].outputs[0];
    }
    [[nodiscard]] std::optional<std::size_t> pointBehind(const std::string& value) const {
        for (std::size_t p = 0; p < m_placement.points.size(); ++p)
            if (m_placement.points[p].value == value && m_placement.points[p].readers.empty()) return p;
        return std::nullopt;
    }

    /// The code at which the Clip that is part of a node cuts; nullopt where no code lies above it.
    [[nodiscard]] std::optional<std::int32_t> topCode(std::size_t node) const {
        const auto ceiling = m_placement.ceilings.find(node);
        const auto point = ceiling == m_placement.ceilings.end() ? std::nullopt : pointBehind(valueOf(node));
        if (!point) return std::nullopt;
        const auto& [scale, zero] = m_activations.plan().scales[*point];
        const float code = std::nearbyint(ceiling->second / scale) + zero;
        const float highest = storageOf(m_activations.point(*point).scheme) == ElementType::Int8 ? 127 : 255;
        return code < highest ? std::optional(std::int32_t(code)) : std::nullopt;
    }
    /// Codes keep the order of values: where a Clip cuts some of them off, it cuts codes.
    void compute(std::size_t i) {
        const auto top = topCode(i);
        if (!top) return node(i);
        const std::size_t point = *pointBehind(valueOf(i));
        const std::string& value = m_activations.point(point).value;
        const std::string codes = std::exchange(m_codes[point], m_edit.freshName(value + "_unclipped"));
        node(i);
        const std::string unclipped = std::exchange(m_codes[point], codes);
        const std::string highest = m_edit.freshName(value + "_highest");
        const auto type = storageOf(m_activations.point(point).scheme);
        m_edit.addTensor(highest, type, {}, pack(type, std::span(&*top, 1)));
        m_edit.addNodeAfter(i, {m_edit.freshName(value + "_Clip"), "Clip", "", {unclipped, m_activations.names(point).zero, highest}, {codes}, {}});
    }
    void node(std::size_t i) {
        const std::string& op = m_nodes[i].op;
        const auto kind = analysis::kindOf(m_nodes[i]);
        if (kind == OpKind::Product) return product(i);
        if (kind == OpKind::Move) {
            m_edit.replaceInput(i, 0, operand(i, 0)[0]);
            for (std::size_t slot = 0; slot < m_nodes[i].outputs.size(); ++slot)
                if (const auto point = pointBehind(m_nodes[i].outputs[slot])) {
                    (void)m_activations.names(*point);  // for the record
                    m_makers[m_nodes[i].outputs[slot]] = i;
                    m_edit.replaceOutput(i, slot, m_codes[*point]);
                }
            return;
        }
        const std::size_t point = *pointBehind(valueOf(i));
        const Names result = scaleOf(point);
        Names inputs;
        if (op == "Concat") {
            inputs = result;
            for (std::size_t slot = 0; slot < m_nodes[i].inputs.size(); ++slot) inputs = joined({inputs, operand(i, slot)});
        } else if (op == "Where") {
            inputs = joined({{m_nodes[i].inputs[0]}, operand(i, 1), operand(i, 2), result});
        } else if (op == "Add" || op == "Mul") {
            inputs = joined({operand(i, 0), operand(i, 1), result});
        } else {
            inputs = joined({operand(i, 0), result});
        }
        m_makers[valueOf(i)] = i;
        // A Relu on codes is a LeakyRelu without a leak.
        if (op == "Relu")
            m_edit.replaceNode(i, {m_nodes[i].name, "QLinearLeakyRelu", kMicrosoft, inputs, {m_codes[point]}, {{"alpha", 0.0F}}});
        else
            m_edit.changeOperator(i, "QLinear" + op, kMicrosoft, inputs, {m_codes[point]}, {"dilations"});
    }

    void product(std::size_t i) {
        const std::string& op = m_nodes[i].op;
        const auto point = pointBehind(valueOf(i));
        const auto weight = m_weights.find(i);
        const auto bias = m_biases.find(i);
        const Names a = operand(i, 0);
        const Names b = weight == m_weights.end()
                            ? operand(i, 1)
                            : Names{weight->second.codes, weight->second.scale, weight->second.zero};
        m_makers[valueOf(i)] = i;
        if (op == "MatMul") return matMul(i, a, b, point);
        Names c;
        if (bias != m_biases.end()) c = {m_activations.bias(bias->second)};
        if (op == "Conv") {
            m_edit.changeOperator(i, "QLinearConv", "", joined({a, b, scaleOf(*point), c}), {m_codes[*point]});
            return;
        }
        if (point && c.empty()) c = {""};
        m_edit.changeOperator(i, "QGemm", kMicrosoft, joined({a, b, c, point ? scaleOf(*point) : Names()}),
                              {point ? m_codes[*point] : valueOf(i)}, {"beta"});
    }
    void matMul(std::size_t i, const Names& a, const Names& b, std::optional<std::size_t> point) {
        const auto bias = m_biases.find(i);
        const bool hasBias = bias != m_biases.end() && m_placement.biases[bias->second].user != i;
        if (point && !hasBias) {
            m_edit.changeOperator(i, "QLinearMatMul", "", joined({a, b, scaleOf(*point)}), {m_codes[*point]});
            return;
        }
        const std::string sum = point ? m_edit.freshName(valueOf(i) + "_float") : valueOf(i);
        Names inputs{a[0], b[0], a[1], b[1], a[2], b[2]};
        if (hasBias) inputs.push_back(m_writer.model().tensors()[m_placement.biases[bias->second].tensor].name);
        m_edit.changeOperator(i, "MatMulIntegerToFloat", kMicrosoft, inputs, {sum});
        if (point) m_edit.addNodeAfter(i, m_activations.node("QuantizeLinear", *point, sum, m_codes[*point], ""));
    }

    OnnxWriter& m_writer;
    formats::onnx::OnnxEdit& m_edit;
    ActivationWriter& m_activations;
    const analysis::Placement& m_placement;
    std::int64_t m_opset;
    Job& m_job;
    const std::vector<model::Node>& m_nodes;
    Names m_codes;                                                        ///< parallel to the points
    std::map<std::size_t, std::size_t> m_last;                            ///< node → the last that is part of it
    std::map<std::size_t, std::size_t> m_biases;                          ///< node → index of its bias
    std::map<std::size_t, WeightTensors> m_weights;                       ///< by node
    std::map<std::size_t, ElementType> m_weightTypes;                     ///< by node
    std::set<std::size_t> m_islands;
    std::map<std::string, std::size_t> m_makers;                          ///< value → the node that gives its codes
};

Result<Exported> write(const model::Model& model, const analysis::Recipe& recipe, const std::filesystem::path& temporary,
                       const std::filesystem::path& final, const ExportOptions& options, Job& job) {
    auto writer = OnnxWriter::begin(model, recipe, *findTarget("onnx-qoperator"), options);
    if (!writer) return propagate(writer);
    auto plan = planActivations(model, writer->allSchemes(), options.calibration.get(), job);
    if (!plan) return propagate(plan);
    const auto opset = reachOpset(*writer, {}, plan->wanted ? kOpset : 0);
    if (!opset) return propagate(opset);
    if (plan->wanted && *opset < kLeastOpset)
        return usage(model.info().path, fmt::format("QLinearConv needs opset {}, and the model cannot be raised from {}", kLeastOpset, *opset),
                     "Take onnx-qdq, or export the model with a newer opset");
    ActivationWriter activations(*writer, std::move(*plan));
    Rewriter rewriter(*writer, activations, *opset, job);
    if (auto done = rewriter.run(); !done) return propagate(done);
    const analysis::Placement placement = rewriter.placement();
    noteActivations(*writer, placement, options.calibration.get());
    if (activations.plan().wanted) {
        writer->setFates(placement.nodes);
        writer->edit().importDomain(kMicrosoft, 1);
        activations.finish();
    }
    return writer->finish(temporary, final, options, job);
}

}  // namespace

Target onnxQOperator() {
    return {"onnx-qoperator",
            "ONNX, integer operators",
            "QLinearConv, QLinearMatMul and ONNX Runtime's own QLinearAdd and the like, written as such: 8-bit weights and static "
            "8-bit activations; nothing is left to an optimizer.",
            ".onnx",
            whyNot,
            write};
}

}  // namespace roundoff::exports
