#pragma once
// libonnx's messages. Include it from .cpp files of this folder only: it is a heavy header, and warns.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <onnx/onnx_pb.h>
#pragma GCC diagnostic pop

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/model/model.h"

namespace roundoff::formats::onnx {

/// The attribute of that name, or null.
const ::onnx::AttributeProto* attribute(const ::onnx::NodeProto& node, std::string_view name);
std::int64_t intAttribute(const ::onnx::NodeProto& node, std::string_view name, std::int64_t otherwise);
/// "" for the standard operators, which files also call "ai.onnx".
std::string_view domainOf(const ::onnx::NodeProto& node);
bool isStandard(const ::onnx::NodeProto& node, std::string_view op);
/// Input name of a slot; "" where absent.
const std::string& inputOf(const ::onnx::NodeProto& node, int slot);

/// Number of the payload that was cut from a tensor of a skeleton; none for a tensor made since.
std::optional<std::uint64_t> markerOf(const ::onnx::TensorProto& tensor);

/// What an entry says of a value.
model::Value valueOf(const ::onnx::ValueInfoProto& info);

}  // namespace roundoff::formats::onnx
