#include "core/analysis/bias_codes.h"

#include <cmath>

#include "core/schemes/quantized_tensor.h"
#include "core/tensor/convert.h"

namespace roundoff::analysis {
namespace {

/// Half of what 32 bits hold: the other half is for the sum of products of codes that the bias is added to.
constexpr double kMost = 1 << 30;

}  // namespace

std::optional<BiasCodes> biasCodes(std::span<const float> bias, float inputScale, std::span<const float> weightScales) {
    BiasCodes out;
    for (const float scale : weightScales) out.scales.push_back(inputScale * scale);
    for (std::size_t i = 0; i < bias.size(); ++i) {
        const double code = std::nearbyint(double(bias[i]) / double(out.scales[out.scales.size() == 1 ? 0 : i]));
        if (!(std::abs(code) <= kMost)) return std::nullopt;
        out.codes.push_back(std::int32_t(code));
    }
    return out;
}

Result<std::optional<BiasCodes>> biasCodes(const model::Model& model, const BiasPoint& bias, float inputScale,
                                           const schemes::TensorScheme& scheme, Job& job) {
    const auto data = model.data(bias.tensor);
    if (!data) return propagate(data);
    std::vector<float> values(data->view.count());
    tensor::readFloats(data->view, 0, values);
    const model::Layer& layer = model.layers()[bias.layer];
    const auto weight = model.weight(layer);
    if (!weight) return propagate(weight);
    const auto codes = schemes::quantize(weight->view, layer.outputAxis, layer.reductionAxis, scheme, job);
    if (!codes) return propagate(codes);
    return biasCodes(values, inputScale, codes->scales);
}

}  // namespace roundoff::analysis
