#include <algorithm>
#include <unordered_map>

#include "core/formats/onnx/edit_impl.h"
#include "core/formats/onnx/element_types.h"

namespace roundoff::formats::onnx {
namespace {

/// Removes what `drop` says, in one pass.
template <class List, class Drop>
void sift(List& list, const Drop& drop) {
    int kept = 0;
    for (int i = 0; i < list.size(); ++i)
        if (!drop(list.Get(i))) list.SwapElements(kept++, i);
    list.DeleteSubrange(kept, list.size() - kept);
}

}  // namespace

void OnnxEdit::keepOnly(const std::vector<std::size_t>& nodes, const std::vector<model::Value>& inputs) {
    auto& graph = *m_impl->proto.mutable_graph();
    std::unordered_map<std::string, const ::onnx::NodeProto*> makers;
    for (const auto& node : graph.node())
        for (const auto& output : node.output()) makers[output] = &node;
    std::unordered_set<std::string> given, read;
    for (const model::Value& input : inputs) given.insert(input.name);

    std::unordered_set<const ::onnx::NodeProto*> kept;
    std::vector<const ::onnx::NodeProto*> open;
    const auto keep = [&](const ::onnx::NodeProto* node) {
        if (kept.insert(node).second) open.push_back(node);
    };
    std::vector<std::string> outputs;
    for (const std::size_t index : nodes) {
        const auto& node = m_impl->node(index);
        keep(&node);
        for (const auto& output : node.output())
            if (!output.empty()) outputs.push_back(output);
    }
    while (!open.empty()) {
        const ::onnx::NodeProto* node = open.back();
        open.pop_back();
        for (const auto& input : node->input()) {
            if (input.empty() || given.contains(input)) continue;
            read.insert(input);
            if (const auto maker = makers.find(input); maker != makers.end()) keep(maker->second);
        }
    }
    sift(*graph.mutable_node(), [&](const auto& node) { return !kept.contains(&node); });
    sift(*graph.mutable_initializer(), [&](const auto& tensor) { return !read.contains(tensor.name()); });
    sift(*graph.mutable_sparse_initializer(), [&](const auto& tensor) { return !read.contains(tensor.values().name()); });
    graph.clear_input();
    graph.clear_output();
    graph.clear_value_info();  // shapes of other inputs
    graph.clear_quantization_annotation();
    for (const model::Value& input : inputs) addInput(input.name, input.type, input.shape);
    for (const std::string& output : outputs) addOutput(output);
    raiseIrVersion(4);  // initializers are no inputs any more
    m_impl->walk = std::make_unique<Walk>(m_impl->proto);
}

void OnnxEdit::Impl::removeUnread() {
    auto& graph = *proto.mutable_graph();
    for (bool changed = true; changed;) {
        std::unordered_set<std::string> read;
        for (const auto& output : graph.output()) read.insert(output.name());
        for (const NodeRef& ref : Walk(proto).nodes) read.insert(ref.proto->input().begin(), ref.proto->input().end());
        // A body may hand a value of the graph around it straight out.
        for (const Scope& scope : Walk(proto).scopes)
            if (scope.graph)
                for (const auto& output : scope.graph->output()) read.insert(output.name());
        const int before = graph.node_size();
        sift(*graph.mutable_node(), [&](const auto& node) {
            return std::ranges::none_of(node.output(), [&](const std::string& output) { return read.contains(output); });
        });
        changed = graph.node_size() < before;
        if (changed) continue;
        const auto unread = [&](const std::string& name) { return !read.contains(name); };
        std::unordered_set<std::string> gone;
        for (const auto& tensor : graph.initializer())
            if (unread(tensor.name())) gone.insert(tensor.name());
        sift(*graph.mutable_initializer(), [&](const auto& tensor) { return unread(tensor.name()); });
        sift(*graph.mutable_input(), [&](const auto& input) { return gone.contains(input.name()); });
    }
    std::unordered_set<std::string> present;
    for (const auto& node : graph.node()) present.insert(node.output().begin(), node.output().end());
    for (const auto& tensor : graph.initializer()) present.insert(tensor.name());
    sift(*graph.mutable_value_info(), [&](const auto& value) { return !present.contains(value.name()); });
}

}  // namespace roundoff::formats::onnx
