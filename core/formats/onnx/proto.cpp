#include "core/formats/onnx/proto.h"

#include "core/formats/onnx/element_types.h"
#include "core/formats/onnx/wire.h"

namespace roundoff::formats::onnx {

const ::onnx::AttributeProto* attribute(const ::onnx::NodeProto& node, std::string_view name) {
    for (const auto& candidate : node.attribute())
        if (candidate.name() == name) return &candidate;
    return nullptr;
}

std::int64_t intAttribute(const ::onnx::NodeProto& node, std::string_view name, std::int64_t otherwise) {
    const auto* found = attribute(node, name);
    return found ? found->i() : otherwise;
}

std::string_view domainOf(const ::onnx::NodeProto& node) {
    return node.domain() == "ai.onnx" ? std::string_view{} : std::string_view(node.domain());
}

bool isStandard(const ::onnx::NodeProto& node, std::string_view op) {
    return node.op_type() == op && domainOf(node).empty();
}

const std::string& inputOf(const ::onnx::NodeProto& node, int slot) {
    static const std::string absent;
    return slot < node.input_size() ? node.input(slot) : absent;
}

std::optional<std::uint64_t> markerOf(const ::onnx::TensorProto& tensor) {
    const auto& unknown = tensor.unknown_fields();
    for (int i = 0; i < unknown.field_count(); ++i)
        if (unknown.field(i).number() == int(wire::kMarker)) return unknown.field(i).varint();
    return std::nullopt;
}

model::Value valueOf(const ::onnx::ValueInfoProto& info) {
    model::Value out;
    out.name = info.name();
    if (!info.type().has_tensor_type()) return out;
    const auto& type = info.type().tensor_type();
    out.type = fromOnnx(type.elem_type());
    out.hasShape = type.has_shape();
    for (const auto& dim : type.shape().dim()) {
        out.shape.push_back(dim.has_dim_value() && dim.dim_value() >= 0 ? dim.dim_value() : -1);
        out.dimensionNames.push_back(dim.dim_param());
    }
    return out;
}

}  // namespace roundoff::formats::onnx
