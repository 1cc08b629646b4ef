#include <array>
#include <bit>

#include "core/exports/families.h"
#include "core/exports/onnx_writer.h"
#include "core/exports/packing.h"
#include "core/exports/provenance.h"
#include "core/schemes/number_format.h"

namespace roundoff::exports {
namespace {

using tensor::ElementType;

/// Bits of a code in the file: 4 or 8; 0 where it is none of the operator's.
int storedBits(const schemes::TensorScheme& scheme) {
    using enum ElementType;
    switch (schemes::findNumberFormat(scheme.format)->storage) {
        case Int4:
        case Uint4:
            return 4;
        case Int8:
        case Uint8:
            return 8;
        default:
            return 0;
    }
}

bool isSigned(const schemes::TensorScheme& scheme) {
    const ElementType storage = schemes::findNumberFormat(scheme.format)->storage;
    return storage == ElementType::Int4 || storage == ElementType::Int8;
}

std::string whyNot(const model::Layer& layer, const schemes::Scheme& scheme) {
    const schemes::TensorScheme& weight = scheme.weight;
    if (scheme.activation) return "it holds weights alone; leave out the part behind the slash";
    if (storedBits(weight) == 0)
        return "codes are integers of 4 or 8 bits there; take int4, uint4, int8 or uint8, or onnx-qdq";
    if (weight.symmetry == schemes::Symmetry::AsymmetricFloat)
        return "zero points are integers there; take asym, or onnx-fakequant";
    if (weight.granularity.kind != schemes::Granularity::Kind::Group)
        return "scales go by groups there; add g32, g64 or g128, or take onnx-qdq";
    const std::uint32_t group = weight.granularity.columns;
    if (group < 16 || group > 256 || !std::has_single_bit(group))
        return "a group is a power of two from 16 to 256 there; take g32, g64 or g128";
    if (layer.op != "MatMul" || layer.useInput != 1 || layer.shape.size() != 2 || layer.reductionAxis != 0)
        return "it replaces MatMul with a weight [K, N] alone, and this is " + layer.op + " with " +
               tensor::text(layer.shape) + "; take onnx-qdq";
    return {};
}

/// Adds the packed weight of one layer; its uses become MatMulNBits.
Result<void> add(OnnxWriter& writer, std::size_t index) {
    const model::Layer& layer = writer.layer(index);
    const model::Tensor& weight = writer.weight(index);
    const schemes::TensorScheme& scheme = writer.scheme(index);
    const auto refuse = [&](std::string what) {
        return usage(writer.model().info().path + ", layer " + layer.name,
                     "onnx-matmulnbits cannot hold it: " + std::move(what),
                     "Take onnx-qdq, or leave the layer float (--exclude)");
    };
    if (weight.type != ElementType::Float32 && weight.type != ElementType::Float16)
        return refuse(fmt::format("the operator takes float32 and float16, the weight is {}", name(weight.type)));
    const std::vector<model::Node>& nodes = writer.model().graph().nodes;
    for (const std::size_t use : layer.uses)
        if (nodes[use].op != "MatMul" || nodes[use].inputs[1] != weight.name)
            return refuse("the weight also feeds " + nodes[use].op + " \"" + nodes[use].name +
                          "\", or comes by a detour");

    NBitsShape shape;
    shape.k = std::uint64_t(layer.shape[0]);
    shape.n = std::uint64_t(layer.shape[1]);
    shape.block = scheme.granularity.columns;
    shape.bits = storedBits(scheme);
    const int offset = isSigned(scheme) ? 1 << (shape.bits - 1) : 0;
    const auto n = std::int64_t(shape.n), blocks = std::int64_t(shape.blocks());
    formats::onnx::OnnxEdit& edit = writer.edit();
    const std::string codes = edit.freshName(weight.name + std::string(kCodesSuffix));
    const std::string scales = edit.freshName(weight.name + "_scale");
    std::vector<std::string> inputs{"", codes, scales};
    edit.addTensorBeside(layer.weight, codes, ElementType::Uint8, {n, blocks, std::int64_t(shape.blockBytes())},
                         writer.fromCodes(index, [shape, offset](const schemes::QuantizedTensor& q) {
                             return packNBits(shape, q.codes, offset);
                         }));
    edit.addTensorBeside(layer.weight, scales, weight.type, {n, blocks},
                         writer.fromCodes(index, [shape, type = weight.type](const schemes::QuantizedTensor& q) {
                             return bytesOf(type, transposeScales(shape, q.scales));
                         }));
    // The operator's own default is the middle code: that of symmetric schemes, signed and unsigned.
    if (scheme.symmetry == schemes::Symmetry::Asymmetric ||
        schemes::findNumberFormat(scheme.format)->bits != shape.bits) {
        inputs.push_back(edit.freshName(weight.name + "_zero_point"));
        edit.addTensorBeside(layer.weight, inputs.back(), ElementType::Uint8, {n, std::int64_t(shape.zeroBytes())},
                             writer.fromCodes(index, [shape, offset](const schemes::QuantizedTensor& q) {
                                 return packNBitsZeros(shape, q.zeroPoints, offset);
                             }));
    }
    for (const std::size_t use : layer.uses) {
        inputs[0] = nodes[use].inputs[0];
        edit.replaceNode(use, {nodes[use].name,
                               "MatMulNBits",
                               "com.microsoft",
                               inputs,
                               nodes[use].outputs,
                               {{"K", std::int64_t(shape.k)},
                                {"N", n},
                                {"bits", std::int64_t(shape.bits)},
                                {"block_size", std::int64_t(shape.block)}}});
    }
    edit.removeTensor(layer.weight);
    return {};
}

Result<Exported> write(const model::Model& model, const analysis::Recipe& recipe,
                       const std::filesystem::path& temporary, const std::filesystem::path& final,
                       const ExportOptions& options, Job& job) {
    auto writer = OnnxWriter::begin(model, recipe, *findTarget("onnx-matmulnbits"), options);
    if (!writer) return propagate(writer);
    for (const std::size_t i : writer->quantized())
        if (auto added = add(*writer, i); !added) return propagate(added);
    if (!writer->quantized().empty()) {
        writer->edit().importDomain("com.microsoft", 1);
        writer->note(
            "MatMulNBits is an operator of ONNX Runtime (com.microsoft); its accuracy level is left unset, so "
            "activations stay float");
    }
    return writer->finish(temporary, final, options, job);
}

}  // namespace

Target onnxMatMulNBits() {
    return {
        "onnx-matmulnbits",
        "ONNX for ONNX Runtime, 4- and 8-bit groups",
        "MatMul weights of language models as com.microsoft.MatMulNBits: int4, uint4, int8, uint8 in groups of 16 to "
        "256; any opset.",
        ".onnx",
        whyNot,
        write};
}

}  // namespace roundoff::exports
