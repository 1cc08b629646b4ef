#include "core/exports/weight_pairs.h"

#include <algorithm>

#include "core/analysis/placement_ops.h"
#include "core/exports/activation_writer.h"
#include "core/exports/packing.h"
#include "core/exports/provenance.h"
#include "core/schemes/number_format.h"

namespace roundoff::exports {

using schemes::Granularity;
using schemes::TensorScheme;
using tensor::ElementType;

namespace {

/// True where ONNX Runtime fuses the weight into a MatMulNBits when its optimizations are on.
bool fusesToNBits(const model::Layer& layer) {
    return (layer.op == "MatMul" || layer.op == "Gemm") && layer.shape.size() == 2 && layer.reductionAxis == 0;
}

/// ONNX Runtime 1.29 mixes 2-bit codes up when it fuses a weight whose rows do not fill whole bytes; 4-bit ones not.
bool avoidsTwoBits(const model::Layer& layer) {
    return fusesToNBits(layer) && layer.shape[1] % 4 != 0;
}

}  // namespace

ElementType weightStorage(const model::Layer& layer, const TensorScheme& scheme) {
    const ElementType storage = schemes::findNumberFormat(scheme.format)->storage;
    if (storage == ElementType::Int2 && avoidsTwoBits(layer)) return ElementType::Int4;
    if (storage == ElementType::Uint2 && avoidsTwoBits(layer)) return ElementType::Uint4;
    return storage;
}

std::string whyNotDequantizeLinear(const model::Layer& layer, const TensorScheme& scheme) {
    if (weightStorage(layer, scheme) == ElementType::Undefined)
        return "ONNX has no type for the codes of " + scheme.format + "; take onnx-fakequant";
    if (scheme.symmetry == schemes::Symmetry::AsymmetricFloat)
        return "DequantizeLinear's zero point is an integer; take asym, or onnx-fakequant";
    const Granularity::Kind kind = scheme.granularity.kind;
    if (kind != Granularity::Kind::Tensor && kind != Granularity::Kind::Channel && kind != Granularity::Kind::Group)
        return "DequantizeLinear has scales by tensor, channel or group; take one of these";
    return {};
}

namespace {

/// What the choice of the operator depends on.
struct Stored {
    ElementType codes, scales;
    Granularity::Kind granularity;
};
Stored storedAs(const OnnxWriter& writer, std::size_t index) {
    const TensorScheme& scheme = writer.scheme(index);
    const model::Layer& layer = writer.layer(index);
    return {weightStorage(layer, scheme), schemes::scaleTypeOf(writer.weight(index).type),
            schemes::effectiveGranularity(layer.shape, layer.outputAxis, layer.reductionAxis, scheme).kind};
}

/// The least opset whose DequantizeLinear takes a layer.
std::int64_t requiredOpset(const Stored& stored) {
    using enum ElementType;
    std::int64_t opset = 10;
    switch (stored.codes) {
        case Int2:
        case Uint2:
            opset = 25;
            break;
        case Int4:
        case Uint4:
        case Int16:
        case Uint16:
            opset = 21;
            break;
        case Float8E4M3:
        case Float8E4M3Fnuz:
        case Float8E5M2:
        case Float8E5M2Fnuz:
            opset = 19;
            break;
        default:
            break;
    }
    switch (stored.granularity) {
        case Granularity::Kind::Group:
            opset = std::max<std::int64_t>(opset, 21);
            break;
        case Granularity::Kind::Channel:
            opset = std::max<std::int64_t>(opset, 13);
            break;
        default:
            break;
    }
    return stored.scales == Float32 ? opset : std::max<std::int64_t>(opset, 19);
}

/// True where the operator of ONNX Runtime's own set takes a layer: no blocks, no floats, no 2-bit codes.
bool fitsMicrosoft(const Stored& stored) {
    using enum ElementType;
    const ElementType codes = stored.codes;
    const bool fits =
        codes == Int4 || codes == Uint4 || codes == Int8 || codes == Uint8 || codes == Int16 || codes == Uint16;
    return fits && stored.granularity != Granularity::Kind::Group && stored.scales != BFloat16;
}

bool hasZeroPoints(const TensorScheme& scheme, ElementType codes) {
    using enum ElementType;
    return scheme.symmetry == schemes::Symmetry::Asymmetric || codes == Uint2 || codes == Uint4 || codes == Uint8 ||
           codes == Uint16;
}

/// What an activation's pair of operators needs.
Stored storedAs(const TensorScheme& activation) {
    return {storageOf(activation), ElementType::Float32, Granularity::Kind::Tensor};
}

void noteOn(OnnxWriter& writer, std::size_t index) {
    const model::Layer& layer = writer.layer(index);
    const schemes::NumberFormat& format = *schemes::findNumberFormat(writer.scheme(index).format);
    const Stored stored = storedAs(writer, index);
    if (stored.codes != format.storage)
        writer.note(
            fmt::format("codes of {} are stored as {} where a matrix product's width is no multiple of 4, as ONNX "
                        "Runtime 1.29 mixes up 2-bit codes there",
                        format.id, name(stored.codes)));
    else if (format.bits < tensor::bits(stored.codes))
        writer.note(
            fmt::format("codes of {} are stored as {}, the next wider type of ONNX", format.id, name(stored.codes)));
    if (stored.scales == ElementType::BFloat16)
        writer.note("bfloat16 scales do not run on ONNX Runtime's CPU provider; other runtimes may take them");
    if (tensor::isInteger(stored.codes) && tensor::bits(stored.codes) <= 8 && fusesToNBits(layer) &&
        !writer.wholeScheme(index).activation)
        writer.note(
            "by default ONNX Runtime rounds activations to int8 in matrix products with these weights; the session "
            "option session.qdq_matmulnbits_accuracy_level=1 keeps them float");
}

}  // namespace

Result<std::int64_t> reachOpset(OnnxWriter& writer, const std::vector<analysis::ActivationPoint>& points, std::int64_t least) {
    const auto current = [&] {
        const auto sets = writer.edit().opsets();
        const auto found = sets.find("");
        return found == sets.end() ? std::int64_t(1) : found->second;
    };
    const std::int64_t before = current();
    std::int64_t needed = least;
    for (const std::size_t i : writer.quantized()) needed = std::max(needed, requiredOpset(storedAs(writer, i)));
    for (const auto& point : points) needed = std::max(needed, requiredOpset(storedAs(point.scheme)));
    if (needed <= before) return before;
    const auto raised = writer.edit().raiseOpset(needed);
    if (raised) {
        for (const std::string& text : *raised) writer.note(text);
        return current();
    }
    for (const std::size_t i : writer.quantized()) {
        const Stored stored = storedAs(writer, i);
        if (requiredOpset(stored) > before && !fitsMicrosoft(stored))
            return usage(
                writer.model().info().path + ", layer " + writer.layer(i).name,
                fmt::format("{} needs opset {}, and the model cannot be raised from {}: {}", writer.scheme(i).format,
                            requiredOpset(stored), before, raised.error().where + ": " + raised.error().what),
                "Take int8, uint8, int4 or uint4 by channel or tensor, onnx-matmulnbits for groups, or onnx-fakequant");
    }
    for (const auto& point : points)
        if (!fitsMicrosoft(storedAs(point.scheme)))
            return usage(writer.model().info().path,
                         fmt::format("{} activations need opset {}, and the model cannot be raised from {}: {}", point.scheme.format,
                                     requiredOpset(storedAs(point.scheme)), before, raised.error().where + ": " + raised.error().what),
                         "Take int8 or uint8 activations");
    if (auto fresh = writer.restart(); !fresh) return propagate(fresh);
    writer.edit().importDomain(kMicrosoft, 1);
    writer.note(
        fmt::format("opset {} stays, as the model cannot be raised to {} ({}): the weights take ONNX Runtime's own "
                    "com.microsoft.DequantizeLinear",
                    before, needed, raised.error().what));
    return before;
}

std::string pairDomain(const TensorScheme& activation, std::int64_t opset) {
    // Biases have a scale a channel, which came with opset 13.
    return opset < 13 || requiredOpset(storedAs(activation)) > opset ? kMicrosoft : "";
}

Result<WeightTensors> addWeightTensors(OnnxWriter& writer, std::size_t index, bool withZeros, std::size_t scaleRank) {
    const model::Layer& layer = writer.layer(index);
    const model::Tensor& weight = writer.weight(index);
    const Stored stored = storedAs(writer, index);
    const ElementType storage = stored.codes, scaleType = stored.scales;
    const auto tiling = schemes::tilingOf(layer.shape, layer.outputAxis, layer.reductionAxis, writer.scheme(index));
    if (!tiling) return propagate(tiling);
    tensor::Shape shape;
    if (stored.granularity == Granularity::Kind::Channel) {
        shape = {layer.shape[std::size_t(layer.outputAxis)]};
    } else if (stored.granularity == Granularity::Kind::Group) {
        shape = layer.shape;
        shape[std::size_t(layer.reductionAxis)] = std::int64_t(tiling->blocks());
    }
    tensor::Shape scaleShape = shape;
    if (!shape.empty() && scaleRank > shape.size()) scaleShape.resize(scaleRank, 1);
    formats::onnx::OnnxEdit& edit = writer.edit();
    WeightTensors names{edit.freshName(weight.name + std::string(kCodesSuffix)), edit.freshName(weight.name + "_scale"), ""};
    edit.addTensorBeside(layer.weight, names.codes, storage, layer.shape,
                         writer.fromCodes(index, [storage](const schemes::QuantizedTensor& q) {
                             return pack(storage, std::span<const std::int16_t>(q.codes));
                         }));
    edit.addTensorBeside(layer.weight, names.scale, scaleType, scaleShape,
                         writer.fromCodes(index, [scaleType](const schemes::QuantizedTensor& q) {
                             return bytesOf(scaleType, q.scales);
                         }));
    if (!withZeros) return names;
    names.zero = edit.freshName(weight.name + "_zero_point");
    edit.addTensorBeside(layer.weight, names.zero, storage, shape,
                         writer.fromCodes(index, [storage](const schemes::QuantizedTensor& q) {
                             std::vector<std::int32_t> zeros = q.zeroPoints;
                             zeros.resize(q.scales.size(), 0);
                             return pack(storage, std::span<const std::int32_t>(zeros));
                         }));
    return names;
}

Result<void> addWeightPair(OnnxWriter& writer, std::size_t index, std::int64_t opset) {
    const model::Layer& layer = writer.layer(index);
    const model::Tensor& weight = writer.weight(index);
    const Stored stored = storedAs(writer, index);
    // Integer products of ONNX Runtime (QGemm) want to see the zero points.
    const bool zeros = hasZeroPoints(writer.scheme(index), stored.codes) || analysis::hasIntegerKernel(writer.wholeScheme(index));
    const auto tensors = addWeightTensors(writer, index, zeros);
    if (!tensors) return propagate(tensors);
    formats::onnx::OnnxEdit& edit = writer.edit();
    formats::onnx::NodeSpec node;
    node.op = "DequantizeLinear";
    if (requiredOpset(stored) > opset) node.domain = kMicrosoft;
    if (stored.granularity == Granularity::Kind::Channel) {
        node.attributes = {{"axis", std::int64_t(layer.outputAxis)}};
    } else if (stored.granularity == Granularity::Kind::Group) {
        const auto tiling = schemes::tilingOf(layer.shape, layer.outputAxis, layer.reductionAxis, writer.scheme(index));
        if (!tiling) return propagate(tiling);
        node.attributes = {{"axis", std::int64_t(layer.reductionAxis)}, {"block_size", std::int64_t(tiling->block)}};
    }
    node.name = edit.freshName(weight.name + "_DequantizeLinear");
    node.inputs = {tensors->codes, tensors->scale};
    if (zeros) node.inputs.push_back(tensors->zero);
    node.outputs = {weight.name};
    if (weight.type != ElementType::Float64) {
        edit.computeTensor(layer.weight, {node});
    } else {
        formats::onnx::NodeSpec cast;
        cast.name = edit.freshName(weight.name + "_Cast");
        cast.op = "Cast";
        cast.inputs = {edit.freshName(weight.name + "_float32")};
        cast.outputs = {weight.name};
        cast.attributes = {{"to", ElementType::Float64}};
        node.outputs = cast.inputs;
        edit.computeTensor(layer.weight, {node, cast});
    }
    noteOn(writer, index);
    return {};
}

}  // namespace roundoff::exports
