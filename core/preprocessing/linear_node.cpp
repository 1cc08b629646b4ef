#include "core/preprocessing/linear_node.h"

#include <algorithm>
#include <cmath>

#include "core/tensor/tensor_view.h"

namespace roundoff::preprocessing {
namespace {

using formats::onnx::ByteSink, formats::onnx::OnnxEdit;

std::vector<std::byte> bytesOf(const std::vector<double>& numbers) {
    const std::vector<float> floats(numbers.begin(), numbers.end());
    const auto raw = std::as_bytes(std::span(floats));
    return {raw.begin(), raw.end()};
}

bool unpadded(const OnnxEdit& edit, std::size_t node) {
    const std::string automatic = edit.text(node, "auto_pad");
    return (automatic.empty() || automatic == "NOTSET" || automatic == "VALID") &&
           std::ranges::all_of(edit.integers(node, "pads"), [](auto pad) { return pad == 0; });
}

}  // namespace

std::size_t LinearNode::channelOf(std::uint64_t element, const tensor::Shape& shape) const {
    if (layout == Layout::Last) return element % std::uint64_t(shape.back());
    std::uint64_t inner = 1;  // elements of one entry of the first axis
    for (std::size_t i = 1; i < shape.size(); ++i) inner *= std::uint64_t(shape[i]);
    if (layout == Layout::First) return element / inner;
    const std::uint64_t perGroup = std::uint64_t(shape[1]), row = element / inner;
    return row / (std::uint64_t(shape[0]) / std::uint64_t(groups)) * perGroup + element % inner / (inner / perGroup);
}

std::optional<LinearNode> linearNode(const GraphView& view, const OnnxEdit& edit, std::size_t node) {
    const bool conv = view.is(node, "Conv"), transposed = view.is(node, "ConvTranspose"), gemm = view.is(node, "Gemm"),
               product = view.is(node, "MatMul");
    if (!conv && !transposed && !gemm && !product) return std::nullopt;
    const model::Node& at = view.node(node);
    const auto weight = at.inputs.size() > 1 ? view.constant(at.inputs[1]) : std::nullopt;
    if (!weight || view.tensor(*weight).type != tensor::ElementType::Float32) return std::nullopt;
    const tensor::Shape& shape = view.tensor(*weight).shape;
    if (shape.size() < (conv || transposed ? 3u : 2u) || ((gemm || product) && shape.size() != 2)) return std::nullopt;
    if (std::ranges::any_of(shape, [](auto size) { return size <= 0; })) return std::nullopt;
    LinearNode out;
    out.node = node;
    out.weight = *weight;
    out.takesBias = !product;
    out.groups = std::int64_t(edit.attribute(node, "group", 1));
    using Layout = LinearNode::Layout;
    if (conv) {
        out.out = {std::size_t(shape[0]), shape.size() - 2, shape.size()};
        out.takesShift = unpadded(edit, node);
    } else if (transposed) {
        if (out.groups < 1 || shape[0] % out.groups != 0) return std::nullopt;
        out.layout = Layout::Transposed;
        out.out = {std::size_t(shape[1] * out.groups), shape.size() - 2, shape.size()};
    } else {
        const bool turned = gemm && edit.attribute(node, "transB", 0) != 0;
        if (gemm && (edit.attribute(node, "transA", 0) != 0 || edit.attribute(node, "beta", 1) != 1)) return std::nullopt;
        out.layout = turned ? Layout::First : Layout::Last;
        out.out = {std::size_t(turned ? shape[0] : shape[1]), 0, gemm ? 2u : 1u};
        out.alpha = gemm ? edit.attribute(node, "alpha", 1) : 1;
        out.takesShift = gemm;
    }
    if (out.takesBias && at.inputs.size() > 2 && !at.inputs[2].empty()) {
        // One number for all channels, or one for each along the last axis: a Gemm's may also run along the rows.
        const auto numbers = view.numbers(at.inputs[2]);
        const auto constant = view.constant(at.inputs[2]);
        const bool suits = numbers && (numbers->size() == 1 || (numbers->size() == out.out.count &&
                                                                view.tensor(*constant).shape.back() == std::int64_t(out.out.count)));
        if (!suits) return std::nullopt;
        out.bias = at.inputs[2];
    }
    return out;
}

Result<void> rewrite(const model::Model& model, const GraphView& view, const LinearNode& linear, const LinearChange& change,
                     OnnxEdit& edit) {
    const model::Tensor& weight = model.tensors()[linear.weight];
    const std::size_t count = linear.out.count;
    std::vector<double> factor(count), bias(count);
    Affine after;
    after.scale.assign(count, 1);
    after.shift.assign(count, 0);
    after.then(change.after);
    const double inner = change.before.scale.front(), shift = change.before.shift.front();
    if (shift != 0) {
        const auto data = model.data(linear.weight);
        if (!data) return propagate(data);
        std::vector<float> numbers(data->view.count());
        tensor::readFloats(data->view, 0, numbers);
        for (std::size_t i = 0; i < numbers.size(); ++i)
            bias[linear.channelOf(i, weight.shape)] += linear.alpha * shift * double(numbers[i]);
    }
    const auto before = linear.bias.empty() ? std::nullopt : view.numbers(linear.bias);
    for (std::size_t i = 0; i < count; ++i) {
        factor[i] = after.scale[i] * inner;
        bias[i] = after.scale[i] * (bias[i] + (before ? (*before)[before->size() == 1 ? 0 : i] : 0)) + after.shift[i];
        if (!std::isfinite(float(factor[i])) || !std::isfinite(float(bias[i])))
            return failed("node " + view.node(linear.node).name, "its weight would not be finite any more");
    }
    const bool biased = before || (linear.takesBias && std::ranges::any_of(bias, [](double b) { return b != 0; }));

    const auto owned = [&](const std::string& name) { return view.readers(name).size() == 1 && !view.isOutput(name); };
    std::vector<std::string> inputs = view.node(linear.node).inputs, outputs = view.node(linear.node).outputs;
    if (std::ranges::any_of(factor, [](double f) { return f != 1; })) {
        const auto make = [model, linear, factor](ByteSink& sink, Job& job) -> Result<void> {
            const auto data = model.data(linear.weight);
            if (!data) return propagate(data);
            std::vector<float> block(1 << 18);
            for (std::uint64_t first = 0; first < data->view.count(); first += block.size()) {
                if (job.cancelled()) return cancelled();
                const std::span<float> part(block.data(), std::size_t(std::min<std::uint64_t>(block.size(), data->view.count() - first)));
                tensor::readFloats(data->view, first, part);
                for (std::size_t i = 0; i < part.size(); ++i)
                    part[i] = float(double(part[i]) * factor[linear.channelOf(first + i, data->view.shape)]);
                if (auto written = sink.write(std::as_bytes(part)); !written) return written;
            }
            return {};
        };
        if (owned(weight.name)) {
            edit.replaceTensor(linear.weight, weight.type, weight.shape, make);
        } else {
            inputs[1] = edit.freshName(weight.name + "_folded");
            edit.addTensor(inputs[1], weight.type, weight.shape, make);
        }
    }
    if (biased) {
        const auto old = linear.bias.empty() ? std::nullopt : view.constant(linear.bias);
        if (old && before->size() == count && owned(linear.bias)) {
            edit.replaceTensor(*old, tensor::ElementType::Float32, model.tensors()[*old].shape,
                               [bytes = bytesOf(bias)](ByteSink& sink, Job&) { return sink.write(bytes); });
        } else {
            inputs.resize(3);
            inputs[2] = edit.freshName(weight.name + "_bias");
            edit.addTensor(inputs[2], tensor::ElementType::Float32, {std::int64_t(count)}, bytesOf(bias));
        }
    }
    if (!change.input.empty()) inputs[0] = change.input;
    if (!change.output.empty()) outputs[0] = change.output;
    const model::Node& node = view.node(linear.node);
    edit.changeOperator(linear.node, node.op, node.domain, inputs, outputs);
    return {};
}

}  // namespace roundoff::preprocessing
