#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/model/model.h"

namespace roundoff::preprocessing {

/// Who makes and who reads each value of the main graph. Indices are those of Model::graph().nodes and Model::tensors().
class GraphView {
public:
    explicit GraphView(const model::Model& model);

    /// Readers of a value, one entry for each slot, those in bodies of If and Loop too.
    struct Reader {
        std::size_t node, slot;
    };
    [[nodiscard]] const std::vector<Reader>& readers(const std::string& value) const;
    [[nodiscard]] bool isOutput(const std::string& value) const { return m_outputs.contains(value); }
    /// The node of the main graph that reads the value, where nobody else does and the model does not give it out.
    [[nodiscard]] std::optional<std::size_t> onlyReader(const std::string& value) const;
    /// The constant of that name; nothing where two have it.
    [[nodiscard]] std::optional<std::size_t> constant(const std::string& value) const;
    /// A float32 constant's numbers; nothing where it is none, or has more than `most`.
    [[nodiscard]] std::optional<std::vector<double>> numbers(const std::string& value, std::uint64_t most = 1 << 20) const;
    [[nodiscard]] const model::Node& node(std::size_t index) const { return m_model.graph().nodes[index]; }
    /// A standard operator of the main graph.
    [[nodiscard]] bool is(std::size_t index, std::string_view op) const;
    [[nodiscard]] const model::Tensor& tensor(std::size_t index) const { return m_model.tensors()[index]; }

private:
    const model::Model& m_model;
    std::unordered_map<std::string, std::vector<Reader>> m_readers;
    std::unordered_map<std::string, std::vector<std::size_t>> m_constants;
    std::unordered_set<std::string> m_outputs;
};

}  // namespace roundoff::preprocessing
