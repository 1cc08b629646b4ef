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

}  // namespace

Result<std::size_t> OnnxEdit::inferShapes() {
    m_impl->applyInsertions();
    // The skeleton holds no numbers: the copy gets those that may be shapes.
    ::onnx::ModelProto copy = m_impl->proto;
    std::optional<Error> error;
    forEachTensor(copy, [&](::onnx::TensorProto& tensor, const std::string&) {
        const auto marker = markerOf(tensor);
        if (!marker || error || *marker >= m_impl->source->payloads().size() || m_impl->bytesOf(*marker) > kShapeBytes) return;
        const auto data = m_impl->source->payload(*marker);
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
        return badInput(m_impl->model.info().path, std::string("shapes cannot be inferred: ") + exception.what(),
                        "Leave the step infer-shapes out");
    }
    auto& graph = *m_impl->proto.mutable_graph();
    std::unordered_map<std::string, ::onnx::ValueInfoProto*> there;
    for (auto& value : *graph.mutable_value_info()) there[value.name()] = &value;
    std::size_t added = 0;
    for (const auto& value : copy.graph().value_info()) {
        if (!known(value)) continue;
        const auto found = there.find(value.name());
        if (found != there.end() && found->second->SerializeAsString() == value.SerializeAsString()) continue;
        *(found == there.end() ? graph.add_value_info() : found->second) = value;
        ++added;
    }
    return added;
}

}  // namespace roundoff::formats::onnx
