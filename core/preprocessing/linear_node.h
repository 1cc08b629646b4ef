#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/formats/onnx/edit.h"
#include "core/preprocessing/affine.h"
#include "core/preprocessing/graph_view.h"

namespace roundoff::preprocessing {

/// A Conv, ConvTranspose, Gemm or MatMul whose weight (and bias) are float32 constants: what multiplies or shifts its
/// input or output can go into them.
struct LinearNode {
    std::size_t node = 0;
    std::size_t weight = 0;  ///< index of the tensor
    std::string bias;        ///< name; "" where there is none
    Channels out;            ///< of its output
    bool takesBias = false;  ///< has a slot for one
    bool takesShift = false;  ///< a shift of its input moves every element of a channel alike: it pads with nothing
    enum class Layout { First, Last, Transposed } layout = Layout::First;  ///< where the weight holds the output's channels
    std::int64_t groups = 1;
    double alpha = 1;

    /// The output channel that an element of the weight belongs to.
    [[nodiscard]] std::size_t channelOf(std::uint64_t element, const tensor::Shape& shape) const;
};
std::optional<LinearNode> linearNode(const GraphView& view, const formats::onnx::OnnxEdit& edit, std::size_t node);

/// What is to become of one of them: y = after(linear(before(x))).
struct LinearChange {
    Affine before;  ///< for all channels alike
    Affine after;
    std::string input, output;  ///< names from now on; "" = as they are
};
/// Writes it into weight and bias. An error where they would not be finite.
Result<void> rewrite(const model::Model& model, const GraphView& view, const LinearNode& linear, const LinearChange& change,
                     formats::onnx::OnnxEdit& edit);

}  // namespace roundoff::preprocessing
