#include "core/analysis/placement_ops.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "core/schemes/number_format.h"

namespace roundoff::analysis {
namespace {

struct Known {
    std::string_view op;
    OpKind kind;
};
// Found by saving the graphs that ONNX Runtime 1.29 optimizes.
constexpr Known kKnown[] = {
    {"Conv", OpKind::Product},        {"Gemm", OpKind::Product},      {"MatMul", OpKind::Product},
    {"Add", OpKind::Blend},           {"Mul", OpKind::Blend},         {"Concat", OpKind::Blend},
    {"Where", OpKind::Blend},         {"Sigmoid", OpKind::Blend},     {"LeakyRelu", OpKind::Blend},
    {"AveragePool", OpKind::Blend},   {"GlobalAveragePool", OpKind::Blend},
    {"MaxPool", OpKind::Move},        {"Reshape", OpKind::Move},      {"Transpose", OpKind::Move},
    {"Flatten", OpKind::Move},        {"Squeeze", OpKind::Move},      {"Unsqueeze", OpKind::Move},
    {"Slice", OpKind::Move},          {"Gather", OpKind::Move},       {"GatherElements", OpKind::Move},
    {"Expand", OpKind::Move},         {"Tile", OpKind::Move},         {"Split", OpKind::Move},
    {"DepthToSpace", OpKind::Move},   {"Resize", OpKind::Move},       {"Identity", OpKind::Move},
    {"Dropout", OpKind::Move},        {"Relu", OpKind::Rectifier},    {"Clip", OpKind::Rectifier},
    {"Div", OpKind::Bridge},          {"Sub", OpKind::Bridge},        {"HardSigmoid", OpKind::Bridge},
    {"HardSwish", OpKind::Bridge},    {"Tanh", OpKind::Bridge},       {"Elu", OpKind::Bridge},
    {"PRelu", OpKind::Bridge},        {"Mish", OpKind::Bridge},       {"Gelu", OpKind::Bridge},
    {"Pad", OpKind::Bridge},          {"ReduceMean", OpKind::Bridge}, {"BatchNormalization", OpKind::Bridge},
};

bool isEightBitInteger(const schemes::TensorScheme& scheme) {
    const schemes::NumberFormat* format = schemes::findNumberFormat(scheme.format);
    return format && (format->storage == tensor::ElementType::Int8 || format->storage == tensor::ElementType::Uint8);
}

/// True where a Resize gives values of its input: others compute between them, or beyond the border.
bool picksValues(const model::Node& resize) {
    return resize.text("mode", "nearest") == "nearest" && resize.text("coordinate_transformation_mode", "") != "tf_crop_and_resize";
}

bool isDilated(const model::Node& pool) {
    const auto dilations = pool.integers("dilations");
    return std::any_of(dilations.begin(), dilations.end(), [](std::int64_t dilation) { return dilation != 1; });
}

}  // namespace

OpKind kindOf(const model::Node& node) {
    if (!node.domain.empty() && node.domain != "ai.onnx") return OpKind::Float;
    const auto found = std::find_if(std::begin(kKnown), std::end(kKnown),
                                    [&](const Known& known) { return known.op == node.op; });
    if (found == std::end(kKnown) || node.inputs.empty() || node.outputs.empty()) return OpKind::Float;
    // A second output (MaxPool's indices, Dropout's mask) is no value of the first input.
    if (found->kind != OpKind::Product && node.op != "Split" && node.outputs.size() > 1 && !node.outputs[1].empty())
        return OpKind::Float;
    if (node.op == "Resize" && !picksValues(node)) return OpKind::Bridge;
    if (node.op == "AveragePool" && isDilated(node)) return OpKind::Float;
    return found->kind;
}

std::vector<std::size_t> dataSlots(const model::Node& node) {
    std::vector<std::size_t> slots;
    if (node.op == "Concat") {
        for (std::size_t i = 0; i < node.inputs.size(); ++i) slots.push_back(i);
        return slots;
    }
    const bool two = node.op == "Add" || node.op == "Mul" || node.op == "Div" || node.op == "Sub" || kindOf(node) == OpKind::Product;
    slots = node.op == "Where" ? std::vector<std::size_t>{1, 2} : two ? std::vector<std::size_t>{0, 1} : std::vector<std::size_t>{0};
    if (slots.back() >= node.inputs.size()) return {};
    return slots;
}

bool hasIntegerKernel(const schemes::Scheme& scheme) {
    using Kind = schemes::Granularity::Kind;
    const Kind kind = scheme.weight.granularity.kind;
    return scheme.activation && isEightBitInteger(scheme.weight) && isEightBitInteger(*scheme.activation) &&
           (kind == Kind::Tensor || kind == Kind::Channel);
}

bool foldsRectifiers(const schemes::TensorScheme& activation) {
    return activation.symmetry == schemes::Symmetry::Asymmetric || !isEightBitInteger(activation);
}

}  // namespace roundoff::analysis
