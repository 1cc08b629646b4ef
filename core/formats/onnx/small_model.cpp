#include "core/formats/onnx/small_model.h"

#include "core/formats/onnx/element_types.h"
#include "core/formats/onnx/node_insertions.h"
#include "core/formats/onnx/proto.h"

namespace roundoff::formats::onnx {

std::string smallModel(const NodeSpec& node, const std::vector<model::Value>& inputs, std::int64_t opset) {
    ::onnx::ModelProto proto;
    proto.set_ir_version(8);
    proto.add_opset_import()->set_version(opset);
    auto& graph = *proto.mutable_graph();
    graph.set_name("small");
    fill(*graph.add_node(), node);
    for (const model::Value& value : inputs) {
        auto& input = *graph.add_input();
        input.set_name(value.name);
        auto& type = *input.mutable_type()->mutable_tensor_type();
        type.set_elem_type(toOnnx(value.type));
        for (const std::int64_t size : value.shape) type.mutable_shape()->add_dim()->set_dim_value(size);
    }
    for (const std::string& output : node.outputs) graph.add_output()->set_name(output);
    return proto.SerializeAsString();
}

}  // namespace roundoff::formats::onnx
