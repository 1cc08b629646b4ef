#include "core/calibration/memory_forecast.h"

#include <algorithm>
#include <map>
#include <string>

namespace roundoff::calibration {
namespace {

using Sizes = std::map<std::string, std::int64_t>;

/// Sizes of the free dimensions by their symbols.
Sizes sizesOf(const model::Model& model, const runtime::Sample& sample) {
    Sizes sizes;
    for (const model::Value& input : model.graph().inputs) {
        const auto given = std::ranges::find(sample, input.name, &runtime::NamedTensor::name);
        if (given == sample.end() || given->shape.size() != input.shape.size()) continue;
        for (std::size_t i = 0; i < input.dimensionNames.size(); ++i)
            if (!input.dimensionNames[i].empty()) sizes[input.dimensionNames[i]] = given->shape[i];
    }
    return sizes;
}

std::optional<std::uint64_t> bytesOf(const model::Value& value, const Sizes& sizes) {
    if (!value.hasShape || value.type == tensor::ElementType::Undefined) return std::nullopt;
    tensor::Shape shape = value.shape;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] >= 0) continue;
        const auto known = i < value.dimensionNames.size() ? sizes.find(value.dimensionNames[i]) : sizes.end();
        if (known == sizes.end()) return std::nullopt;
        shape[i] = known->second;
    }
    const auto count = tensor::elementCount(shape);
    return count ? storageBytes(value.type, *count) : std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> activationBytes(const model::Model& model, const runtime::Sample& sample) {
    const model::Graph& graph = model.graph();
    const Sizes sizes = sizesOf(model, sample);
    std::map<std::string, std::uint64_t> bytes;
    for (const auto* values : {&graph.values, &graph.outputs})
        for (const model::Value& value : *values)
            if (const auto size = bytesOf(value, sizes)) bytes[value.name] = *size;
    std::map<std::string, std::size_t> last;  // reader
    for (std::size_t n = 0; n < graph.nodes.size(); ++n)
        for (const std::string& input : graph.nodes[n].inputs) last[input] = n;
    for (const model::Value& output : graph.outputs) last[output.name] = graph.nodes.size();

    std::uint64_t held = 0, most = 0;
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
        const model::Node& node = graph.nodes[n];
        if (node.subgraph != 0) continue;
        for (const std::string& output : node.outputs) {
            if (output.empty()) continue;
            const auto known = bytes.find(output);
            if (known == bytes.end()) return std::nullopt;
            held += known->second;
        }
        most = std::max(most, held);
        const auto end = [&](const std::string& value) {
            if (const auto known = bytes.find(value); known != bytes.end()) {
                held -= std::min(held, known->second);
                bytes.erase(known);
            }
        };
        for (const std::string& input : node.inputs)
            if (last[input] == n) end(input);
        for (const std::string& output : node.outputs)
            if (!last.contains(output)) end(output);
    }
    return most;
}

}  // namespace roundoff::calibration
