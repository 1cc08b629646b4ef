#include "core/model/model.h"

#include <utility>

namespace roundoff::model {
namespace {

template <class T>
T valueOf(const Node& node, const std::string& attribute, T fallback) {
    const auto found = node.attributes.find(attribute);
    const T* value = found == node.attributes.end() ? nullptr : std::get_if<T>(&found->second);
    return value ? *value : std::move(fallback);
}

}  // namespace

double Node::number(const std::string& attribute, double fallback) const { return valueOf(*this, attribute, fallback); }
std::string Node::text(const std::string& attribute, const std::string& fallback) const { return valueOf(*this, attribute, fallback); }
std::vector<std::int64_t> Node::integers(const std::string& attribute) const {
    return valueOf(*this, attribute, std::vector<std::int64_t>());
}

Model::Model(Info info, std::vector<Tensor> tensors, std::vector<Layer> layers, Graph graph,
             std::shared_ptr<const Source> source)
    : m_data(std::make_shared<const Data>(
          Data{std::move(info), std::move(tensors), std::move(layers), std::move(graph), std::move(source), nullptr})) {}

Model::Model(const Model& model, Info info, std::shared_ptr<const void> owner)
    : m_data(std::make_shared<const Data>(Data{std::move(info), model.tensors(), model.layers(), model.graph(), model.source(),
                                               std::move(owner)})) {}

}  // namespace roundoff::model
