#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/model/model.h"

namespace roundoff::testing_support {

/// A model made by hand, without a file: enough for what looks only at the graph.
inline model::Model toyModel(std::vector<model::Value> inputs, std::vector<model::Node> nodes = {},
                             std::vector<model::Tensor> tensors = {},
                             std::map<std::string, std::string> metadata = {}) {
    class NoData : public model::Source {
        Result<tensor::TensorData> data(std::size_t) const override { return failed("", "no data"); }
    };
    model::Info info;
    info.path = "toy.onnx";
    info.format = "onnx";
    info.metadata = std::move(metadata);
    model::Graph graph;
    graph.inputs = std::move(inputs);
    graph.nodes = std::move(nodes);
    return {std::move(info), std::move(tensors), {}, std::move(graph), std::make_shared<NoData>()};
}

inline model::Value input(std::string name, tensor::ElementType type, tensor::Shape shape,
                          std::vector<std::string> names = {}) {
    names.resize(shape.size());
    return {std::move(name), type, std::move(shape), std::move(names), true};
}

inline model::Tensor constant(std::string name, tensor::Shape shape) {
    model::Tensor tensor;
    tensor.name = std::move(name);
    tensor.shape = std::move(shape);
    return tensor;
}

}  // namespace roundoff::testing_support
