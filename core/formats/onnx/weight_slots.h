#pragma once
#include <vector>

#include "core/formats/onnx/proto.h"

namespace roundoff::formats::onnx {

/// An input of an operator that takes a weight, and what its axes mean there.
struct WeightSlot {
    int slot;
    std::size_t minRank, maxRank;
    int outputAxis, reductionAxis;  ///< negative ones count from the end
    /// Integer operators bring the scale and zero point of their weight along.
    bool integer = false;
    int scaleSlot = -1, zeroSlot = -1;
    const char* suffix = "";  ///< tells the weights of one node apart
};

/// Where a node may have weights; empty for most operators. Embeddings and block-quantized operators, whose weights
/// look different, are not among them.
std::vector<WeightSlot> weightSlots(const ::onnx::NodeProto& node);

}  // namespace roundoff::formats::onnx
