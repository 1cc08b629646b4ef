#include "core/formats/onnx/opset_rules.h"

#include <algorithm>
#include <array>
#include <limits>

namespace roundoff::formats::onnx {
namespace {

using Refusal = std::string;

std::vector<std::int64_t> ints(const ::onnx::AttributeProto& a) {
    return {a.ints().begin(), a.ints().end()};
}

/// An attribute with a list of int64 becomes an input.
Refusal listToInput(Rewrite& r, std::string_view name, int slot) {
    if (const auto list = r.take(name)) r.setInput(slot, r.constant(ints(*list)));
    return {};
}

/// The float types' own type of a value, float32 where the file does not say.
tensor::ElementType floatType(Rewrite& r) {
    const auto type = r.facts().type(inputOf(r.node(), 0));
    return tensor::isFloat(type) ? type : tensor::ElementType::Float32;
}

// 9
Refusal batchNormalization9(Rewrite& r) {
    const auto spatial = r.take("spatial");
    return spatial && spatial->i() == 0 ? "statistics per activation (spatial = 0) no longer exist" : "";
}
Refusal scan9(Rewrite&) {
    return "its inputs and batching changed";
}
Refusal upsample9(Rewrite& r) {
    if (const auto scales = r.take("scales"))
        r.setInput(1, r.constant(std::vector<float>(scales->floats().begin(), scales->floats().end())));
    return {};
}

// 10
Refusal dropout10(Rewrite& r) {
    return r.hasOutput(1) ? "its mask was no bool" : "";
}
Refusal slice10(Rewrite& r) {
    const auto starts = r.take("starts"), ends = r.take("ends"), axes = r.take("axes");
    if (!starts || !ends) return r.hasInput(2) ? "" : "starts or ends are missing";
    r.setInput(1, r.constant(ints(*starts)));
    r.setInput(2, r.constant(ints(*ends)));
    if (axes) r.setInput(3, r.constant(ints(*axes)));
    return {};
}
Refusal topK10(Rewrite& r) {
    if (const auto k = r.take("k")) r.setInput(1, r.constant(std::vector<std::int64_t>{k->i()}));
    return {};
}
Refusal upsample10(Rewrite& r) {
    r.rename("Resize");
    return {};
}

// 11
Refusal clip11(Rewrite& r) {
    const auto low = r.take("min"), high = r.take("max");
    const auto type = floatType(r);
    if (low && low->f() > std::numeric_limits<float>::lowest()) r.setInput(1, r.constant(low->f(), type));
    if (high && high->f() < std::numeric_limits<float>::max()) r.setInput(2, r.constant(high->f(), type));
    return {};
}
Refusal pad11(Rewrite& r) {
    const auto pads = r.take("pads"), value = r.take("value");
    if (!pads) return r.hasInput(1) ? "" : "pads are missing";
    r.setInput(1, r.constant(ints(*pads)));
    if (value && value->f() != 0) r.setInput(2, r.constant(value->f(), floatType(r)));
    return {};
}
Refusal resize11(Rewrite& r) {
    const auto scales = r.facts().numbers(inputOf(r.node(), 1));
    const auto any = [&](auto holds) { return scales && std::any_of(scales->begin(), scales->end(), holds); };
    const bool shrinks = any([](float s) { return s < 1; }), grows = any([](float s) { return s > 1; });
    const auto* mode = attribute(r.node(), "mode");
    if (!mode || mode->s() == "nearest") {
        // Opset 10 does not say which neighbour is the nearest. ONNX Runtime, whose results are to stay, takes the
        // lower one when it enlarges and the upper one when it shrinks.
        if (shrinks && grows) return "it enlarges one axis and shrinks another, which take different neighbours";
        r.set("nearest_mode", std::string(shrinks ? "ceil" : "floor"));
    }
    r.set("coordinate_transformation_mode", std::string("asymmetric"));
    const std::string factors = inputOf(r.node(), 1);
    r.setInput(1, r.constant(std::vector<float>{}));
    r.setInput(2, factors);
    return {};
}
Refusal scatter11(Rewrite& r) {
    r.rename("ScatterElements");
    return {};
}

// 12: without training, dropout does nothing, whatever its ratio.
Refusal dropout12(Rewrite& r) {
    r.take("ratio");
    return {};
}

// 13
Refusal axesToInput(Rewrite& r) {
    return listToInput(r, "axes", 1);
}
Refusal splitToInput(Rewrite& r) {
    return listToInput(r, "split", 1);
}
Refusal resize13(Rewrite& r) {
    const auto* mode = attribute(r.node(), "coordinate_transformation_mode");
    return mode && mode->s() == "tf_half_pixel_for_nn" ? "its mode tf_half_pixel_for_nn no longer exists" : "";
}
/// Until 12 the axes from `axis` on are one; from 13 on `axis` stands alone.
Refusal softmax13(Rewrite& r) {
    const auto given = r.take("axis");
    const std::int64_t axis = given ? given->i() : 1;
    const std::string input = inputOf(r.node(), 0);
    auto rank = r.facts().rank(input);
    if (!rank && r.hasOutput(0)) rank = r.facts().rank(r.node().output(0));
    r.set("axis", std::int64_t{-1});
    if (axis == -1 || (rank && axis == *rank - 1)) return {};
    const std::string shape = r.before("Shape", {input});
    r.setInput(0, r.before("Flatten", {input}, {{"axis", axis}}));
    r.after("Reshape", {"", shape});
    return {};
}

// 14
Refusal batchNormalization14(Rewrite& r) {
    for (int i = 1; i < r.node().output_size(); ++i)
        if (r.hasOutput(i)) return "it gives out statistics of training";
    while (r.node().output_size() > 1) r.node().mutable_output()->RemoveLast();
    return {};
}

// 16
Refusal roiAlign16(Rewrite& r) {
    if (!r.has("coordinate_transformation_mode"))
        r.set("coordinate_transformation_mode", std::string("output_half_pixel"));
    return {};
}

// 18
Refusal split18(Rewrite& r) {
    if (!r.hasInput(1)) r.set("num_outputs", std::int64_t(r.node().output_size()));
    return {};
}

// 20
Refusal dft20(Rewrite& r) {
    const auto axis = r.take("axis");
    r.setInput(2, r.constant({axis ? axis->i() : 1}, true));
    return {};
}
Refusal gridSample20(Rewrite& r) {
    const auto mode = r.take("mode");
    if (!mode) return {};
    r.set("mode", mode->s() == "bilinear"  ? std::string("linear")
                  : mode->s() == "bicubic" ? std::string("cubic")
                                           : mode->s());
    return {};
}

// 21: scale and bias per group become ones per channel.
Refusal groupNormalization21(Rewrite& r) {
    const std::int64_t groups = intAttribute(r.node(), "num_groups", 0);
    if (groups <= 0) return "num_groups is missing";
    const std::string count = r.constant(std::vector<std::int64_t>{groups});
    const std::string channels =
        r.before("Shape", {inputOf(r.node(), 0)}, {{"start", std::int64_t{1}}, {"end", std::int64_t{2}}});
    const std::string grid =
        r.before("Concat", {count, r.before("Div", {channels, count})}, {{"axis", std::int64_t{0}}});
    const std::string column = r.constant(std::vector<std::int64_t>{groups, 1});
    for (const int slot : {1, 2}) {
        const std::string perGroup = r.before("Reshape", {inputOf(r.node(), slot), column});
        r.setInput(slot, r.before("Reshape", {r.before("Expand", {perGroup, grid}), channels}));
    }
    return {};
}

constexpr std::array kRules{
    OpsetRule{9, "BatchNormalization", batchNormalization9},
    OpsetRule{9, "Scan", scan9},
    OpsetRule{9, "Upsample", upsample9},
    OpsetRule{10, "Dropout", dropout10},
    OpsetRule{10, "Slice", slice10},
    OpsetRule{10, "TopK", topK10},
    OpsetRule{10, "Upsample", upsample10},
    OpsetRule{11, "Clip", clip11},
    OpsetRule{11, "Pad", pad11},
    OpsetRule{11, "Resize", resize11},
    OpsetRule{11, "Scatter", scatter11},
    OpsetRule{12, "Dropout", dropout12},
    OpsetRule{13, "Hardmax", softmax13},
    OpsetRule{13, "LogSoftmax", softmax13},
    OpsetRule{13, "ReduceSum", axesToInput},
    OpsetRule{13, "Resize", resize13},
    OpsetRule{13, "Softmax", softmax13},
    OpsetRule{13, "Split", splitToInput},
    OpsetRule{13, "Squeeze", axesToInput},
    OpsetRule{13, "Unsqueeze", axesToInput},
    OpsetRule{14, "BatchNormalization", batchNormalization14},
    OpsetRule{16, "RoiAlign", roiAlign16},
    OpsetRule{18, "ReduceL1", axesToInput},
    OpsetRule{18, "ReduceL2", axesToInput},
    OpsetRule{18, "ReduceLogSum", axesToInput},
    OpsetRule{18, "ReduceLogSumExp", axesToInput},
    OpsetRule{18, "ReduceMax", axesToInput},
    OpsetRule{18, "ReduceMean", axesToInput},
    OpsetRule{18, "ReduceMin", axesToInput},
    OpsetRule{18, "ReduceProd", axesToInput},
    OpsetRule{18, "ReduceSumSquare", axesToInput},
    OpsetRule{18, "Split", split18},
    OpsetRule{20, "DFT", dft20},
    OpsetRule{20, "GridSample", gridSample20},
    OpsetRule{21, "GroupNormalization", groupNormalization21},
};

}  // namespace

std::span<const OpsetRule> opsetRules() {
    return kRules;
}

}  // namespace roundoff::formats::onnx
