#include <algorithm>

#include "core/exports/families.h"
#include "core/exports/onnx_writer.h"

namespace roundoff::exports {
namespace {

constexpr std::size_t kPiece = 1 << 18;

std::string whyNot(const model::Layer&, const schemes::Scheme& scheme) {
    if (scheme.activation) return "it holds weights alone; leave out the part behind the slash";
    return {};
}

/// Dequantized values, piece by piece: the float weight is twice as large as its codes.
formats::onnx::MakeBytes dequantized(const model::Model& model, std::size_t layer,
                                     const schemes::TensorScheme& scheme) {
    return [model, layer, scheme](formats::onnx::ByteSink& sink, Job& job) -> Result<void> {
        const auto codes = LayerCodes(model).of(layer, scheme, job);
        if (!codes) return propagate(codes);
        const tensor::ElementType type = model.tensors()[model.layers()[layer].weight].type;
        const std::uint64_t count = tensor::elementCount((*codes)->shape).value_or(0);
        std::vector<float> values;
        for (std::uint64_t first = 0; first < count; first += kPiece) {
            if (job.cancelled()) return cancelled();
            values.resize(std::size_t(std::min<std::uint64_t>(kPiece, count - first)));
            schemes::dequantize(**codes, first, values);
            if (auto written = sink.write(bytesOf(type, values)); !written) return written;
        }
        return {};
    };
}

Result<Exported> write(const model::Model& model, const analysis::Recipe& recipe,
                       const std::filesystem::path& temporary, const std::filesystem::path& final,
                       const ExportOptions& options, Job& job) {
    auto writer = OnnxWriter::begin(model, recipe, *findTarget("onnx-fakequant"), options);
    if (!writer) return propagate(writer);
    for (const std::size_t i : writer->quantized()) {
        const model::Tensor& weight = writer->weight(i);
        writer->edit().replaceTensor(writer->layer(i).weight, weight.type, weight.shape,
                                     dequantized(model, i, writer->scheme(i)));
    }
    writer->note(
        "the weights are floats that carry the quantized values: accuracy is that of the scheme, size and speed "
        "are those of the float model");
    return writer->finish(temporary, final, options, job);
}

}  // namespace

Target onnxFakeQuant() {
    return {"onnx-fakequant",
            "ONNX, fake-quantized weights",
            "Float weights carrying the quantized values: any scheme, runs anywhere, no smaller and no faster.",
            ".onnx",
            whyNot,
            write};
}

}  // namespace roundoff::exports
