#include "core/formats/onnx/walk.h"

namespace roundoff::formats::onnx {
namespace {

class TensorVisitor {
public:
    using Visit = std::function<void(::onnx::TensorProto&, const std::string&)>;
    explicit TensorVisitor(const Visit& visit) : m_visit(visit) {}

    void graph(::onnx::GraphProto& graph) {
        for (auto& tensor : *graph.mutable_initializer()) m_visit(tensor, tensor.name());
        for (auto& each : *graph.mutable_sparse_initializer()) sparse(each);
        nodes(*graph.mutable_node());
    }
    template <class Nodes>
    void nodes(Nodes& list) {
        for (::onnx::NodeProto& node : list) {
            const std::string& owner = node.output_size() > 0 ? node.output(0) : node.name();
            for (auto& a : *node.mutable_attribute()) attribute(a, owner);
        }
    }
    void attribute(::onnx::AttributeProto& a, const std::string& owner) {
        if (a.has_t()) m_visit(*a.mutable_t(), owner);
        for (auto& tensor : *a.mutable_tensors()) m_visit(tensor, owner);
        if (a.has_sparse_tensor()) sparse(*a.mutable_sparse_tensor());
        for (auto& each : *a.mutable_sparse_tensors()) sparse(each);
        if (a.has_g()) graph(*a.mutable_g());
        for (auto& body : *a.mutable_graphs()) graph(body);
    }

private:
    void sparse(::onnx::SparseTensorProto& tensor) {
        const std::string name = tensor.values().name();
        if (tensor.has_values()) m_visit(*tensor.mutable_values(), name);
        if (tensor.has_indices()) m_visit(*tensor.mutable_indices(), name);
    }
    const Visit& m_visit;
};

}  // namespace

void forEachTensor(::onnx::ModelProto& model, const TensorVisitor::Visit& visit) {
    TensorVisitor all(visit);
    if (model.has_graph()) all.graph(*model.mutable_graph());
    for (auto& training : *model.mutable_training_info()) {
        if (training.has_initialization()) all.graph(*training.mutable_initialization());
        if (training.has_algorithm()) all.graph(*training.mutable_algorithm());
    }
    for (auto& function : *model.mutable_functions()) all.nodes(*function.mutable_node());
}

Walk::Walk(::onnx::ModelProto& model) {
    graph(*model.mutable_graph(), -1);
    for (auto& function : *model.mutable_functions()) {
        scopes.push_back({-1, nullptr, &function});
        visit(*function.mutable_node(), int(scopes.size()) - 1);
    }
}

void Walk::graph(::onnx::GraphProto& graph, int parent) {
    const int scope = int(scopes.size());
    scopes.push_back({parent, &graph, nullptr});
    for (auto& tensor : *graph.mutable_initializer()) tensors.push_back({&tensor, scope, -1, &tensor.name()});
    visit(*graph.mutable_node(), scope);
}

template <class Nodes>
void Walk::visit(Nodes& list, int scope) {
    for (::onnx::NodeProto& node : list) {
        nodes.push_back({&node, scope});
        const int index = int(nodes.size()) - 1;
        const bool constant = isStandard(node, "Constant") && node.output_size() == 1;
        for (::onnx::AttributeProto& a : *node.mutable_attribute()) {
            if (constant && a.name() == "value" && a.has_t())
                tensors.push_back({a.mutable_t(), scope, index, &node.output(0)});
            if (a.has_g()) graph(*a.mutable_g(), scope);
            for (::onnx::GraphProto& body : *a.mutable_graphs()) graph(body, scope);
        }
    }
}

Names::Names(const Walk& walk) : m_scopes(walk.scopes.size()) {
    for (const Scope& scope : walk.scopes) {
        auto& names = m_scopes[m_parents.size()];
        const int index = int(m_parents.size());
        m_parents.push_back(scope.parent);
        if (scope.graph)
            for (const auto& input : scope.graph->input()) names[input.name()] = {-1, -1, index};
        if (scope.function)
            for (const auto& input : scope.function->input()) names[input] = {-1, -1, index};
    }
    for (std::size_t i = 0; i < walk.nodes.size(); ++i)
        for (const auto& output : walk.nodes[i].proto->output())
            m_scopes[std::size_t(walk.nodes[i].scope)][output] = {int(i), -1, walk.nodes[i].scope};
    // Last: an initializer that is also an input is that input's value.
    for (std::size_t i = 0; i < walk.tensors.size(); ++i)
        m_scopes[std::size_t(walk.tensors[i].scope)][*walk.tensors[i].name] = {walk.tensors[i].node, int(i),
                                                                               walk.tensors[i].scope};
}

const Definition* Names::find(int scope, std::string_view name) const {
    if (name.empty()) return nullptr;
    for (; scope >= 0; scope = m_parents[std::size_t(scope)]) {
        const auto& names = m_scopes[std::size_t(scope)];
        if (const auto found = names.find(name); found != names.end()) return &found->second;
    }
    return nullptr;
}

}  // namespace roundoff::formats::onnx
