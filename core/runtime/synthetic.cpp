#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <set>
#include <string_view>

#include "core/base/random.h"
#include "core/runtime/session.h"
#include "core/tensor/convert.h"

namespace roundoff::runtime {
namespace {

using model::Model;
using model::Node;
using model::Value;
using tensor::ElementType;
using tensor::Shape;

constexpr std::uint64_t kLargestInput = std::uint64_t(1) << 30;  // bytes of one input

const model::Tensor* constant(const Model& model, const std::string& name) {
    for (const model::Tensor& tensor : model.tensors())
        if (tensor.name == name) return &tensor;
    for (const Node& node : model.graph().nodes)  // a table that is stored quantized
        if (node.op == "DequantizeLinear" && !node.outputs.empty() && node.outputs[0] == name)
            for (const model::Tensor& tensor : model.tensors())
                if (tensor.name == node.inputs[0]) return &tensor;
    return nullptr;
}

/// Rows of the smallest table that `node` looks up with the value `ids`.
std::optional<std::int64_t> rows(const Model& model, const Node& node, const std::string& ids) {
    const auto feeds = [&](std::size_t slot) { return node.inputs.size() > slot && node.inputs[slot] == ids; };
    const auto first = [&](std::size_t slot) -> std::optional<std::int64_t> {
        const model::Tensor* table = node.inputs.size() > slot ? constant(model, node.inputs[slot]) : nullptr;
        if (!table || table->shape.empty()) return std::nullopt;
        return table->shape[0];
    };
    if ((node.op == "Gather" || node.op == "GatherBlockQuantized") && feeds(1)) return first(0);
    if (node.op == "EmbedLayerNormalization" && feeds(0)) return first(2);
    if (node.op == "EmbedLayerNormalization" && feeds(1)) return first(4);
    if (node.op == "OneHot" && feeds(0)) {
        const model::Tensor* depth = constant(model, node.inputs[1]);
        if (!depth) return std::nullopt;
        for (std::size_t i = 0; i < model.tensors().size(); ++i) {
            if (&model.tensors()[i] != depth || tensor::elementCount(depth->shape) != 1) continue;
            const auto data = model.data(i);
            std::int64_t value = 0;
            if (data && depth->type == ElementType::Int64) std::memcpy(&value, data->view.bytes.data(), 8);
            if (value > 0) return value;
        }
    }
    return std::nullopt;
}

/// Entries of the vocabulary that an integer input indexes: the least of all tables it reaches.
std::optional<std::int64_t> vocabulary(const Model& model, const std::string& input) {
    static constexpr std::array kPass{"Cast",    "Reshape",   "Unsqueeze", "Squeeze", "Identity",
                                      "Flatten", "Transpose", "Expand",    "Slice"};
    std::optional<std::int64_t> least;
    std::set<std::string> reached{input};
    for (const Node& node : model.graph().nodes) {  // file order is topological
        for (const std::string& ids : std::set<std::string>(node.inputs.begin(), node.inputs.end())) {
            if (!reached.contains(ids)) continue;
            if (const auto found = rows(model, node, ids)) least = least ? std::min(*least, *found) : *found;
            const bool passes = std::find(kPass.begin(), kPass.end(), node.op) != kPass.end() && node.inputs[0] == ids;
            if (passes) reached.insert(node.outputs.begin(), node.outputs.end());
        }
    }
    return least;
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

bool imageLike(const Value& input) {
    const Shape& s = input.shape;
    const auto channels = [](std::int64_t n) { return n == 1 || n == 3; };
    if (s.size() == 4) return channels(s[1]) || channels(s[3]);
    return s.size() == 3 && channels(s[0]);
}

Shape shapeOf(const Value& input, std::int64_t length) {
    Shape shape = input.shape;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] >= 0) continue;
        const std::string& symbol = i < input.dimensionNames.size() ? input.dimensionNames[i] : std::string();
        const bool total = contains(symbol, "total") || contains(symbol, "+");
        if (contains(symbol, "batch") || (i == 0 && !total)) {
            shape[i] = 1;
        } else if (!total && (contains(symbol, "past") || contains(input.name, "past"))) {
            shape[i] = 0;
        } else {
            shape[i] = length;
        }
    }
    return shape;
}

/// What an integer input counts. Ids are drawn; the others follow from what the name says.
struct Integers {
    enum class Kind { Ids, Ones, Zeros, Positions, Length } kind = Kind::Ids;
    std::int64_t bound = 2;
};

Integers integersOf(const Model& model, const Value& input) {
    if (contains(input.name, "mask")) return {Integers::Kind::Ones};
    if (contains(input.name, "position")) return {Integers::Kind::Positions};
    if (contains(input.name, "token_type") || contains(input.name, "segment")) return {Integers::Kind::Zeros};
    if (contains(input.name, "len")) return {Integers::Kind::Length};
    if (const auto found = vocabulary(model, input.name))
        return {Integers::Kind::Ids, std::max<std::int64_t>(1, *found)};
    const bool pixels = input.type == ElementType::Uint8 && imageLike(input);
    return {Integers::Kind::Ids, pixels ? 256 : 2};
}

Result<NamedTensor> synthetic(const Model& model, const Value& input, std::int64_t length, Random& random) {
    const std::string& path = model.info().path;
    if (!input.hasShape)
        return badInput(path, "input \"" + input.name + "\" has no shape, so none can be made up", "Give real data");
    NamedTensor out{input.name, input.type, shapeOf(input, length), {}};
    const auto count = tensor::elementCount(out.shape);
    const auto bytes = count ? storageBytes(input.type, *count) : std::nullopt;
    if (!bytes || *bytes > kLargestInput || !tensor::writable(input.type))
        return badInput(path,
                        fmt::format("input \"{}\" ({}, {}) cannot be made up", input.name, name(input.type),
                                    tensor::text(out.shape)),
                        "Give real data");
    std::vector<double> values(*count, 1);
    if (isFloat(input.type)) {
        const bool image = imageLike(input);
        for (double& value : values) value = image ? random.uniform() : random.normal();
    } else if (input.type == ElementType::Bool) {
        std::fill(values.begin(), values.end(), contains(input.name, "cache") ? 0 : 1);
    } else {
        const Integers integers = integersOf(model, input);
        const auto row = std::uint64_t(out.shape.empty() ? 1 : std::max<std::int64_t>(1, out.shape.back()));
        for (std::uint64_t i = 0; i < *count; ++i) {
            switch (integers.kind) {
                case Integers::Kind::Ids:
                    values[i] = double(random.below(std::uint64_t(integers.bound)));
                    break;
                case Integers::Kind::Ones:
                    break;
                case Integers::Kind::Zeros:
                    values[i] = 0;
                    break;
                case Integers::Kind::Positions:
                    values[i] = double(i % row);
                    break;
                case Integers::Kind::Length:
                    values[i] = double(length);
                    break;
            }
        }
    }
    out.bytes.resize(*bytes);
    tensor::writeNumbers(input.type, values, out.bytes);
    return out;
}

}  // namespace

Result<Sample> syntheticSample(const model::Model& model, std::size_t index, std::int64_t length, std::uint64_t seed) {
    // A generator of its own for each, so that any one can be made without those before it.
    Random random(index == 0 ? seed : Random(seed + index).next());
    Sample sample;
    for (const Value& input : model.graph().inputs) {
        auto tensor = synthetic(model, input, length, random);
        if (!tensor) return propagate(tensor);
        sample.push_back(std::move(*tensor));
    }
    return sample;
}

Result<std::vector<Sample>> syntheticSamples(const model::Model& model, std::size_t count, std::int64_t length,
                                             std::uint64_t seed) {
    std::vector<Sample> samples;
    for (std::size_t i = 0; i < count; ++i) {
        auto sample = syntheticSample(model, i, length, seed);
        if (!sample) return propagate(sample);
        samples.push_back(std::move(*sample));
    }
    return samples;
}

}  // namespace roundoff::runtime
