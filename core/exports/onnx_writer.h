#pragma once
#include <memory>

#include "core/analysis/placement.h"
#include "core/exports/plan.h"
#include "core/formats/onnx/edit.h"
#include "core/schemes/quantized_tensor.h"

namespace roundoff::exports {

/// Quantizes layers when the writer comes to their tensors. Keeps the last one, as codes, scales and zero points of a
/// layer are written one after the other.
class LayerCodes {
public:
    explicit LayerCodes(model::Model model) : m_model(std::move(model)) {}
    Result<std::shared_ptr<const schemes::QuantizedTensor>> of(std::size_t layer, const schemes::TensorScheme& scheme,
                                                               Job& job);

private:
    model::Model m_model;
    std::size_t m_layer = std::size_t(-1);
    std::shared_ptr<const schemes::QuantizedTensor> m_last;
};

/// What the ONNX targets share: the plan, the edit, tensors made on demand, and what the file says of itself.
class OnnxWriter {
public:
    static Result<OnnxWriter> begin(const model::Model& model, const analysis::Recipe& recipe, const Target& target,
                                    const ExportOptions& options);

    /// Indices of the layers to quantize.
    [[nodiscard]] std::vector<std::size_t> quantized() const;
    [[nodiscard]] const model::Layer& layer(std::size_t index) const { return m_model.layers()[index]; }
    [[nodiscard]] const model::Tensor& weight(std::size_t index) const {
        return m_model.tensors()[layer(index).weight];
    }
    [[nodiscard]] const schemes::TensorScheme& scheme(std::size_t index) const { return m_plan[index].scheme.weight; }
    [[nodiscard]] const schemes::Scheme& wholeScheme(std::size_t index) const { return m_plan[index].scheme; }
    /// True where no other node than these reads a value, and it is no output of the model.
    [[nodiscard]] bool readOnlyBy(const std::vector<std::size_t>& nodes, const std::string& value) const;
    [[nodiscard]] std::vector<schemes::Scheme> allSchemes() const { return schemesOf(m_plan); }
    [[nodiscard]] const model::Model& model() const { return m_model; }
    formats::onnx::OnnxEdit& edit() { return m_edit; }
    /// Starts the edit anew: for one that a refused opset spoilt.
    Result<void> restart();
    /// A remark for the user; the same one is kept once.
    void note(std::string text);

    using Make = std::function<std::vector<std::byte>(const schemes::QuantizedTensor&)>;
    /// Bytes made of a layer's codes when the file is written.
    [[nodiscard]] formats::onnx::MakeBytes fromCodes(std::size_t layer, Make make) const;

    /// What became of the nodes.
    void setFates(const std::vector<analysis::Placement::NodeFate>& fates);

    Result<Exported> finish(const std::filesystem::path& temporary, const std::filesystem::path& final,
                            const ExportOptions& options, Job& job);

private:
    OnnxWriter(model::Model model, std::string target, std::vector<ExportedLayer> plan, formats::onnx::OnnxEdit edit);

    model::Model m_model;
    std::string m_target;
    std::vector<ExportedLayer> m_plan;
    formats::onnx::OnnxEdit m_edit;
    std::shared_ptr<LayerCodes> m_codes;
    std::vector<std::string> m_notes;
    std::vector<analysis::NodeReport> m_nodes;
};

/// Bytes of numbers as `type`.
std::vector<std::byte> bytesOf(tensor::ElementType type, std::span<const float> values);

}  // namespace roundoff::exports
