#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/formats/onnx/edit.h"
#include "core/formats/onnx/walk.h"

namespace roundoff::formats::onnx {

/// Nodes waiting to be put between others: collected first, then moved into place in one go, so that pointers to nodes
/// stay good and a thousand insertions cost one pass.
class NodeInsertions {
public:
    using Nodes = google::protobuf::RepeatedPtrField<::onnx::NodeProto>;

    ::onnx::NodeProto& before(const ::onnx::NodeProto& node) { return add(m_before[&node]); }
    ::onnx::NodeProto& after(const ::onnx::NodeProto& node) { return add(m_after[&node]); }
    /// At the beginning of a list of nodes.
    ::onnx::NodeProto& first(const Nodes& list) { return add(m_first[&list]); }
    void remove(const ::onnx::NodeProto& node) { m_removed.insert(&node); }
    /// Moves everything of one list into place.
    void apply(Nodes& list);
    [[nodiscard]] bool empty() const {
        return m_before.empty() && m_after.empty() && m_first.empty() && m_removed.empty();
    }
    void clear() { *this = {}; }

private:
    using Waiting = std::vector<std::unique_ptr<::onnx::NodeProto>>;
    static ::onnx::NodeProto& add(Waiting& list);

    std::unordered_map<const ::onnx::NodeProto*, Waiting> m_before, m_after;
    std::unordered_map<const Nodes*, Waiting> m_first;
    std::unordered_set<const ::onnx::NodeProto*> m_removed;
};

/// The list of nodes of a scope.
NodeInsertions::Nodes& nodesOf(const Scope& scope);

void fill(::onnx::NodeProto& node, const NodeSpec& spec);
/// Makes a node a Constant of int64.
void fillConstant(::onnx::NodeProto& node, const std::string& output, const std::vector<std::int64_t>& values,
                  bool scalar = false);

}  // namespace roundoff::formats::onnx
