#include "core/runtime/inputs.h"

#include <algorithm>

#include "core/tensor/convert.h"

namespace roundoff::runtime {
namespace {

using model::Model;
using model::Value;
using tensor::Shape;

constexpr std::uint64_t kLargestInput = std::uint64_t(1) << 30;  // bytes of one input

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

bool isPast(const Value& input) {
    return contains(input.name, "past_key") || contains(input.name, "past_value") || contains(input.name, "past.") ||
           input.name.starts_with("past_");
}

std::string symbolOf(const Value& input, std::size_t axis) {
    return axis < input.dimensionNames.size() ? input.dimensionNames[axis] : std::string();
}

}  // namespace

bool isImage(const Value& input) {
    const Shape& s = input.shape;
    const auto channels = [](std::int64_t n) { return n == 1 || n == 3; };
    if (isPast(input)) return false;
    if (s.size() == 4) return channels(s[1]) || channels(s[3]);
    // [1, positions, features] is no picture: a sequence's length is mostly free.
    return s.size() == 3 && channels(s[0]) && s[1] > 1 && s[2] > 1 && (s[0] == 3 || contains(input.name, "image"));
}

Result<Shape> shapeOf(const Model& model, const Value& input, const Sizes& sizes) {
    Shape shape = input.shape;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] >= 0) continue;
        const std::string symbol = symbolOf(input, i), place = input.name + ":" + std::to_string(i);
        const auto find = [&](const std::string& name) { return name.empty() ? sizes.named.end() : sizes.named.find(name); };
        const auto found = find(symbol) != sizes.named.end() ? find(symbol) : find(place);
        const bool total = contains(symbol, "total") || contains(symbol, "+");
        if (found != sizes.named.end()) {
            shape[i] = found->second;
        } else if (contains(symbol, "batch") || (i == 0 && !total && !(shape.size() == 1 && contains(symbol, "seq")))) {
            shape[i] = sizes.batch;
        } else if (!total && (contains(symbol, "past") || contains(input.name, "past"))) {
            shape[i] = 0;
        } else if (isImage(input) && shape.size() == 4 && isFloat(input.type)) {
            return usage(model.info().path,
                         fmt::format("axis {} of input \"{}\" ({}) has no size", i, input.name, symbol.empty() ? "unnamed" : symbol),
                         "Give one with --dim " + (symbol.empty() || symbol == "?" ? place : symbol) + "=N");
        } else {
            shape[i] = sizes.length;
        }
    }
    return shape;
}

std::string shapeText(const Value& value) {
    if (!value.hasShape) return "any shape";
    std::string out;
    for (std::size_t i = 0; i < value.shape.size(); ++i) {
        if (i > 0) out += " × ";
        const std::string symbol = symbolOf(value, i);
        out += !symbol.empty() ? symbol : value.shape[i] < 0 ? "?" : fmt::to_string(value.shape[i]);
    }
    return out.empty() ? "scalar" : out;
}

Role roleOf(const Value& input) {
    if (contains(input.name, "mask")) return Role::Ones;
    if (contains(input.name, "position")) return Role::Positions;
    if (contains(input.name, "token_type") || contains(input.name, "segment")) return Role::Zeros;
    if (contains(input.name, "len")) return Role::Length;
    return Role::Ids;
}

double valueOf(Role role, std::uint64_t i, std::uint64_t row, std::int64_t length) {
    switch (role) {
        case Role::Ones:
            return 1;
        case Role::Positions:
            return double(row > 0 ? i % row : 0);
        case Role::Length:
            return double(length);
        case Role::Ids:
        case Role::Zeros:
            break;
    }
    return 0;
}

bool followsFromShape(const Value& input) {
    if (!input.hasShape || !tensor::writable(input.type)) return false;
    if (isFloat(input.type)) return isPast(input) || (contains(input.name, "mask") && input.shape.size() == 2);
    if (input.type == tensor::ElementType::Bool) return contains(input.name, "mask") || contains(input.name, "cache");
    return roleOf(input) != Role::Ids;
}

Result<NamedTensor> suppliedInput(const Model& model, const Value& input, const Sizes& sizes) {
    auto shape = shapeOf(model, input, sizes);
    if (!shape) return propagate(shape);
    NamedTensor out{input.name, input.type, std::move(*shape), {}};
    const auto count = tensor::elementCount(out.shape);
    const auto bytes = count ? storageBytes(input.type, *count) : std::nullopt;
    if (!bytes || *bytes > kLargestInput)
        return badInput(model.info().path, fmt::format("input \"{}\" ({}) is too large", input.name, tensor::text(out.shape)),
                        "Give smaller sizes with --dim");
    const auto row = std::uint64_t(out.shape.empty() ? 1 : out.shape.back());
    const bool zeros = isPast(input) || (input.type == tensor::ElementType::Bool && contains(input.name, "cache"));
    std::vector<double> values(*count, 0);
    if (!zeros)
        for (std::uint64_t i = 0; i < *count; ++i) values[i] = valueOf(roleOf(input), i, row, sizes.length);
    out.bytes.resize(*bytes);
    tensor::writeNumbers(input.type, values, out.bytes);
    return out;
}

Result<void> supplyMissing(const Model& model, Sample& sample, Sizes sizes) {
    const auto& inputs = model.graph().inputs;
    const auto given = [&](const Value& input) { return std::ranges::find(sample, input.name, &NamedTensor::name); };
    bool first = true;
    for (const Value& input : inputs) {
        const auto tensor = given(input);
        if (tensor == sample.end()) continue;
        for (std::size_t i = 0; i < tensor->shape.size() && i < input.shape.size(); ++i)
            if (input.shape[i] < 0 && !symbolOf(input, i).empty()) sizes.named.emplace(symbolOf(input, i), tensor->shape[i]);
        if (tensor->shape.empty() || isPast(input)) continue;
        if (first || !followsFromShape(input)) {
            sizes.batch = tensor->shape.front();
            sizes.length = tensor->shape.size() > 1 ? tensor->shape[1] : sizes.length;
        }
        first = false;
    }
    for (const Value& input : inputs) {
        if (given(input) != sample.end() || !followsFromShape(input)) continue;
        auto tensor = suppliedInput(model, input, sizes);
        if (!tensor) return propagate(tensor);
        sample.push_back(std::move(*tensor));
    }
    return {};
}

}  // namespace roundoff::runtime
