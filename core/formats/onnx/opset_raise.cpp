#include "core/formats/onnx/opset_raise.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_set>

#include "core/formats/onnx/opset_rules.h"

namespace roundoff::formats::onnx {
namespace {

using Nodes = NodeInsertions::Nodes;

/// The graph, or a function: a closed world of names.
class Raiser {
public:
    Raiser(const OnnxSource& source, std::map<std::string, int>& rewritten)
        : m_source(source), m_rewritten(rewritten) {}

    Result<void> run(Nodes& nodes, const ::onnx::GraphProto* graph, std::int64_t from, std::int64_t to) {
        for (std::int64_t version = from + 1; version <= to; ++version) {
            // Anew for each step: the last one made nodes that this one may ask for.
            ValueFacts facts(m_source);
            graph ? facts.learn(*graph) : facts.learn(nodes);
            std::unordered_map<std::string_view, const OpsetRule*> rules;
            for (const OpsetRule& rule : opsetRules())
                if (rule.version == version) rules[rule.op] = &rule;
            if (rules.empty()) continue;
            m_names.clear();
            collectNames(nodes);
            if (const auto done = step(nodes, rules, facts); !done) return done;
        }
        return {};
    }

private:
    void collectNames(const Nodes& nodes) {
        for (const auto& node : nodes) {
            m_names.insert(node.name());
            m_names.insert(node.output().begin(), node.output().end());
            m_names.insert(node.input().begin(), node.input().end());
            for (const auto& a : node.attribute()) {
                if (a.has_g()) collectNames(a.g().node());
                for (const auto& body : a.graphs()) collectNames(body.node());
            }
        }
    }

    Result<void> step(Nodes& nodes, const std::unordered_map<std::string_view, const OpsetRule*>& rules,
                      const ValueFacts& facts) {
        NodeInsertions insertions;
        for (::onnx::NodeProto& node : nodes) {
            for (auto& a : *node.mutable_attribute()) {
                if (a.has_g())
                    if (const auto done = step(*a.mutable_g()->mutable_node(), rules, facts); !done) return done;
                for (auto& body : *a.mutable_graphs())
                    if (const auto done = step(*body.mutable_node(), rules, facts); !done) return done;
            }
            const auto rule = domainOf(node).empty() ? rules.find(node.op_type()) : rules.end();
            if (rule == rules.end()) continue;
            const std::string op = node.op_type();
            Rewrite rewrite(node, insertions, facts, m_names);
            const bool parameterized = std::any_of(node.attribute().begin(), node.attribute().end(),
                                                   [](const auto& a) { return !a.ref_attr_name().empty(); });
            const std::string refusal =
                parameterized ? "its attributes are parameters of a function" : rule->second->apply(rewrite);
            if (!refusal.empty())
                return badInput(
                    fmt::format("node '{}' ({})", node.name(), node.op_type()),
                    fmt::format("the operator cannot be raised to opset {}: {}", rule->second->version, refusal),
                    "Export the model with a newer opset, or choose a target that needs none");
            if (rewrite.changed()) ++m_rewritten[op];
        }
        insertions.apply(nodes);
        return {};
    }

    const OnnxSource& m_source;
    std::map<std::string, int>& m_rewritten;
    std::unordered_set<std::string> m_names;
};

/// Raises the standard import of a model or function; gives the old version, or `version` where nothing is to do.
template <class Imports>
std::int64_t raiseImport(Imports& imports, std::int64_t version) {
    for (auto& import : imports) {
        if (!import.domain().empty() && import.domain() != "ai.onnx") continue;
        const std::int64_t old = import.version();
        if (old < version) import.set_version(version);
        return std::min<std::int64_t>(old, version);
    }
    return version;
}

}  // namespace

Result<std::vector<std::string>> raiseOpset(::onnx::ModelProto& model, std::int64_t version, const OnnxSource& source) {
    if (version > kNewestOpset)
        return usage("opset", fmt::format("{} is newer than {}", version, kNewestOpset), "Choose an older one");
    std::map<std::string, int> rewritten;
    const std::int64_t from = raiseImport(*model.mutable_opset_import(), version);
    Raiser raiser(source, rewritten);
    if (const auto done = raiser.run(*model.mutable_graph()->mutable_node(), &model.graph(), from, version); !done)
        return propagate(done);
    for (auto& function : *model.mutable_functions()) {
        const std::int64_t own = raiseImport(*function.mutable_opset_import(), version);
        if (const auto done = raiser.run(*function.mutable_node(), nullptr, own, version); !done)
            return propagate(done);
    }
    if (from == version) return std::vector<std::string>{};
    std::string note = fmt::format("opset raised from {} to {}", from, version);
    std::string operators;
    for (const auto& [op, count] : rewritten)
        operators += fmt::format("{}{} {}", operators.empty() ? "" : ", ", count, op);
    if (!operators.empty()) note += fmt::format(" ({} rewritten)", operators);
    return std::vector<std::string>{note};
}

}  // namespace roundoff::formats::onnx
