#include "core/exports/onnx_writer.h"

#include <algorithm>
#include <random>

#include "core/base/sha256_memo.h"
#include "core/exports/digest.h"
#include "core/exports/provenance.h"
#include "core/tensor/convert.h"

namespace roundoff::exports {

using formats::onnx::ByteSink;
using formats::onnx::OnnxEdit;

Result<std::shared_ptr<const schemes::QuantizedTensor>> LayerCodes::of(std::size_t layer,
                                                                       const schemes::TensorScheme& scheme, Job& job) {
    if (layer == m_layer) return m_last;
    m_layer = std::size_t(-1);
    m_last.reset();
    const model::Layer& which = m_model.layers()[layer];
    const auto weight = m_model.weight(which);
    if (!weight) return propagate(weight);
    auto codes = schemes::quantize(weight->view, which.outputAxis, which.reductionAxis, scheme, job);
    if (!codes) return propagate(codes);
    m_model.release(which.weight);
    m_last = std::make_shared<const schemes::QuantizedTensor>(std::move(*codes));
    m_layer = layer;
    return m_last;
}

OnnxWriter::OnnxWriter(model::Model model, std::string target, std::vector<ExportedLayer> plan, OnnxEdit edit)
    : m_model(std::move(model)),
      m_target(std::move(target)),
      m_plan(std::move(plan)),
      m_edit(std::move(edit)),
      m_codes(std::make_shared<LayerCodes>(m_model)) {}

Result<OnnxWriter> OnnxWriter::begin(const model::Model& model, const analysis::Recipe& recipe, const Target& target,
                                     const ExportOptions& options) {
    auto plan = planLayers(model, recipe, target, options);
    if (!plan) return propagate(plan);
    auto edit = OnnxEdit::begin(model);
    if (!edit) return propagate(edit);
    return OnnxWriter(model, std::string(target.id), std::move(*plan), std::move(*edit));
}

Result<void> OnnxWriter::restart() {
    auto edit = OnnxEdit::begin(m_model);
    if (!edit) return propagate(edit);
    m_edit = std::move(*edit);
    return {};
}

bool OnnxWriter::readOnlyBy(const std::vector<std::size_t>& nodes, const std::string& value) const {
    const model::Graph& graph = m_model.graph();
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
        if (std::ranges::find(nodes, i) == nodes.end() && std::ranges::find(graph.nodes[i].inputs, value) != graph.nodes[i].inputs.end())
            return false;
    return std::ranges::find(graph.outputs, value, &model::Value::name) == graph.outputs.end();
}

std::vector<std::size_t> OnnxWriter::quantized() const {
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < m_plan.size(); ++i)
        if (m_plan[i].status == analysis::Status::Quantized) indices.push_back(i);
    return indices;
}

void OnnxWriter::note(std::string text) {
    if (std::find(m_notes.begin(), m_notes.end(), text) == m_notes.end()) m_notes.push_back(std::move(text));
}

void OnnxWriter::setFates(const std::vector<analysis::Placement::NodeFate>& fates) {
    m_nodes = analysis::nodeReports(m_model, fates);
}

formats::onnx::MakeBytes OnnxWriter::fromCodes(std::size_t layer, Make make) const {
    return [cache = m_codes, layer, which = scheme(layer), make = std::move(make)](ByteSink& sink,
                                                                                   Job& job) -> Result<void> {
        const auto codes = cache->of(layer, which, job);
        if (!codes) return propagate(codes);
        return sink.write(make(**codes));
    };
}

Result<Exported> OnnxWriter::finish(const std::filesystem::path& temporary, const std::filesystem::path& final,
                                    const ExportOptions& options, Job& job) {
    const auto source = sha256FileOnce(m_model.info().path, job);
    if (!source) return propagate(source);
    m_edit.setMetadata(std::string(kRecipeKey), recipeJson(recipeOf(m_plan)));
    m_edit.setMetadata(std::string(kTargetKey), m_target);
    m_edit.setMetadata(std::string(kVersionKey), ROUNDOFF_VERSION);
    m_edit.setMetadata(std::string(kSourceKey), *source);
    std::string steps;
    for (const model::Preprocessing& step : m_model.info().preprocessing)
        if (step.kept) steps.append(steps.empty() ? "" : ",").append(step.step);
    if (!steps.empty()) m_edit.setMetadata(std::string(kPreprocessingKey), steps);
    m_edit.setMetadata(std::string(kDigestKey), kUnsealed);
    // A data file gets a name that nothing has yet, so that an old export stays whole until the new one takes its
    // place.
    std::string data = final.filename().string() + ".data";
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::absolute(final).parent_path() / data, error))
        data = fmt::format("{}.{:08x}.data", final.filename().string(), std::random_device()());
    auto files = m_edit.write(temporary, {options.externalData, data}, job);
    if (!files) return propagate(files);
    Exported exported;
    exported.files = std::move(*files);
    exported.layers = m_plan;
    exported.notes = m_notes;
    exported.nodes = m_nodes;
    return exported;
}

std::vector<std::byte> bytesOf(tensor::ElementType type, std::span<const float> values) {
    std::vector<std::byte> bytes(tensor::storageBytes(type, values.size()).value_or(0));
    tensor::writeFloats(type, values, bytes);
    return bytes;
}

}  // namespace roundoff::exports
