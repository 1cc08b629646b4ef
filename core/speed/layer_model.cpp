#include "core/speed/layer_model.h"

#include <algorithm>
#include <set>

#include "core/formats/format.h"
#include "core/formats/onnx/edit.h"

namespace roundoff::speed {
namespace {

using formats::onnx::OnnxEdit;

/// Names of the constants of the main graph, and of what is made of constants alone.
std::set<std::string> constantsOf(const model::Model& model) {
    std::set<std::string> constants;
    for (const model::Tensor& tensor : model.tensors()) constants.insert(tensor.name);
    for (const model::Node& node : model.graph().nodes) {
        if (node.subgraph != 0) continue;
        const bool made = node.inputs.empty() ? node.op == "Constant"
                                              : std::ranges::all_of(node.inputs, [&](const std::string& input) {
                                                    return input.empty() || constants.contains(input);
                                                });
        if (made) constants.insert(node.outputs.begin(), node.outputs.end());
    }
    return constants;
}

std::uint64_t elements(const runtime::Sample& values) {
    std::uint64_t sum = 0;
    for (const auto& value : values) sum += tensor::elementCount(value.shape).value_or(0);
    return sum;
}

}  // namespace

std::vector<LayerPart> layerParts(const model::Model& model) {
    const std::set<std::string> constants = constantsOf(model);
    const auto& nodes = model.graph().nodes;
    std::vector<LayerPart> parts;
    for (const model::Layer& layer : model.layers()) {
        LayerPart& part = parts.emplace_back();
        for (const std::size_t use : layer.uses)
            if (nodes[use].subgraph == 0) part.nodes.push_back(use);
        if (part.nodes.empty()) {
            part.whyNot = "its operator stands in a branch or a function of the graph";
            continue;
        }
        std::set<std::string> own;
        for (const std::size_t use : part.nodes) own.insert(nodes[use].outputs.begin(), nodes[use].outputs.end());
        for (const std::size_t use : part.nodes)
            for (const std::string& input : nodes[use].inputs)
                if (!input.empty() && !constants.contains(input) && !own.contains(input) &&
                    std::ranges::find(part.inputs, input) == part.inputs.end())
                    part.inputs.push_back(input);
        if (part.inputs.empty()) part.whyNot = "it computes on constants alone: ONNX Runtime does so once, at the start";
    }
    return parts;
}

Result<std::vector<runtime::NamedTensor>> captureValues(const model::Model& model, const std::vector<std::string>& names,
                                                        const runtime::Sample& sample, Job& job) {
    const auto named = [](const auto& list, const std::string& name) {
        return std::ranges::find_if(list, [&](const auto& each) { return each.name == name; });
    };
    auto edit = OnnxEdit::begin(model);
    if (!edit) return propagate(edit);
    std::set<std::string> asked;
    for (const std::string& name : names)
        if (named(sample, name) == sample.end() && named(model.graph().outputs, name) == model.graph().outputs.end() &&
            asked.insert(name).second)
            edit->addOutput(name);
    const auto bytes = edit->serialize(job);
    if (!bytes) return propagate(bytes);
    runtime::SessionOptions options;
    options.threads = job.threads();
    options.stop = job.stopToken();
    auto session = runtime::Session::open(model.info().path, std::as_bytes(std::span(*bytes)), options, {});
    if (!session) return propagate(session);
    const auto outputs = session->run(sample, job);
    if (!outputs) return propagate(outputs);
    std::vector<runtime::NamedTensor> found;
    for (const std::string& name : names) {
        if (const auto given = named(sample, name); given != sample.end())
            found.push_back(*given);
        else if (const auto made = named(*outputs, name); made != outputs->end())
            found.push_back(*made);
        else
            return failed(model.info().path, "the value \"" + name + "\" is no tensor", "Leave its layer out with --exclude");
    }
    return found;
}

Result<model::Model> layerModel(const model::Model& model, const LayerPart& part, const runtime::Sample& inputs,
                                const std::filesystem::path& path, Job& job) {
    auto edit = OnnxEdit::begin(model);
    if (!edit) return propagate(edit);
    std::vector<model::Value> values;
    for (const runtime::NamedTensor& input : inputs) {
        model::Value& value = values.emplace_back();
        value.name = input.name;
        value.type = input.type;
        value.shape = input.shape;
    }
    edit->keepOnly(part.nodes, values);
    const auto written = edit->write(path, {}, job);
    if (!written) return propagate(written);
    return formats::openModel(path, job);
}

const model::Layer* sameLayer(const model::Model& small, const model::Model& model, const model::Layer& layer) {
    const std::string& weight = model.tensors()[layer.weight].name;
    for (const model::Layer& each : small.layers())
        if (small.tensors()[each.weight].name == weight) return &each;
    return nullptr;
}

Work workOf(const model::Layer& layer, const runtime::Sample& inputs, const runtime::Sample& outputs) {
    Work work;
    work.weights = layer.parameters;
    work.inputs = elements(inputs);
    work.outputs = elements(outputs);
    const auto axis = [&](int index) -> std::uint64_t {
        return index >= 0 && std::size_t(index) < layer.shape.size() && layer.shape[std::size_t(index)] > 0
                   ? std::uint64_t(layer.shape[std::size_t(index)])
                   : 0;
    };
    // Every output is a sum over the weights of its channel; of transposed convolutions every input spreads so.
    if ((layer.op == "Conv" || layer.op == "Gemm" || layer.op == "MatMul") && axis(layer.outputAxis) > 0)
        work.macs = work.outputs * (layer.parameters / axis(layer.outputAxis));
    if (layer.op == "MatMul" && layer.shape.size() > 2 && axis(int(layer.shape.size()) - 2) > 0)
        work.macs = work.outputs * axis(int(layer.shape.size()) - 2);
    if (layer.op == "ConvTranspose" && axis(0) > 0) work.macs = work.inputs * (layer.parameters / axis(0));
    return work;
}

}  // namespace roundoff::speed
