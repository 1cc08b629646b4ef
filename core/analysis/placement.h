#pragma once
#include <map>
#include <optional>
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
    /// Values that only move what another holds (Reshape, MaxPool) take that one's scale and zero point, and so does what a Relu
    /// of its own rectifies: the other's name, else empty.
    std::string like;
    /// The nodes that read the quantized value, the others keep the float one; empty: all do, the graph's outputs too.
    std::vector<std::size_t> readers;
    /// A constant operand, index into Model::tensors(): its range is from its least to its largest value, no data are needed.
    std::optional<std::size_t> constant;
};

/// A bias that is added inside an integer product: int32 with the scale of the input times that of the weight, zero at 0.
struct BiasPoint {
    std::size_t layer = 0;   ///< index into Model::layers()
    std::size_t node = 0;    ///< the product
    std::size_t tensor = 0;  ///< index into Model::tensors(): float32, one number a channel
    std::size_t user = 0;    ///< node that reads the bias: the product itself, or the Add behind a MatMul
    std::size_t slot = 0;    ///< of that node
    std::string input;       ///< value of the point whose scale is meant
};

/// Where the activations of a recipe are quantized, and what becomes of every node.
struct Placement {
    /// In the order of the graph. Of points on one value each takes what those before it give.
    std::vector<ActivationPoint> points;
    std::vector<BiasPoint> biases;
    struct NodeFate {
        Status status = Status::Kept;  ///< Quantized: it computes with codes; Kept: with floats
        std::string reason;            ///< in either case
        bool between = false;          ///< Kept, but stands between quantized values
        std::optional<std::size_t> partOf;  ///< the node before that computes this one, too: a bias behind it, a Relu
    };
    std::vector<NodeFate> nodes;  ///< parallel to Graph::nodes
    /// Where the Clip that is part of a node cuts above, by the node.
    std::map<std::size_t, float> ceilings;

    /// The point that gives what `node` reads of `value`; nullptr where it reads floats.
    [[nodiscard]] const ActivationPoint* pointOf(const std::string& value, std::size_t node) const;
    /// The point whose scale and zero point another has, which may be itself; nullptr where it is missing.
    [[nodiscard]] const ActivationPoint* rootOf(const ActivationPoint& point) const;
};

/// @param schemes one a layer, those that keep it float are float
///
/// Static schemes: the placement that ONNX Runtime fuses into integer kernels. The inputs of each product with a quantized
/// weight are quantized. So is the output of a Conv, a Relu or Clip behind it folded in; that of a MatMul or Gemm, the bias
/// behind it folded in, only where an integer operator reads it, since the runtime gives floats else. Add, Mul, Concat, Where,
/// average pooling, Sigmoid and LeakyRelu count as integer operators where all their inputs are quantized (constants are
/// quantized for them) and an integer operator reads what they give; what only moves data likewise, with its input's
/// parameters; cheap float operators between integer ones (Div, HardSigmoid), with codes on both sides; products of two activations where one of them is quantized. Softmax stays float: few bits lose its peaks.
/// A value that integer operators give takes the scheme of the layer before it, any other that of the layer that reads it.
/// Dynamic schemes: the input of each product alone.
Placement place(const model::Model& model, std::span<const schemes::Scheme> schemes);

}  // namespace roundoff::analysis
