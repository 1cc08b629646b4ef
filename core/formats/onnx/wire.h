#pragma once
#include <cstdint>

/// The wire format of ONNX files as far as it is walked by hand: which field of which message holds which message.
namespace roundoff::formats::onnx::wire {

enum class Message { Other, Model, Training, Graph, Function, Node, Attribute, SparseTensor, Tensor };

/// The kind of the sub-message in `field` of a message; Other for all that is copied as it stands.
constexpr Message child(Message of, std::uint32_t field) {
    switch (of) {
        case Message::Model:
            return field == 7    ? Message::Graph
                   : field == 20 ? Message::Training
                   : field == 25 ? Message::Function
                                 : Message::Other;
        case Message::Training:
            return field == 1 || field == 2 ? Message::Graph : Message::Other;
        case Message::Graph:
            return field == 1    ? Message::Node
                   : field == 5  ? Message::Tensor
                   : field == 15 ? Message::SparseTensor
                                 : Message::Other;
        case Message::Function:
            return field == 7 ? Message::Node : Message::Other;
        case Message::Node:
            return field == 5 ? Message::Attribute : Message::Other;
        case Message::Attribute:
            return field == 5 || field == 10    ? Message::Tensor
                   : field == 6 || field == 11  ? Message::Graph
                   : field == 22 || field == 23 ? Message::SparseTensor
                                                : Message::Other;
        case Message::SparseTensor:
            return field == 1 || field == 2 ? Message::Tensor : Message::Other;
        case Message::Tensor:
        case Message::Other:
            return Message::Other;
    }
    return Message::Other;
}

/// Fields of TensorProto that hold numbers.
enum TensorField : std::uint32_t {
    kFloatData = 4,
    kInt32Data = 5,
    kInt64Data = 7,
    kRawData = 9,
    kDoubleData = 10,
    kUint64Data = 11
};

constexpr bool isPayload(std::uint32_t field) {
    return field == kFloatData || field == kInt32Data || field == kInt64Data || field == kRawData ||
           field == kDoubleData || field == kUint64Data;
}

/// A field that no ONNX file has: in a skeleton it carries the number of the payload that was cut out of a tensor.
constexpr std::uint32_t kMarker = 536870911;

}  // namespace roundoff::formats::onnx::wire
