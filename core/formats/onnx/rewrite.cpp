#include <fmt/format.h>

#include <cstring>

#include "core/formats/onnx/element_types.h"
#include "core/formats/onnx/opset_rules.h"
#include "core/tensor/convert.h"

namespace roundoff::formats::onnx {

std::optional<::onnx::AttributeProto> Rewrite::take(std::string_view name) {
    auto& all = *m_node.mutable_attribute();
    for (int i = 0; i < all.size(); ++i) {
        if (all.Get(i).name() != name) continue;
        ::onnx::AttributeProto taken = all.Get(i);
        all.DeleteSubrange(i, 1);
        m_changed = true;
        return taken;
    }
    return std::nullopt;
}

void Rewrite::set(std::string_view name, const AttributeValue& value) {
    take(name);
    m_changed = true;
    ::onnx::NodeProto made;
    fill(made, {"", "", "", {}, {}, {{std::string(name), value}}});
    *m_node.add_attribute() = made.attribute(0);
}

void Rewrite::setInput(int slot, const std::string& value) {
    while (m_node.input_size() <= slot) m_node.add_input("");
    m_node.set_input(slot, value);
    m_changed = true;
}

void Rewrite::rename(const std::string& op) {
    m_node.set_op_type(op);
    m_changed = true;
}

std::string Rewrite::constant(const std::vector<std::int64_t>& values, bool scalar) {
    const std::string name = fresh("constant");
    fillConstant(m_insertions.before(m_node), name, values, scalar);
    return name;
}

std::string Rewrite::constant(const std::vector<float>& values) {
    const std::string name = fresh("constant");
    auto& node = m_insertions.before(m_node);
    fillConstant(node, name, {});
    auto* tensor = node.mutable_attribute(0)->mutable_t();
    tensor->set_data_type(::onnx::TensorProto::FLOAT);
    tensor->set_dims(0, std::int64_t(values.size()));
    tensor->set_raw_data(values.data(), values.size() * sizeof(float));
    return name;
}

std::string Rewrite::constant(float value, tensor::ElementType type) {
    const std::string name = fresh("constant");
    auto& node = m_insertions.before(m_node);
    fillConstant(node, name, {}, true);
    auto* tensor = node.mutable_attribute(0)->mutable_t();
    tensor->set_data_type(toOnnx(type));
    std::string bytes(std::size_t(tensor::bits(type)) / 8, '\0');
    tensor::writeFloats(type, {&value, 1}, std::as_writable_bytes(std::span(bytes)));
    tensor->set_raw_data(bytes);
    return name;
}

std::string Rewrite::before(const std::string& op, const std::vector<std::string>& inputs,
                            std::vector<std::pair<std::string, AttributeValue>> attributes) {
    const std::string name = fresh(op);
    fill(m_insertions.before(m_node), {name, op, "", inputs, {name}, std::move(attributes)});
    return name;
}

void Rewrite::after(const std::string& op, std::vector<std::string> inputs) {
    const std::string output = m_node.output(0), inner = fresh("inner");
    m_node.set_output(0, inner);
    inputs.front() = inner;
    fill(m_insertions.after(m_node), {inner + "/" + op, op, "", std::move(inputs), {output}, {}});
}

std::string Rewrite::fresh(std::string_view suffix) {
    const std::string& base = m_node.name().empty() && m_node.output_size() > 0 ? m_node.output(0) : m_node.name();
    std::string name = fmt::format("{}/{}", base, suffix);
    for (int i = 1; !m_names.insert(name).second; ++i) name = fmt::format("{}/{}_{}", base, suffix, i);
    return name;
}

}  // namespace roundoff::formats::onnx
