#include "core/formats/onnx/edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "core/formats/onnx/edit_impl.h"
#include "core/formats/onnx/value_facts.h"
#include "core/formats/onnx/element_types.h"
#include "core/formats/onnx/opset_raise.h"
#include "core/formats/onnx/wire.h"

namespace roundoff::formats::onnx {
namespace {

template <class List, class Same>
void eraseIf(List& list, const Same& same) {
    for (int i = list.size() - 1; i >= 0; --i)
        if (same(list.Get(i))) list.DeleteSubrange(i, 1);
}

}  // namespace

Result<OnnxEdit> OnnxEdit::begin(const model::Model& model) {
    auto impl = std::make_unique<Impl>();
    impl->model = model;
    impl->source = model.empty() ? nullptr : std::dynamic_pointer_cast<const OnnxSource>(model.source());
    if (!impl->source)
        return usage(model.empty() ? "" : model.info().path, "only ONNX models can be exported to ONNX",
                     "Open an ONNX model");
    const std::string& skeleton = impl->source->skeleton();
    if (!impl->proto.ParseFromArray(skeleton.data(), int(skeleton.size())))
        return failed(model.info().path, "the graph cannot be copied");
    impl->walk = std::make_unique<Walk>(impl->proto);
    for (const NodeRef& ref : impl->walk->nodes) {
        impl->names.insert(ref.proto->name());
        impl->names.insert(ref.proto->output().begin(), ref.proto->output().end());
        impl->names.insert(ref.proto->input().begin(), ref.proto->input().end());
    }
    for (const TensorRef& ref : impl->walk->tensors) impl->names.insert(*ref.name);
    return OnnxEdit(std::move(impl));
}

OnnxEdit::OnnxEdit(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
OnnxEdit::OnnxEdit(OnnxEdit&&) noexcept = default;
OnnxEdit& OnnxEdit::operator=(OnnxEdit&&) noexcept = default;
OnnxEdit::~OnnxEdit() = default;

std::map<std::string, std::int64_t> OnnxEdit::opsets() const {
    std::map<std::string, std::int64_t> out;
    for (const auto& import : m_impl->proto.opset_import())
        out[import.domain() == "ai.onnx" ? std::string() : import.domain()] = import.version();
    return out;
}

Result<std::vector<std::string>> OnnxEdit::raiseOpset(std::int64_t version) {
    m_impl->applyInsertions();
    auto notes = onnx::raiseOpset(m_impl->proto, version, *m_impl->source);
    if (!notes) notes.error().where = m_impl->model.info().path + ": " + notes.error().where;
    return notes;
}

void OnnxEdit::importDomain(const std::string& domain, std::int64_t version) {
    for (auto& import : *m_impl->proto.mutable_opset_import()) {
        if (import.domain() != domain) continue;
        import.set_version(std::max<std::int64_t>(import.version(), version));
        return;
    }
    auto* import = m_impl->proto.add_opset_import();
    import->set_domain(domain);
    import->set_version(version);
}

void OnnxEdit::raiseIrVersion(std::int64_t minimum) {
    m_impl->proto.set_ir_version(std::max<std::int64_t>(m_impl->proto.ir_version(), minimum));
}

void OnnxEdit::setMetadata(const std::string& key, const std::string& value) {
    auto& all = *m_impl->proto.mutable_metadata_props();
    eraseIf(all, [&](const auto& entry) { return entry.key() == key; });
    auto* entry = all.Add();
    entry->set_key(key);
    entry->set_value(value);
}

std::string OnnxEdit::freshName(const std::string& wanted) {
    std::string name = wanted;
    for (int i = 1; !m_impl->names.insert(name).second; ++i) name = fmt::format("{}_{}", wanted, i);
    return name;
}

std::unordered_map<std::string, tensor::ElementType> OnnxEdit::valueTypes() const {
    ValueFacts facts(*m_impl->source);
    facts.learn(m_impl->proto.graph());
    std::unordered_map<std::string, tensor::ElementType> types;
    for (const auto& node : m_impl->proto.graph().node())
        for (const auto* values : {&node.input(), &node.output()})
            for (const std::string& value : *values)
                if (!value.empty() && !types.contains(value)) types.emplace(value, facts.type(value));
    return types;
}

void OnnxEdit::addNodeBefore(std::size_t user, const NodeSpec& node) {
    fill(m_impl->insertions.before(m_impl->node(user)), node);
}

void OnnxEdit::addNodeLast(const NodeSpec& node) {
    // Nodes are looked up by pointer: adding one moves none.
    fill(*m_impl->proto.mutable_graph()->add_node(), node);
}

void OnnxEdit::addNodeCopy(std::size_t node, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs) {
    auto& copy = *m_impl->proto.mutable_graph()->add_node();
    copy = m_impl->node(node);
    copy.set_name(freshName(copy.name()));
    copy.mutable_input()->Assign(inputs.begin(), inputs.end());
    copy.mutable_output()->Assign(outputs.begin(), outputs.end());
}

void OnnxEdit::replaceOutput(std::size_t node, std::size_t slot, const std::string& value) {
    m_impl->node(node).set_output(int(slot), value);
}

bool OnnxEdit::canBeInput(std::size_t tensor) const {
    const auto& tensors = m_impl->walk->tensors;
    const TensorRef& ref = tensors.at(tensor);
    const auto same = std::ranges::count_if(tensors, [&](const TensorRef& other) { return *other.name == *ref.name; });
    return m_impl->walk->scopes[std::size_t(ref.scope)].graph != nullptr && same == 1;
}

void OnnxEdit::addOutput(const std::string& value) {
    m_impl->proto.mutable_graph()->add_output()->set_name(value);
}

void OnnxEdit::addInput(const std::string& name, model::ElementType type, const model::Shape& shape) {
    auto* input = m_impl->proto.mutable_graph()->add_input();
    input->set_name(name);
    auto* tensor = input->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(toOnnx(type));
    auto* dims = tensor->mutable_shape();
    for (const std::int64_t size : shape) dims->add_dim()->set_dim_value(size);
    m_impl->names.insert(name);
}

void OnnxEdit::makeInput(std::size_t tensor) {
    const model::Tensor& about = m_impl->model.tensors().at(tensor);
    const std::string name = *m_impl->walk->tensors.at(tensor).name;
    removeTensor(tensor);
    addInput(name, about.type, about.shape);
}

void OnnxEdit::addNodeAfter(std::size_t maker, const NodeSpec& node) {
    fill(m_impl->insertions.after(m_impl->node(maker)), node);
}

void OnnxEdit::removeNode(std::size_t node) {
    m_impl->deadNodes.push_back(node);
}

void OnnxEdit::replaceNode(std::size_t node, const NodeSpec& with) {
    fill(m_impl->node(node), with);
}

double OnnxEdit::attribute(std::size_t node, const std::string& name, double fallback) const {
    for (const auto& a : m_impl->node(node).attribute()) {
        if (a.name() != name) continue;
        if (a.type() == ::onnx::AttributeProto::FLOAT) return double(a.f());
        if (a.type() == ::onnx::AttributeProto::INT) return double(a.i());
    }
    return fallback;
}

std::vector<std::int64_t> OnnxEdit::integers(std::size_t node, const std::string& name) const {
    const auto* found = onnx::attribute(m_impl->node(node), name);
    return found ? std::vector<std::int64_t>(found->ints().begin(), found->ints().end()) : std::vector<std::int64_t>();
}

std::string OnnxEdit::text(std::size_t node, const std::string& name) const {
    const auto* found = onnx::attribute(m_impl->node(node), name);
    return found ? found->s() : std::string();
}

void OnnxEdit::dropUnread() { m_impl->droppingUnread = true; }

void OnnxEdit::changeOperator(std::size_t node, const std::string& op, const std::string& domain,
                              const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
                              const std::vector<std::string>& without) {
    auto& proto = m_impl->node(node);
    proto.set_op_type(op);
    proto.set_domain(domain);
    proto.mutable_input()->Assign(inputs.begin(), inputs.end());
    proto.mutable_output()->Assign(outputs.begin(), outputs.end());
    eraseIf(*proto.mutable_attribute(), [&](const auto& a) { return std::ranges::find(without, a.name()) != without.end(); });
}

void OnnxEdit::replaceInput(std::size_t node, std::size_t slot, const std::string& value) {
    auto& proto = m_impl->node(node);
    assert(int(slot) < proto.input_size());
    proto.set_input(int(slot), value);
}

void OnnxEdit::computeTensor(std::size_t tensor, const std::vector<NodeSpec>& nodes) {
    assert(!nodes.empty());
    const TensorRef& ref = m_impl->walk->tensors.at(tensor);
    const std::string name = *ref.name;
    NodeSpec last = nodes.back();
    last.outputs = {name};
    if (ref.node >= 0) {
        ::onnx::NodeProto& constant = m_impl->node(std::size_t(ref.node));
        for (std::size_t i = 0; i + 1 < nodes.size(); ++i) fill(m_impl->insertions.before(constant), nodes[i]);
        fill(constant, last);
        return;
    }
    const Scope& scope = m_impl->walk->scopes[std::size_t(ref.scope)];
    for (std::size_t i = 0; i + 1 < nodes.size(); ++i) fill(m_impl->insertions.first(nodesOf(scope)), nodes[i]);
    fill(m_impl->insertions.first(nodesOf(scope)), last);
    m_impl->removed.insert(ref.proto);
    m_impl->forgetInput(name, ref.scope);
}

void OnnxEdit::addTensor(const std::string& name, model::ElementType type, const model::Shape& shape, MakeBytes bytes) {
    m_impl->addTensor(*m_impl->proto.mutable_graph(), name, type, shape, std::move(bytes));
}

void OnnxEdit::addTensorBeside(std::size_t beside, const std::string& name, model::ElementType type,
                               const model::Shape& shape, MakeBytes bytes) {
    const Scope& scope = m_impl->walk->scopes[std::size_t(m_impl->walk->tensors.at(beside).scope)];
    // A function holds no initializers: its constants are declared when the file is written.
    m_impl->addTensor(scope.graph ? *scope.graph : *m_impl->proto.mutable_graph(), name, type, shape, std::move(bytes));
}

void OnnxEdit::Impl::addTensor(::onnx::GraphProto& graph, const std::string& name, model::ElementType type,
                               const model::Shape& shape, MakeBytes bytes) {
    auto* tensor = graph.add_initializer();
    tensor->set_name(name);
    names.insert(name);
    added[name] = tensor;
    setTensor(*tensor, type, shape, std::move(bytes));
}

void OnnxEdit::addTensor(const std::string& name, model::ElementType type, const model::Shape& shape,
                         std::vector<std::byte> bytes) {
    auto shared = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
    addTensor(name, type, shape, [shared](ByteSink& out, Job&) { return out.write(*shared); });
}

void OnnxEdit::replaceTensor(std::size_t tensor, model::ElementType type, const model::Shape& shape, MakeBytes bytes) {
    const TensorRef& ref = m_impl->walk->tensors.at(tensor);
    m_impl->setTensor(*ref.proto, type, shape, std::move(bytes));
    const model::Tensor& before = m_impl->model.tensors().at(tensor);
    if (before.type == type && before.shape == shape) return;
    m_impl->forgetInput(*ref.name, ref.scope);
    m_impl->forgetType(*ref.name, ref.scope);
}

void OnnxEdit::removeTensor(std::size_t tensor) {
    const TensorRef& ref = m_impl->walk->tensors.at(tensor);
    if (ref.node >= 0)
        m_impl->deadNodes.push_back(std::size_t(ref.node));
    else
        m_impl->removed.insert(ref.proto);
    m_impl->forgetInput(*ref.name, ref.scope);
    m_impl->forgetType(*ref.name, ref.scope);
}

void OnnxEdit::Impl::setTensor(::onnx::TensorProto& tensor, model::ElementType type, const model::Shape& shape,
                               MakeBytes bytes) {
    const std::string name = tensor.name();
    tensor.Clear();
    tensor.set_name(name);
    tensor.set_data_type(toOnnx(type));
    tensor.mutable_dims()->Add(shape.begin(), shape.end());
    const auto count = tensor::elementCount(shape);
    assert(count);
    tensor.mutable_unknown_fields()->AddVarint(int(wire::kMarker), source->payloads().size() + made.size());
    made.push_back({tensor::storageBytes(type, *count).value_or(0), std::move(bytes)});
    proto.set_ir_version(std::max<std::int64_t>(proto.ir_version(), irVersionOf(type)));
}

/// Old files list their initializers as inputs, too, with a type that would now be wrong.
void OnnxEdit::Impl::forgetInput(const std::string& name, int scope) {
    if (auto* graph = walk->scopes[std::size_t(scope)].graph)
        eraseIf(*graph->mutable_input(), [&](const auto& input) { return input.name() == name; });
}

void OnnxEdit::Impl::forgetType(const std::string& name, int scope) {
    if (auto* graph = walk->scopes[std::size_t(scope)].graph)
        eraseIf(*graph->mutable_value_info(), [&](const auto& info) { return info.name() == name; });
}

void OnnxEdit::Impl::applyInsertions() {
    if (insertions.empty()) return;
    for (const Scope& scope : walk->scopes) insertions.apply(nodesOf(scope));
}

}  // namespace roundoff::formats::onnx
