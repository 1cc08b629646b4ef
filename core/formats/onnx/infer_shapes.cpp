#include <exception>

#include "core/formats/onnx/edit_impl.h"
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <onnx/shape_inference/implementation.h>
#pragma GCC diagnostic pop

namespace roundoff::formats::onnx {
namespace {

constexpr std::uint64_t kShapeBytes = 4096;  // of a constant that may hold a shape

/// A value with all that inference can tell of a tensor.
bool known(const ::onnx::ValueInfoProto& value) {
    return value.type().has_tensor_type() && value.type().tensor_type().elem_type() != 0 && value.type().tensor_type().has_shape();
}

/// Drops what is stated of inner values and outputs, in bodies too.
void forget(::onnx::GraphProto& graph) {
    graph.clear_value_info();
    for (auto& output : *graph.mutable_output())
        if (output.type().has_tensor_type()) output.mutable_type()->mutable_tensor_type()->clear_shape();
    for (auto& node : *graph.mutable_node())
        for (auto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) forget(*attribute.mutable_g());
            for (auto& body : *attribute.mutable_graphs()) forget(body);
        }
}

}  // namespace

Result<::onnx::ModelProto> OnnxEdit::Impl::inferred(bool afresh) const {
    // The skeleton holds no numbers: the copy gets those that may be shapes.
    ::onnx::ModelProto copy = proto;
    if (afresh) forget(*copy.mutable_graph());
    std::optional<Error> error;
    forEachTensor(copy, [&](::onnx::TensorProto& tensor, const std::string&) {
        const auto marker = markerOf(tensor);
        if (!marker || error || *marker >= source->payloads().size() || bytesOf(*marker) > kShapeBytes) return;
        const auto data = source->payload(*marker);
        if (!data) {
            error = data.error();
            return;
        }
        tensor.clear_data_location();
        tensor.clear_external_data();
        tensor.set_raw_data(data->view.bytes.data(), data->view.bytes.size());
    });
    if (error) return tl::unexpected<Error>(*error);
    try {
        ::onnx::shape_inference::InferShapes(copy, ::onnx::OpSchemaRegistry::Instance(),
                                             ::onnx::ShapeInferenceOptions(false, 0, true));
    } catch (const std::exception& exception) {
        return badInput(model.info().path, std::string("shapes cannot be inferred: ") + exception.what(),
                        "Leave the step infer-shapes out");
    }
    return copy;
}

Result<std::vector<model::Value>> OnnxEdit::inferredValues() const {
    const auto copy = m_impl->inferred(true);
    if (!copy) return propagate(copy);
    std::vector<model::Value> values;
    for (const auto& value : copy->graph().value_info())
        if (known(value)) values.push_back(valueOf(value));
    return values;
}

Result<std::size_t> OnnxEdit::inferShapes() {
    m_impl->applyInsertions();
    const auto copy = m_impl->inferred(false);
    if (!copy) return propagate(copy);
    auto& graph = *m_impl->proto.mutable_graph();
    std::unordered_map<std::string, ::onnx::ValueInfoProto*> there;
    for (auto& value : *graph.mutable_value_info()) there[value.name()] = &value;
    std::size_t added = 0;
    for (const auto& value : copy->graph().value_info()) {
        if (!known(value)) continue;
        const auto found = there.find(value.name());
        if (found != there.end() && found->second->SerializeAsString() == value.SerializeAsString()) continue;
        *(found == there.end() ? graph.add_value_info() : found->second) = value;
        ++added;
    }
    return added;
}

}  // namespace roundoff::formats::onnx
