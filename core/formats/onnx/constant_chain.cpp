#include "core/formats/onnx/constant_chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace roundoff::formats::onnx {
namespace {

constexpr int kMaxHops = 16;

std::optional<std::size_t> constantNamed(const Names& names, int scope, const std::string& value) {
    const Definition* found = names.find(scope, value);
    if (!found || found->tensor < 0) return std::nullopt;
    return std::size_t(found->tensor);
}

/// Sets axis and block from the shapes, or says what does not fit.
std::string fitScales(model::StoredQuantization& stored, const model::Tensor& codes, const model::Tensor& scales,
                      const ::onnx::NodeProto& node) {
    const auto count = tensor::elementCount(scales.shape).value_or(0);
    if (count == 1 && scales.shape.size() < 2) return {};
    std::int64_t axis = intAttribute(node, "axis", 1);
    const auto rank = std::int64_t(codes.shape.size());
    if (axis < 0) axis += rank;
    if (axis < 0 || axis >= rank) return fmt::format("axis {} is not one of {}", axis, rank);
    stored.axis = int(axis);
    stored.block = intAttribute(node, "block_size", 0);
    tensor::Shape expected = codes.shape;
    if (stored.block > 0)
        expected[std::size_t(axis)] = (expected[std::size_t(axis)] - 1) / stored.block + 1;
    else
        expected = {expected[std::size_t(axis)]};
    if (scales.shape == expected) return {};
    return fmt::format("scales of shape {} do not fit codes of shape {}", tensor::text(scales.shape),
                       tensor::text(codes.shape));
}

}  // namespace

std::string granularity(const model::StoredQuantization& stored) {
    if (stored.block > 0) return fmt::format("in blocks of {}", stored.block);
    return stored.axis >= 0 ? "per channel" : "per tensor";
}

Result<std::optional<ConstantView>> constantBehind(const Walk& walk, const Names& names,
                                                   const std::vector<model::Tensor>& tensors, int scope,
                                                   const std::string& value) {
    // Downwards from the operator to the constant; its rank, which the axes need, is known only at the end.
    std::vector<const ::onnx::NodeProto*> chain;
    const ::onnx::NodeProto* dequantize = nullptr;
    int dequantizeScope = 0;
    const Definition* at = names.find(scope, value);
    for (int hop = 0; at && at->tensor < 0; ++hop) {
        if (at->node < 0 || hop == kMaxHops) return std::nullopt;
        const ::onnx::NodeProto& node = *walk.nodes[std::size_t(at->node)].proto;
        if (node.op_type() == "DequantizeLinear" && !dequantize) {
            dequantize = &node;
            dequantizeScope = at->scope;
        } else if (!isStandard(node, "Identity") && !isStandard(node, "Cast") && !isStandard(node, "Transpose")) {
            return std::nullopt;
        }
        chain.push_back(&node);
        at = names.find(at->scope, inputOf(node, 0));
    }
    if (!at) return std::nullopt;

    ConstantView view;
    view.tensor = std::size_t(at->tensor);
    const model::Tensor& tensor = tensors[view.tensor];
    view.axes.resize(tensor.shape.size());
    std::iota(view.axes.begin(), view.axes.end(), 0);
    // Shape as the current link's output has it, from the constant upwards.
    tensor::Shape shape = tensor.shape;
    for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
        const ::onnx::NodeProto& node = **link;
        if (isStandard(node, "Transpose")) {
            std::vector<int> order(shape.size());
            std::iota(order.rbegin(), order.rend(), 0);
            if (const auto* perm = attribute(node, "perm")) {
                if (std::size_t(perm->ints_size()) != order.size()) return std::nullopt;
                for (std::size_t i = 0; i < order.size(); ++i) order[i] = int(perm->ints(int(i)));
                std::vector<int> sorted = order;
                std::sort(sorted.begin(), sorted.end());
                for (std::size_t i = 0; i < sorted.size(); ++i)
                    if (sorted[i] != int(i)) return std::nullopt;
            }
            std::vector<int> axes(order.size());
            tensor::Shape turned(order.size());
            for (std::size_t i = 0; i < order.size(); ++i) {
                axes[i] = view.axes[std::size_t(order[i])];
                turned[i] = shape[std::size_t(order[i])];
            }
            view.axes = std::move(axes);
            shape = std::move(turned);
        } else if (&node == dequantize) {
            const auto scales = constantNamed(names, dequantizeScope, inputOf(node, 1));
            if (!scales) return std::nullopt;
            model::StoredQuantization stored;
            stored.codes = view.tensor;
            stored.scales = scales;
            stored.zeroPoints = constantNamed(names, dequantizeScope, inputOf(node, 2));
            if (!inputOf(node, 2).empty() && !stored.zeroPoints) return std::nullopt;
            stored.bits = bits(tensor.type);
            model::Tensor seen = tensor;
            seen.shape = shape;
            std::string problem = fitScales(stored, seen, tensors[*scales], node);
            if (problem.empty() && stored.zeroPoints &&
                tensor::elementCount(tensors[*stored.zeroPoints].shape) != tensor::elementCount(tensors[*scales].shape))
                problem = "as many zero points as scales are needed";
            if (!problem.empty())
                return badInput(fmt::format("node '{}'", node.name()), problem, "Quantize the model again");
            if (stored.axis >= 0) stored.axis = view.axes[std::size_t(stored.axis)];
            stored.description = fmt::format("{} {} (DequantizeLinear)", name(tensor.type), granularity(stored));
            view.stored = std::move(stored);
        }
    }
    return view;
}

}  // namespace roundoff::formats::onnx
