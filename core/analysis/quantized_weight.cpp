#include "core/analysis/quantized_weight.h"

#include "core/schemes/quantized_tensor.h"
#include "core/tensor/convert.h"

namespace roundoff::analysis {

Result<std::shared_ptr<const runtime::NamedTensor>> quantizedWeight(const model::Model& model, const model::Layer& layer,
                                                                    const schemes::TensorScheme& scheme, Job& job) {
    auto data = model.weight(layer);
    if (!data) return propagate(data);
    const auto codes = schemes::quantize(data->view, layer.outputAxis, layer.reductionAxis, scheme, job);
    if (!codes) return propagate(codes);
    const model::Tensor& tensor = model.tensors()[layer.weight];
    auto weight = std::make_shared<runtime::NamedTensor>(runtime::NamedTensor{tensor.name, tensor.type, tensor.shape, {}});
    std::vector<float> values(data->view.count());
    schemes::dequantize(*codes, 0, values);
    weight->bytes.resize(data->view.bytes.size());
    tensor::writeFloats(tensor.type, values, weight->bytes);
    model.release(layer.weight);
    return weight;
}

}  // namespace roundoff::analysis
