#include "core/analysis/smoothing.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "core/tensor/tensor_view.h"

namespace roundoff::analysis {

double ChannelSizes::crest() const {
    const double sum = std::accumulate(sum2.begin(), sum2.end(), 0.0);
    return sum > 0 && !absmax.empty() ? *std::ranges::max_element(absmax) / std::sqrt(sum / double(count)) : 0;
}

Result<InputChannels> inputChannels(const model::Model& model, std::size_t index, Job& job) {
    const model::Layer& layer = model.layers()[index];
    const model::Tensor& tensor = model.tensors()[layer.weight];
    if (layer.stored || !tensor::isFloat(tensor.type))
        return badInput(layer.name, fmt::format("the weight is stored as {}", tensor::name(tensor.type)),
                        "Open the float model to see its channels");
    const auto data = model.weight(layer);
    if (!data) return propagate(data);
    const auto& shape = tensor.shape;
    InputChannels result{index};
    auto& [absmax, sum2, finite] = result.weight;
    const auto axis = std::size_t(layer.reductionAxis);
    if (axis >= shape.size()) return result;
    std::uint64_t inner = 1;
    for (std::size_t d = axis + 1; d < shape.size(); ++d) inner *= std::uint64_t(shape[d]);
    const auto channels = std::uint64_t(shape[axis]);
    absmax.assign(channels, 0);
    sum2.assign(channels, 0);
    constexpr std::uint64_t kChunk = 1 << 18;
    std::vector<float> values;
    const std::uint64_t count = data->view.count();
    for (std::uint64_t first = 0; first < count; first += kChunk) {
        if (job.cancelled()) return cancelled();
        job.progress(double(first), double(count), layer.name);
        values.resize(std::min(kChunk, count - first));
        tensor::readFloats(data->view, first, values);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const float size = std::abs(values[i]);
            if (!std::isfinite(size)) continue;
            const std::size_t channel = (first + i) / inner % channels;
            absmax[channel] = std::max(absmax[channel], size);
            sum2[channel] += double(size) * size;
            ++finite;
        }
    }
    return result;
}

std::vector<double> smoothingFactors(std::span<const float> activation, std::span<const float> weight, double alpha) {
    assert(activation.size() == weight.size());
    std::vector<double> factors(activation.size(), 1.0);
    for (std::size_t j = 0; j < factors.size(); ++j)
        if (activation[j] > 0 && weight[j] > 0)
            factors[j] = std::pow(double(activation[j]), alpha) / std::pow(double(weight[j]), 1 - alpha);
    return factors;
}

ChannelSpread spreadOf(std::span<const float> absmax) {
    ChannelSpread spread;
    if (absmax.empty()) return spread;
    const auto largest = std::ranges::max_element(absmax);
    spread.largest = *largest;
    spread.at = std::size_t(largest - absmax.begin());
    std::vector<float> sorted(absmax.begin(), absmax.end());
    const auto middle = sorted.begin() + std::ptrdiff_t(sorted.size() / 2);
    std::ranges::nth_element(sorted, middle);
    spread.median = *middle;
    return spread;
}

Smoothing smoothed(const ChannelSizes& activation, const ChannelSizes& weight, double alpha) {
    Smoothing result{activation, weight};
    const auto factors = smoothingFactors(activation.absmax, weight.absmax, alpha);
    const auto scale = [](ChannelSizes& side, std::size_t j, double by) {
        side.absmax[j] = float(side.absmax[j] * by);
        if (j < side.sum2.size()) side.sum2[j] *= by * by;
    };
    for (std::size_t j = 0; j < factors.size(); ++j) {
        scale(result.activation, j, 1 / factors[j]);
        scale(result.weight, j, factors[j]);
    }
    return result;
}

}  // namespace roundoff::analysis
