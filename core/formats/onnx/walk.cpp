#include "core/formats/onnx/walk.h"

namespace roundoff::formats::onnx {

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
