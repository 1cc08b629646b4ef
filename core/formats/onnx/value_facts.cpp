#include "core/formats/onnx/value_facts.h"

#include "core/formats/onnx/element_types.h"

namespace roundoff::formats::onnx {

using tensor::ElementType;

void ValueFacts::learn(const ::onnx::GraphProto& graph) {
    const auto declare = [&](const auto& list) {
        for (const auto& info : list) {
            if (!info.type().has_tensor_type()) continue;
            const auto& type = info.type().tensor_type();
            note(info.name(),
                 {fromOnnx(type.elem_type()), type.has_shape() ? std::optional(type.shape().dim_size()) : std::nullopt,
                  nullptr, nullptr, false});
        }
    };
    declare(graph.input());
    declare(graph.output());
    declare(graph.value_info());
    for (const auto& tensor : graph.initializer())
        note(tensor.name(), {fromOnnx(tensor.data_type()), tensor.dims_size(), nullptr, &tensor, false});
    learn(graph.node());
}

void ValueFacts::learn(const NodeInsertions::Nodes& nodes) {
    for (const auto& node : nodes) {
        Fact fact;
        fact.producer = &node;
        const auto* value = isStandard(node, "Constant") ? attribute(node, "value") : nullptr;
        if (value && value->has_t())
            fact = {fromOnnx(value->t().data_type()), value->t().dims_size(), &node, &value->t(), false};
        for (const auto& output : node.output())
            if (!output.empty()) note(output, fact);
        for (const auto& a : node.attribute()) {
            if (a.has_g()) learn(a.g());
            for (const auto& body : a.graphs()) learn(body);
        }
    }
}

void ValueFacts::note(const std::string& name, const Fact& fact) {
    Fact& known = m_facts[name];
    const bool differs =
        (known.producer && fact.producer) || (known.rank && fact.rank && *known.rank != *fact.rank) ||
        (known.type != ElementType::Undefined && fact.type != ElementType::Undefined && known.type != fact.type);
    known.ambiguous = known.ambiguous || differs;
    if (known.type == ElementType::Undefined) known.type = fact.type;
    if (!known.rank) known.rank = fact.rank;
    if (!known.producer) known.producer = fact.producer;
    if (!known.constant) known.constant = fact.constant;
}

const ValueFacts::Fact* ValueFacts::find(const std::string& value) const {
    const auto found = m_facts.find(value);
    return found == m_facts.end() || found->second.ambiguous ? nullptr : &found->second;
}

ElementType ValueFacts::type(const std::string& value) const {
    constexpr int kFarEnough = 256;
    std::string at = value;
    for (int hop = 0; hop < kFarEnough; ++hop) {
        const Fact* fact = find(at);
        if (!fact) return ElementType::Undefined;
        if (fact->type != ElementType::Undefined) return fact->type;
        if (!fact->producer || fact->producer->input_size() == 0) return ElementType::Undefined;
        if (isStandard(*fact->producer, "Cast")) return fromOnnx(std::int32_t(intAttribute(*fact->producer, "to", 0)));
        if (isStandard(*fact->producer, "Shape") || isStandard(*fact->producer, "Size")) return ElementType::Int64;
        // The condition comes first in Where.
        at = inputOf(*fact->producer, isStandard(*fact->producer, "Where") ? 1 : 0);
    }
    return ElementType::Undefined;
}

std::optional<int> ValueFacts::rank(const std::string& value) const {
    const Fact* fact = find(value);
    return fact ? fact->rank : std::nullopt;
}

std::optional<std::vector<float>> ValueFacts::numbers(const std::string& value) const {
    constexpr std::uint64_t kFew = 1024;
    const Fact* fact = find(value);
    if (!fact || !fact->constant) return std::nullopt;
    const ::onnx::TensorProto& tensor = *fact->constant;
    tensor::TensorData data;
    if (const auto marker = markerOf(tensor)) {
        auto read = m_source.payload(*marker);
        if (!read) return std::nullopt;
        data = std::move(*read);
    } else {
        data.view = {fromOnnx(tensor.data_type()),
                     {tensor.dims().begin(), tensor.dims().end()},
                     std::as_bytes(std::span(tensor.raw_data()))};
    }
    const std::uint64_t count = data.view.count();
    if (count > kFew || tensor::bits(data.view.type) == 0 || tensor::bits(data.view.type) > 64) return std::nullopt;
    if (tensor::storageBytes(data.view.type, count) != data.view.bytes.size()) return std::nullopt;
    std::vector<float> out(count);
    readFloats(data.view, 0, out);
    return out;
}

}  // namespace roundoff::formats::onnx
