#include "core/preprocessing/affine.h"

#include <algorithm>
#include <cmath>

namespace roundoff::preprocessing {
namespace {

double at(const std::vector<double>& numbers, std::size_t i) { return numbers[numbers.size() == 1 ? 0 : i]; }

/// True where a constant of that shape has one number for all, or one for each channel.
bool suits(const tensor::Shape& shape, const Channels& channels) {
    if (shape.size() > channels.rank) return false;
    const auto first = std::ranges::find_if(shape, [](auto size) { return size != 1; });
    if (first == shape.end()) return true;
    return std::size_t(*first) == channels.count && std::size_t(shape.end() - first) == channels.behind + 1 &&
           std::all_of(first + 1, shape.end(), [](auto size) { return size == 1; });
}

}  // namespace

void Affine::then(const Affine& next) {
    const std::size_t count = std::max({scale.size(), shift.size(), next.scale.size(), next.shift.size()});
    std::vector<double> s(count), b(count);
    for (std::size_t i = 0; i < count; ++i) {
        s[i] = at(next.scale, i) * at(scale, i);
        b[i] = at(next.scale, i) * at(shift, i) + at(next.shift, i);
    }
    scale = std::move(s);
    shift = std::move(b);
    rank = std::max(rank, next.rank);
}

bool Affine::isFinite() const {
    const auto finite = [](double x) { return std::isfinite(float(x)); };
    return std::ranges::all_of(scale, finite) && std::ranges::all_of(shift, finite);
}

bool Affine::moves() const {
    return std::ranges::any_of(shift, [](double x) { return x != 0; });
}

bool Affine::scales() const {
    return std::ranges::any_of(scale, [](double x) { return x != 1; });
}

std::optional<Affine> arithmetic(const GraphView& view, std::size_t node, const std::string& value, const Channels& channels) {
    const bool mul = view.is(node, "Mul"), div = view.is(node, "Div"), add = view.is(node, "Add"), sub = view.is(node, "Sub");
    if (!mul && !div && !add && !sub) return std::nullopt;
    const auto& inputs = view.node(node).inputs;
    if (inputs.size() != 2) return std::nullopt;
    const bool first = inputs[0] == value;
    if (div && !first) return std::nullopt;
    const std::string& other = inputs[first ? 1 : 0];
    const auto index = view.constant(other);
    if (!index || !suits(view.tensor(*index).shape, channels)) return std::nullopt;
    auto numbers = view.numbers(other);
    if (!numbers || numbers->empty()) return std::nullopt;
    Affine out;
    out.rank = view.tensor(*index).shape.size();
    if (div)
        for (double& x : *numbers) x = 1 / x;
    if (sub && first)
        for (double& x : *numbers) x = -x;
    if (sub && !first) out.scale = {-1};
    (mul || div ? out.scale : out.shift) = std::move(*numbers);
    return out.isFinite() ? std::optional(out) : std::nullopt;
}

std::optional<Affine> batchNorm(const GraphView& view, const formats::onnx::OnnxEdit& edit, std::size_t node,
                                const std::string& value, const Channels& channels) {
    if (!view.is(node, "BatchNormalization") || channels.rank != channels.behind + 2) return std::nullopt;
    const model::Node& norm = view.node(node);
    const auto given = [](const std::string& name) { return !name.empty(); };
    if (norm.inputs.size() != 5 || norm.inputs[0] != value || std::ranges::count_if(norm.outputs, given) != 1 ||
        edit.attribute(node, "training_mode", 0) != 0 || edit.attribute(node, "spatial", 1) != 1)
        return std::nullopt;
    std::vector<double> parameters[4];
    for (std::size_t i = 0; i < 4; ++i) {
        auto numbers = view.numbers(norm.inputs[i + 1]);
        if (!numbers || numbers->size() != channels.count) return std::nullopt;
        parameters[i] = std::move(*numbers);
    }
    const auto& [gamma, beta, mean, variance] = parameters;
    const double epsilon = edit.attribute(node, "epsilon", 1e-5);
    Affine out;
    out.scale.resize(channels.count);
    out.shift.resize(channels.count);
    for (std::size_t i = 0; i < channels.count; ++i) {
        out.scale[i] = gamma[i] / std::sqrt(variance[i] + epsilon);
        out.shift[i] = beta[i] - mean[i] * out.scale[i];
    }
    return out.isFinite() ? std::optional(out) : std::nullopt;
}

}  // namespace roundoff::preprocessing
