#pragma once
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "core/model/model.h"

namespace roundoff::test {

/// A model that lives in memory, for the tests of what does not care about files.
class MemorySource final : public model::Source {
public:
    std::vector<tensor::TensorData> tensors;
    [[nodiscard]] Result<tensor::TensorData> data(std::size_t index) const override { return tensors[index]; }
};

struct MemoryWeight {
    std::string name;
    tensor::Shape shape;
    std::vector<float> values;
    std::string op = "MatMul";
    int outputAxis = 1, reductionAxis = 0;
};

inline tensor::TensorData floatTensor(tensor::Shape shape, const std::vector<float>& values) {
    auto owner = std::make_shared<std::vector<float>>(values);
    const auto bytes = std::as_bytes(std::span<const float>(*owner));
    return {{tensor::ElementType::Float32, std::move(shape), bytes}, owner};
}

inline model::Model memoryModel(const std::vector<MemoryWeight>& weights) {
    auto source = std::make_shared<MemorySource>();
    std::vector<model::Tensor> tensors;
    std::vector<model::Layer> layers;
    model::Info info;
    info.path = "memory";
    info.format = "memory";
    for (const auto& w : weights) {
        source->tensors.push_back(floatTensor(w.shape, w.values));
        model::Tensor tensor;
        tensor.name = w.name + ".weight";
        tensor.type = tensor::ElementType::Float32;
        tensor.shape = w.shape;
        tensor.bytes = w.values.size() * sizeof(float);
        tensors.push_back(tensor);
        model::Layer layer;
        layer.name = w.name;
        layer.op = w.op;
        layer.weight = tensors.size() - 1;
        layer.shape = w.shape;
        layer.parameters = w.values.size();
        layer.outputAxis = w.outputAxis;
        layer.reductionAxis = w.reductionAxis;
        layers.push_back(layer);
        info.parameters += layer.parameters;
    }
    return model::Model(std::move(info), std::move(tensors), std::move(layers), {}, std::move(source));
}

}  // namespace roundoff::test
