#include "core/exports/plan.h"

#include <algorithm>
#include <optional>

#include "core/analysis/selection.h"
#include "core/kernels/moments.h"
#include "core/schemes/number_format.h"
#include "core/schemes/quantized_tensor.h"
#include "core/tensor/convert.h"

namespace roundoff::exports {
namespace {

using analysis::Status;

/// Why a layer stays as it is, whatever the scheme; empty where it can be quantized.
std::string keptFor(const model::Model& model, const model::Layer& layer) {
    if (layer.stored) return "already quantized: " + layer.stored->description;
    const tensor::ElementType type = model.tensors()[layer.weight].type;
    if (!isFloat(type)) return fmt::format("the weight is {}, not float", name(type));
    if (layer.parameters == 0) return "the weight is empty";
    return {};
}

}  // namespace

Result<std::vector<ExportedLayer>> planLayers(const model::Model& model, const analysis::Recipe& recipe,
                                              const Target& target, const ExportOptions& options) {
    const auto leftOut = analysis::leftOut(model, {options.only, options.exclude});
    if (!leftOut) return propagate(leftOut);
    std::vector<ExportedLayer> plan;
    for (const model::Layer& layer : model.layers()) {
        ExportedLayer& planned = plan.emplace_back();
        planned.name = layer.name;
        planned.status = Status::Kept;
        const schemes::Scheme& scheme = recipe.schemeOf(layer.name);
        if (planned.reason = keptFor(model, layer); !planned.reason.empty()) continue;
        if (scheme.isFloat()) {
            const auto known = options.reasons.find(layer.name);
            planned.reason = known == options.reasons.end() ? "the recipe leaves it float" : known->second;
        } else if (const std::string& reason = (*leftOut)[plan.size() - 1]; !reason.empty()) {
            planned.reason = reason;
        } else {
            const auto tiling =
                schemes::tilingOf(layer.shape, layer.outputAxis, layer.reductionAxis, scheme.weight);
            std::string whyNot = !tiling ? tiling.error().what : target.whyNot(layer, scheme);
            if (!whyNot.empty())
                return usage(
                    model.info().path + ", layer " + layer.name,
                    fmt::format("{} cannot hold {}: {}", target.id, shortText(scheme), whyNot),
                    fmt::format("Give the layer another scheme, or leave it float (--exclude '^{}$')", layer.name));
            planned.status = Status::Quantized;
            planned.scheme = scheme;
        }
    }
    return plan;
}

analysis::Recipe recipeOf(const std::vector<ExportedLayer>& layers) {
    analysis::Recipe recipe;
    for (const ExportedLayer& layer : layers)
        if (layer.status == Status::Quantized) recipe.layers.emplace(layer.name, layer.scheme);
    return recipe;
}

std::vector<schemes::Scheme> schemesOf(const std::vector<ExportedLayer>& layers) {
    std::vector<schemes::Scheme> schemes;
    for (const ExportedLayer& layer : layers)
        schemes.push_back(layer.status == Status::Quantized ? layer.scheme : schemes::Scheme());
    return schemes;
}

Result<std::vector<std::string>> brokenWeights(const model::Model& model, const std::vector<ExportedLayer>& layers, Job& job) {
    std::vector<std::string> warnings;
    std::vector<float> part(std::size_t(1) << 16);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (layers[i].status != Status::Quantized) continue;
        job.progress(double(i), double(layers.size()), layers[i].name);
        const auto data = model.weight(model.layers()[i]);
        if (!data) return propagate(data);
        kernels::Moments all;
        for (std::size_t at = 0, n = 0; at < data->view.count(); at += n) {
            if (job.cancelled()) return cancelled();
            n = std::min(part.size(), std::size_t(data->view.count()) - at);
            tensor::readFloats(data->view, at, std::span(part).first(n));
            kernels::accumulate(part.data(), n, all, kernels::Powers::Two);
        }
        model.release(model.layers()[i].weight);
        if (all.nan + all.inf > 0)
            warnings.push_back(fmt::format("WARNING: {}: {} NaN and {} infinite of {} weights; they become the lowest code or clip",
                                           layers[i].name, all.nan, all.inf, all.count));
    }
    return warnings;
}

std::uint64_t estimateBytes(const model::Model& model, const std::vector<ExportedLayer>& layers, const Target& target) {
    std::uint64_t bytes = model.info().bytes;
    if (target.id == "onnx-fakequant") return bytes;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (layers[i].status != Status::Quantized) continue;
        const model::Layer& layer = model.layers()[i];
        const model::Tensor& weight = model.tensors()[layer.weight];
        const schemes::TensorScheme& scheme = layers[i].scheme.weight;
        const auto tiling = schemes::tilingOf(layer.shape, layer.outputAxis, layer.reductionAxis, scheme);
        if (!tiling) continue;
        bytes -= std::min(bytes, weight.bytes);
        bytes += schemes::quantizedBytes(scheme, layer.parameters, tiling->scales(), schemes::scaleTypeOf(weight.type));
    }
    return bytes;
}

}  // namespace roundoff::exports
