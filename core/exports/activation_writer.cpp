#include "core/exports/activation_writer.h"

#include <algorithm>

#include "core/exports/packing.h"
#include "core/exports/provenance.h"
#include "core/exports/weight_pairs.h"
#include "core/schemes/number_format.h"
#include "core/tensor/convert.h"

namespace roundoff::exports {

using formats::onnx::NodeSpec;
using tensor::ElementType;

namespace {

std::vector<std::byte> bytesOfCodes(std::span<const std::int32_t> codes) {
    const auto bytes = std::as_bytes(codes);
    return {bytes.begin(), bytes.end()};
}

}  // namespace

tensor::ElementType storageOf(const schemes::TensorScheme& scheme) {
    return schemes::findNumberFormat(scheme.format)->storage;
}

GraphIndex::GraphIndex(const model::Graph& graph) {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        for (const std::string& input : graph.nodes[i].inputs) ++readers[input];
        if (graph.nodes[i].subgraph != 0) continue;
        for (std::size_t slot = 0; slot < graph.nodes[i].outputs.size(); ++slot) makers[graph.nodes[i].outputs[slot]] = {i, slot};
    }
}

ActivationWriter::ActivationWriter(OnnxWriter& writer, ActivationPlan plan) : m_writer(writer), m_plan(std::move(plan)), m_index(writer.model().graph()) {
    const auto& points = m_plan.placement.points;
    m_names.resize(points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        auto& entry = m_record.points.emplace_back();
        entry.value = points[i].value;
        entry.scheme = schemes::text({points[i].scheme, std::nullopt});
        entry.scale = m_plan.scales[i].scale;
        entry.zero = m_plan.scales[i].zero;
    }
    for (const auto& bias : m_plan.placement.biases)
        m_record.biases.push_back({writer.model().tensors()[bias.tensor].name, ""});
}

const ActivationWriter::Names& ActivationWriter::names(std::size_t index) {
    Names& own = m_names[index];
    if (!own.scale.empty()) return own;
    const analysis::ActivationPoint* root = m_plan.placement.rootOf(point(index));
    if (root && root != &point(index)) {
        own = names(std::size_t(root - m_plan.placement.points.data()));
    } else {
        auto& edit = m_writer.edit();
        const ElementType type = storageOf(point(index).scheme);
        const std::int32_t zero = std::int32_t(m_plan.scales[index].zero);
        own = {edit.freshName(point(index).value + "_scale"), edit.freshName(point(index).value + "_zero_point")};
        edit.addTensor(own.scale, ElementType::Float32, {}, bytesOf(ElementType::Float32, {&m_plan.scales[index].scale, 1}));
        edit.addTensor(own.zero, type, {}, pack(type, std::span<const std::int32_t>(&zero, 1)));
    }
    m_record.points[index].scaleTensor = own.scale;
    m_record.points[index].zeroTensor = own.zero;
    return own;
}

Result<std::string> ActivationWriter::constant(std::size_t index, Job& job) {
    std::string& name = m_record.points[index].codesTensor;
    if (!name.empty()) return name;
    const auto codes = constantCodes(m_writer.model(), point(index), job);
    if (!codes) return propagate(codes);
    const model::Tensor& tensor = m_writer.model().tensors()[*point(index).constant];
    const ElementType type = storageOf(point(index).scheme);
    name = m_writer.edit().freshName(tensor.name + std::string(kCodesSuffix));
    m_writer.edit().addTensor(name, type, tensor.shape, pack(type, std::span<const std::int16_t>(codes->codes)));
    return name;
}

std::string ActivationWriter::bias(std::size_t index) {
    std::string& name = m_record.biases[index].codesTensor;
    if (!name.empty()) return name;
    const auto& codes = m_plan.biases[index];
    if (!codes) return {};
    const std::string& bias = m_record.biases[index].bias;
    name = m_writer.edit().freshName(bias + std::string(kCodesSuffix));
    m_writer.edit().addTensor(name, ElementType::Int32, {std::int64_t(codes->codes.size())}, bytesOfCodes(codes->codes));
    return name;
}

void ActivationWriter::moveBias(std::size_t index, const std::string& target) {
    auto& edit = m_writer.edit();
    const auto& place = m_plan.placement.biases[index];
    const auto& nodes = m_writer.model().graph().nodes;
    const std::string& name = m_record.biases[index].bias;
    m_writer.note("bias " + name + " stays float, behind its product: its codes would leave no room in 32 bits");
    tensor::Shape shape = m_writer.model().tensors()[place.tensor].shape;
    if (nodes[place.node].op == "Conv") shape.resize(m_writer.layer(place.layer).shape.size() - 1, 1);
    const bool inGemm = nodes[place.node].op == "Gemm" && place.user == place.node;
    const float factor = inGemm ? -float(edit.attribute(place.node, "beta", 1)) : -1.0F;
    const std::string negative = edit.freshName(name + "_negative");
    edit.addTensor(negative, ElementType::Float32, shape, [model = m_writer.model(), tensor = place.tensor, factor](auto& sink, Job&) -> Result<void> {
        const auto data = model.data(tensor);
        if (!data) return propagate(data);
        std::vector<float> values(data->view.count());
        tensor::readFloats(data->view, 0, values);
        for (float& value : values) value *= factor;
        return sink.write(bytesOf(ElementType::Float32, values));
    });
    if (place.user != place.node)
        return edit.replaceNode(place.user, {nodes[place.user].name, "Sub", "", {nodes[place.user].inputs[1 - place.slot], negative},
                                             nodes[place.user].outputs, {}});
    const std::string product = edit.freshName(nodes[place.node].outputs[0] + "_without_bias");
    edit.replaceInput(place.node, place.slot, "");
    edit.replaceOutput(place.node, 0, product);
    edit.addNodeAfter(place.node, {edit.freshName(name + "_Sub"), "Sub", "", {product, negative}, {target}, {}});
}

NodeSpec ActivationWriter::node(const std::string& op, std::size_t index, const std::string& input, const std::string& output,
                                const std::string& domain) {
    const Names& own = names(index);
    return {m_writer.edit().freshName(point(index).value + "_" + op), op, domain, {input, own.scale, own.zero}, {output}, {}};
}

/// ONNX Runtime 1.29 takes all codes for integers: it makes integer kernels, which then refuse 8-bit floats, of whatever stands
/// between DequantizeLinear and QuantizeLinear, and drops a Relu before QuantizeLinear. Those codes are made with Div and Cast,
/// and come back through Cast and Mul: the same arithmetic.
std::vector<NodeSpec> ActivationWriter::quantize(std::size_t index, const std::string& input, const std::string& codes,
                                                 const std::string& domain) {
    const ElementType type = storageOf(point(index).scheme);
    if (tensor::isInteger(type)) return {node("QuantizeLinear", index, input, codes, domain)};
    auto& edit = m_writer.edit();
    const std::string& value = point(index).value;
    const std::string scaled = edit.freshName(value + "_scaled");
    m_writer.note("values become 8-bit floats and come back through Div, Cast, Cast and Mul instead of QuantizeLinear and "
                  "DequantizeLinear, which ONNX Runtime 1.29 takes for integers");
    return {{edit.freshName(value + "_Div"), "Div", "", {input, names(index).scale}, {scaled}, {}},
            {edit.freshName(value + "_Cast"), "Cast", "", {scaled}, {codes}, {{"to", type}}}};
}
std::vector<NodeSpec> ActivationWriter::dequantize(std::size_t index, const std::string& codes, const std::string& output,
                                                   const std::string& domain) {
    if (tensor::isInteger(storageOf(point(index).scheme))) return {node("DequantizeLinear", index, codes, output, domain)};
    auto& edit = m_writer.edit();
    const std::string& value = point(index).value;
    const std::string unscaled = edit.freshName(value + "_unscaled");
    return {{edit.freshName(value + "_Cast_back"), "Cast", "", {codes}, {unscaled}, {{"to", ElementType::Float32}}},
            {edit.freshName(value + "_Mul"), "Mul", "", {unscaled, names(index).scale}, {output}, {}}};
}

void ActivationWriter::redirect(std::size_t index, const std::string& to) {
    const auto& nodes = m_writer.model().graph().nodes;
    for (const std::size_t reader : point(index).readers)
        for (std::size_t slot = 0; slot < nodes[reader].inputs.size(); ++slot)
            if (nodes[reader].inputs[slot] == point(index).value) m_writer.edit().replaceInput(reader, slot, to);
}

Result<void> ActivationWriter::insertPoint(std::size_t index, const std::string& domain, Job& job) {
    auto& edit = m_writer.edit();
    const std::string& value = point(index).value;
    const std::string codes = edit.freshName(value + std::string(kCodesSuffix));
    if (point(index).readers.empty()) {
        const auto [maker, slot] = m_index.makers.at(value);
        const bool moved = m_before.contains(value);
        const std::string before = moved ? m_before.at(value) : edit.freshName(value + "_float");
        if (!moved) edit.replaceOutput(maker, slot, before);
        for (const NodeSpec& there : quantize(index, before, codes, domain)) edit.addNodeAfter(maker, there);
        for (const NodeSpec& back : dequantize(index, codes, value, domain)) edit.addNodeAfter(maker, back);
        return {};
    }
    const std::size_t first = *std::min_element(point(index).readers.begin(), point(index).readers.end());
    const std::string after = edit.freshName(value + "_dequantized");
    std::string input = codes;
    if (point(index).constant) {
        const auto stored = constant(index, job);
        if (!stored) return propagate(stored);
        input = *stored;
    } else {
        for (const NodeSpec& there : quantize(index, value, codes, domain)) edit.addNodeBefore(first, there);
    }
    for (const NodeSpec& back : dequantize(index, input, after, domain)) edit.addNodeBefore(first, back);
    redirect(index, after);
    return {};
}

void ActivationWriter::insertBias(std::size_t index, const std::string& domain) {
    const std::string codes = bias(index);
    auto& edit = m_writer.edit();
    const auto& place = m_plan.placement.biases[index];
    if (codes.empty()) {
        std::string target = m_writer.model().graph().nodes[place.node].outputs[0];
        const auto& points = m_plan.placement.points;
        const bool paired = std::any_of(points.begin(), points.end(), [&](const auto& p) { return p.value == target && p.readers.empty(); });
        if (paired && place.user == place.node) target = m_before[target] = edit.freshName(target + "_float");
        return moveBias(index, target);
    }
    const std::vector<float>& scales = m_plan.biases[index]->scales;
    const std::string name = m_record.biases[index].bias;
    const std::string scale = edit.freshName(name + "_scale"), after = edit.freshName(name + "_dequantized");
    const bool one = scales.size() == 1;
    edit.addTensor(scale, ElementType::Float32, one ? tensor::Shape{} : tensor::Shape{std::int64_t(scales.size())},
                   bytesOf(ElementType::Float32, scales));
    NodeSpec node{edit.freshName(name + "_DequantizeLinear"), "DequantizeLinear", domain, {codes, scale}, {after}, {}};
    if (!one) node.attributes = {{"axis", std::int64_t(0)}};
    edit.addNodeBefore(place.node, node);
    edit.replaceInput(place.user, place.slot, after);
}

Result<void> ActivationWriter::insertPairs(std::int64_t opset, Job& job) {
    for (std::size_t i = 0; i < m_plan.placement.biases.size(); ++i) {
        const auto input = m_plan.pointOf(m_plan.placement.biases[i].input, m_plan.placement.biases[i].node);
        insertBias(i, input ? pairDomain(point(*input).scheme, opset) : "");
    }
    for (std::size_t i = 0; i < m_plan.placement.points.size(); ++i)
        if (auto done = insertPoint(i, pairDomain(point(i).scheme, opset), job); !done) return done;
    return {};
}

void ActivationWriter::finish() {
    std::map<std::size_t, std::size_t> redirected;
    const auto& nodes = m_writer.model().graph().nodes;
    for (std::size_t i = 0; i < m_plan.placement.points.size(); ++i) {
        if (!point(i).constant || m_record.points[i].codesTensor.empty()) continue;
        for (const std::size_t reader : point(i).readers)
            redirected[*point(i).constant] +=
                std::size_t(std::count(nodes[reader].inputs.begin(), nodes[reader].inputs.end(), point(i).value));
    }
    for (std::size_t i = 0; i < m_plan.placement.biases.size(); ++i)
        if (!m_record.biases[i].codesTensor.empty()) ++redirected[m_plan.placement.biases[i].tensor];
    const auto& outputs = m_writer.model().graph().outputs;
    for (const auto& [tensor, count] : redirected) {
        const std::string& name = m_writer.model().tensors()[tensor].name;
        const bool output = std::any_of(outputs.begin(), outputs.end(), [&](const auto& o) { return o.name == name; });
        if (m_index.readers.at(name) == count && !output) m_writer.edit().removeTensor(tensor);
    }
    m_writer.edit().setMetadata(std::string(kActivationsKey), text(m_record));
}

}  // namespace roundoff::exports
