#include "core/formats/onnx/node_insertions.h"

#include <cstring>
#include <type_traits>
#include <utility>

#include "core/formats/onnx/element_types.h"

namespace roundoff::formats::onnx {
namespace {

void setValue(::onnx::AttributeProto& out, const AttributeValue& value) {
    std::visit(
        [&](const auto& v) {
            using T = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<T, std::int64_t>) {
                out.set_type(::onnx::AttributeProto::INT);
                out.set_i(v);
            } else if constexpr (std::is_same_v<T, float>) {
                out.set_type(::onnx::AttributeProto::FLOAT);
                out.set_f(v);
            } else if constexpr (std::is_same_v<T, std::string>) {
                out.set_type(::onnx::AttributeProto::STRING);
                out.set_s(v);
            } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
                out.set_type(::onnx::AttributeProto::INTS);
                out.mutable_ints()->Add(v.begin(), v.end());
            } else if constexpr (std::is_same_v<T, std::vector<float>>) {
                out.set_type(::onnx::AttributeProto::FLOATS);
                out.mutable_floats()->Add(v.begin(), v.end());
            } else {
                out.set_type(::onnx::AttributeProto::INT);
                out.set_i(toOnnx(v));
            }
        },
        value);
}

}  // namespace

::onnx::NodeProto& NodeInsertions::add(Waiting& list) {
    return *list.emplace_back(std::make_unique<::onnx::NodeProto>());
}

void NodeInsertions::apply(Nodes& list) {
    std::vector<::onnx::NodeProto*> old(std::size_t(list.size()));
    if (!old.empty()) list.ExtractSubrange(0, int(old.size()), old.data());
    const auto take = [&](auto& waiting, const auto* key) {
        const auto found = waiting.find(key);
        if (found == waiting.end()) return;
        for (auto& node : found->second) list.AddAllocated(node.release());
        waiting.erase(found);
    };
    take(m_first, &list);
    for (::onnx::NodeProto* node : old) {
        take(m_before, node);
        if (m_removed.erase(node) > 0)
            delete node;
        else
            list.AddAllocated(node);
        take(m_after, node);
    }
}

NodeInsertions::Nodes& nodesOf(const Scope& scope) {
    return scope.graph ? *scope.graph->mutable_node() : *scope.function->mutable_node();
}

void fill(::onnx::NodeProto& node, const NodeSpec& spec) {
    node.Clear();
    node.set_name(spec.name);
    node.set_op_type(spec.op);
    if (!spec.domain.empty()) node.set_domain(spec.domain);
    for (const auto& input : spec.inputs) node.add_input(input);
    for (const auto& output : spec.outputs) node.add_output(output);
    for (const auto& [name, value] : spec.attributes) {
        auto* a = node.add_attribute();
        a->set_name(name);
        setValue(*a, value);
    }
}

void fillConstant(::onnx::NodeProto& node, const std::string& output, const std::vector<std::int64_t>& values,
                  bool scalar) {
    node.set_name(output);
    node.set_op_type("Constant");
    node.add_output(output);
    auto* a = node.add_attribute();
    a->set_name("value");
    a->set_type(::onnx::AttributeProto::TENSOR);
    auto* tensor = a->mutable_t();
    tensor->set_data_type(::onnx::TensorProto::INT64);
    if (!scalar) tensor->add_dims(std::int64_t(values.size()));
    tensor->set_raw_data(values.data(), values.size() * sizeof(std::int64_t));
}

}  // namespace roundoff::formats::onnx
