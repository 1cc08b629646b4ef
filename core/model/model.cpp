#include "core/model/model.h"

#include <utility>

namespace roundoff::model {

Model::Model(Info info, std::vector<Tensor> tensors, std::vector<Layer> layers, Graph graph,
             std::shared_ptr<const Source> source)
    : m_data(std::make_shared<const Data>(
          Data{std::move(info), std::move(tensors), std::move(layers), std::move(graph), std::move(source), nullptr})) {}

Model::Model(const Model& model, Info info, std::shared_ptr<const void> owner)
    : m_data(std::make_shared<const Data>(Data{std::move(info), model.tensors(), model.layers(), model.graph(), model.source(),
                                               std::move(owner)})) {}

}  // namespace roundoff::model
