#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/formats/onnx/node_insertions.h"
#include "core/formats/onnx/source.h"
#include "core/tensor/element_type.h"

namespace roundoff::formats::onnx {

/// What a file says about its values without inference: element types, ranks, small constants. Values of the same name
/// in two bodies that differ are unknown.
class ValueFacts {
public:
    explicit ValueFacts(const OnnxSource& source) : m_source(source) {}
    void learn(const ::onnx::GraphProto& graph);
    void learn(const NodeInsertions::Nodes& nodes);

    /// Also followed back through the first inputs of operators, which mostly keep the type. Undefined if unknown.
    [[nodiscard]] tensor::ElementType type(const std::string& value) const;
    [[nodiscard]] std::optional<int> rank(const std::string& value) const;
    /// A constant's numbers, as far as they can be read as float32.
    [[nodiscard]] std::optional<std::vector<float>> numbers(const std::string& value) const;

private:
    struct Fact {
        tensor::ElementType type = tensor::ElementType::Undefined;
        std::optional<int> rank;
        const ::onnx::NodeProto* producer = nullptr;
        const ::onnx::TensorProto* constant = nullptr;
        bool ambiguous = false;
    };
    void note(const std::string& name, const Fact& fact);
    [[nodiscard]] const Fact* find(const std::string& value) const;

    const OnnxSource& m_source;
    std::unordered_map<std::string, Fact> m_facts;
};

}  // namespace roundoff::formats::onnx
