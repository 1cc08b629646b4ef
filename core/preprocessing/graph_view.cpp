#include "core/preprocessing/graph_view.h"

#include "core/tensor/tensor_view.h"

namespace roundoff::preprocessing {

GraphView::GraphView(const model::Model& model) : m_model(model) {
    const auto& nodes = model.graph().nodes;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        for (std::size_t slot = 0; slot < nodes[i].inputs.size(); ++slot)
            if (!nodes[i].inputs[slot].empty()) m_readers[nodes[i].inputs[slot]].push_back({i, slot});
    for (std::size_t i = 0; i < model.tensors().size(); ++i) m_constants[model.tensors()[i].name].push_back(i);
    for (const model::Value& output : model.graph().outputs) m_outputs.insert(output.name);
}

const std::vector<GraphView::Reader>& GraphView::readers(const std::string& value) const {
    static const std::vector<Reader> none;
    const auto found = m_readers.find(value);
    return found == m_readers.end() ? none : found->second;
}

std::optional<std::size_t> GraphView::onlyReader(const std::string& value) const {
    const auto& all = readers(value);
    if (all.size() != 1 || isOutput(value) || node(all.front().node).subgraph != 0) return std::nullopt;
    return all.front().node;
}

std::optional<std::size_t> GraphView::constant(const std::string& value) const {
    const auto found = m_constants.find(value);
    if (found == m_constants.end() || found->second.size() != 1) return std::nullopt;
    return found->second.front();
}

std::optional<std::vector<double>> GraphView::numbers(const std::string& value, std::uint64_t most) const {
    const auto index = constant(value);
    if (!index || tensor(*index).type != tensor::ElementType::Float32) return std::nullopt;
    const auto data = m_model.data(*index);
    if (!data || data->view.count() > most) return std::nullopt;
    std::vector<float> floats(data->view.count());
    tensor::readFloats(data->view, 0, floats);
    return std::vector<double>(floats.begin(), floats.end());
}

bool GraphView::is(std::size_t index, std::string_view op) const {
    const model::Node& at = node(index);
    return at.subgraph == 0 && at.domain.empty() && at.op == op;
}

}  // namespace roundoff::preprocessing
