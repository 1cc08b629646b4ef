#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/formats/onnx/edit.h"
#include "core/preprocessing/graph_view.h"

namespace roundoff::preprocessing {

/// y = scale · x + shift, in each channel; one element for all channels.
struct Affine {
    std::vector<double> scale{1}, shift{0};
    std::size_t rank = 0;  ///< largest of the constants: the result has at least as many dimensions

    /// What comes of this and then of `next`.
    void then(const Affine& next);
    [[nodiscard]] bool isScalar() const { return scale.size() == 1 && shift.size() == 1; }
    [[nodiscard]] bool isFinite() const;
    [[nodiscard]] bool moves() const;   ///< some shift is not 0
    [[nodiscard]] bool scales() const;  ///< some scale is not 1
};

/// Where the channels of a value are.
struct Channels {
    std::size_t count = 1;
    std::size_t behind = 0;  ///< dimensions after theirs
    std::size_t rank = 0;    ///< dimensions there are, at least
};

/// What a Mul, Div, Add or Sub with a float32 constant does to `value`; nothing where it is none.
std::optional<Affine> arithmetic(const GraphView& view, std::size_t node, const std::string& value, const Channels& channels);
/// Likewise of a BatchNormalization at inference, whose channels are the second dimension.
std::optional<Affine> batchNorm(const GraphView& view, const formats::onnx::OnnxEdit& edit, std::size_t node,
                                const std::string& value, const Channels& channels);

}  // namespace roundoff::preprocessing
