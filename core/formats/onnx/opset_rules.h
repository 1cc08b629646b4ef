#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/formats/onnx/node_insertions.h"
#include "core/formats/onnx/value_facts.h"

namespace roundoff::formats::onnx {

/// One node being rewritten, with what a rule needs at hand.
class Rewrite {
public:
    Rewrite(::onnx::NodeProto& node, NodeInsertions& insertions, const ValueFacts& facts,
            std::unordered_set<std::string>& names)
        : m_node(node), m_insertions(insertions), m_facts(facts), m_names(names) {}

    [[nodiscard]] ::onnx::NodeProto& node() { return m_node; }
    [[nodiscard]] const ValueFacts& facts() const { return m_facts; }
    [[nodiscard]] bool has(std::string_view name) const { return attribute(m_node, name) != nullptr; }
    /// Removes an attribute and gives it.
    std::optional<::onnx::AttributeProto> take(std::string_view name);
    void set(std::string_view name, const AttributeValue& value);
    /// True where a value stands in the slot.
    [[nodiscard]] bool hasInput(int slot) const { return !inputOf(m_node, slot).empty(); }
    [[nodiscard]] bool hasOutput(int slot) const { return slot < m_node.output_size() && !m_node.output(slot).empty(); }
    void setInput(int slot, const std::string& value);
    void rename(const std::string& op);
    /// True once the rule did something.
    [[nodiscard]] bool changed() const { return m_changed; }

    /// Constants made before the node; they give the value's name.
    std::string constant(const std::vector<std::int64_t>& values, bool scalar = false);
    std::string constant(const std::vector<float>& values);
    std::string constant(float value, tensor::ElementType type);
    /// A node of the standard set with one output before the node; gives the output's name.
    std::string before(const std::string& op, const std::vector<std::string>& inputs,
                       std::vector<std::pair<std::string, AttributeValue>> attributes = {});
    /// Takes over the node's first output: it computes that from the node's new one, which is the first of `inputs`.
    void after(const std::string& op, std::vector<std::string> inputs);

private:
    std::string fresh(std::string_view suffix);

    ::onnx::NodeProto& m_node;
    NodeInsertions& m_insertions;
    const ValueFacts& m_facts;
    std::unordered_set<std::string>& m_names;
    bool m_changed = false;
};

/// What has to be done to an operator that comes from `version` - 1.
struct OpsetRule {
    std::int64_t version;
    std::string_view op;
    /// "" when done, else why it cannot be done.
    std::string (*apply)(Rewrite& rewrite);
};

std::span<const OpsetRule> opsetRules();

}  // namespace roundoff::formats::onnx
