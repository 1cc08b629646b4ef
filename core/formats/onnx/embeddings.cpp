#include "core/formats/onnx/embeddings.h"

#include <algorithm>
#include <array>

namespace roundoff::formats::onnx {
namespace {

/// Operators that move data without changing it.
bool isMove(const ::onnx::NodeProto& node) {
    constexpr std::array<std::string_view, 10> kMoves{"Unsqueeze", "Squeeze",   "Reshape",  "Cast",   "Slice",
                                                      "Concat",    "Transpose", "Identity", "Expand", "Tile"};
    return domainOf(node).empty() && std::find(kMoves.begin(), kMoves.end(), node.op_type()) != kMoves.end();
}

/// A factor of positions: RotaryEmbedding, or a product with something that is no constant.
bool isRotation(const ::onnx::NodeProto& node, int scope, const Names& names) {
    if (node.op_type() == "RotaryEmbedding") return true;
    if (!isStandard(node, "Mul")) return false;
    return std::all_of(node.input().begin(), node.input().end(), [&](const std::string& input) {
        const Definition* found = names.find(scope, input);
        return !found || found->tensor < 0;
    });
}

}  // namespace

Consumers::Consumers(const Walk& walk) {
    for (std::size_t i = 0; i < walk.nodes.size(); ++i)
        for (const std::string& input : walk.nodes[i].proto->input())
            if (!input.empty()) m_readers[input].push_back(int(i));
}

const std::vector<int>& Consumers::of(std::string_view value) const {
    static const std::vector<int> none;
    const auto found = m_readers.find(value);
    return found == m_readers.end() ? none : found->second;
}

bool isUsedAsEmbedding(const Walk& walk, const Names& names, const Consumers& consumers, int gather) {
    constexpr std::size_t kFarEnough = 64;
    std::vector<int> open{gather};
    bool rotated = false;
    for (std::size_t next = 0; next < open.size() && next < kFarEnough; ++next) {
        for (const std::string& output : walk.nodes[std::size_t(open[next])].proto->output()) {
            for (const int reader : consumers.of(output)) {
                const NodeRef& node = walk.nodes[std::size_t(reader)];
                if (isMove(*node.proto)) {
                    if (std::find(open.begin(), open.end(), reader) == open.end()) open.push_back(reader);
                } else if (isRotation(*node.proto, node.scope, names)) {
                    rotated = true;
                } else {
                    return true;
                }
            }
        }
    }
    return !rotated;
}

}  // namespace roundoff::formats::onnx
