#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/formats/onnx/proto.h"

namespace roundoff::formats::onnx {

/// A graph or the body of a function: where names live. A name is looked up outwards, through the parents.
struct Scope {
    int parent = -1;                      ///< index of the graph around; -1 for the main graph and functions
    ::onnx::GraphProto* graph = nullptr;  ///< null for a function
    ::onnx::FunctionProto* function = nullptr;
};

struct NodeRef {
    ::onnx::NodeProto* proto;
    int scope;
};

/// A constant: an initializer, or the value of a Constant node.
struct TensorRef {
    ::onnx::TensorProto* proto;
    int scope;
    int node = -1;  ///< of the Constant node; -1 for an initializer
    const std::string* name;
};

/// All graphs of a model in one fixed order, the order of Model::graph() and Model::tensors(): nodes as they stand in
/// the file, each followed by those of its bodies; the main graph first, functions last; a graph's initializers before
/// the constants of its nodes.
struct Walk {
    explicit Walk(::onnx::ModelProto& model);
    std::vector<Scope> scopes;
    std::vector<NodeRef> nodes;
    std::vector<TensorRef> tensors;

private:
    void graph(::onnx::GraphProto& graph, int parent);
    template <class Nodes>
    void visit(Nodes& list, int scope);
};

/// Calls `visit` for every tensor of a model, also those in attributes, sparse tensors and training graphs; `name` is
/// the tensor's own or that of the value it becomes.
void forEachTensor(::onnx::ModelProto& model,
                   const std::function<void(::onnx::TensorProto& tensor, const std::string& name)>& visit);

/// What produces a value.
struct Definition {
    int node = -1;    ///< index of the node; -1 for inputs and initializers
    int tensor = -1;  ///< index of the constant; -1 for what is computed or given
    int scope = 0;
};

/// Finds values by name, inner scopes first.
class Names {
public:
    explicit Names(const Walk& walk);
    /// Null for "", outputs of nothing and unknown names.
    [[nodiscard]] const Definition* find(int scope, std::string_view name) const;

private:
    std::vector<int> m_parents;
    std::vector<std::unordered_map<std::string_view, Definition>> m_scopes;
};

}  // namespace roundoff::formats::onnx
