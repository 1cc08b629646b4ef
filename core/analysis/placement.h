#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/analysis/report.h"
#include "core/model/model.h"

namespace roundoff::analysis {

/// A value of the graph that is quantized while the model runs.
struct ActivationPoint {
    std::string value;  ///< its name
    schemes::TensorScheme scheme;
    /// Values that only move what another holds (Reshape, MaxPool) take that one's scale and zero point: its name, else empty.
    std::string like;
    /// The nodes that read the quantized value, the others keep the float one; empty: all do, the graph's outputs too.
    std::vector<std::size_t> readers;
};

/// Where the activations of a recipe are quantized, and what becomes of every node.
struct Placement {
    std::vector<ActivationPoint> points;  ///< in the order of the graph
    struct NodeFate {
        Status status = Status::Kept;
        std::string reason;
    };
    std::vector<NodeFate> nodes;  ///< parallel to Graph::nodes
};

/// @param schemes one a layer, those that keep it float are float
///
/// Static schemes: the placement that ONNX Runtime fuses into integer kernels: the inputs and outputs of the layers'
/// operators, a Relu or Clip behind one folded into it; Add, Mul, Concat, pooling, Sigmoid, Softmax and the like between
/// quantized values; what only moves data keeps its input's parameters. Dynamic schemes: the input of each layer alone.
Placement place(const model::Model& model, std::span<const schemes::Scheme> schemes);

}  // namespace roundoff::analysis
