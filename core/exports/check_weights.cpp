#include <algorithm>
#include <bit>
#include <cstring>
#include <set>
#include <unordered_map>

#include "core/exports/proof.h"
#include "core/exports/stored_weight.h"
#include "core/schemes/quantized_tensor.h"
#include "core/tensor/convert.h"

namespace roundoff::exports {
namespace {

constexpr const char* kStructure = "structure";
constexpr const char* kWeights = "weights bit for bit";
constexpr const char* kUnchanged = "unchanged tensors";
constexpr std::size_t kPiece = 1 << 16;

const model::Layer* findLayer(const model::Model& model, const std::string& name) {
    for (const model::Layer& layer : model.layers())
        if (layer.name == name) return &layer;
    return nullptr;
}

/// The layer of the file that was `layer`: by the name of its weight, which an export keeps or extends, as a layer's
/// name may come from a node that is replaced.
const model::Layer* counterpart(const model::Model& model, const model::Layer& layer, const model::Model& exported) {
    const std::string& weight = model.tensors()[layer.weight].name;
    const model::Layer* found = nullptr;
    for (const model::Layer& other : exported.layers()) {
        const std::string& tensor = exported.tensors()[other.weight].name;
        if (tensor != weight && tensor != weight + std::string(kCodesSuffix)) continue;
        if (!found || other.name == layer.name) found = &other;  // subgraphs may repeat a tensor's name
    }
    return found ? found : findLayer(exported, layer.name);
}

/// Operators like MatMulInteger take no scales: those of their codes stand in the file by name.
model::Layer withScales(model::Layer layer, const model::Model& exported, const std::string& weight) {
    if (!layer.stored || layer.stored->scales) return layer;
    for (std::size_t i = 0; i < exported.tensors().size(); ++i)
        if (exported.tensors()[i].name == weight + "_scale") layer.stored->scales = i;
    const auto count = layer.stored->scales ? tensor::elementCount(exported.tensors()[*layer.stored->scales].shape).value_or(0) : 0;
    layer.stored->axis = count > 1 ? layer.outputAxis : -1;
    return layer;
}

bool sameBits(float a, float b) {
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

/// What one comparison of two weights found.
struct Difference {
    std::uint64_t count = 0, first = 0;
    float is = 0, should = 0;
};

/// A weight stored as codes against the analysis; `plain`: one that carries the values in its own type.
Result<Difference> compareWeight(const schemes::QuantizedTensor& expected, const StoredWeight& actual,
                                 std::optional<tensor::ElementType> plain, Job& job) {
    Difference difference;
    std::vector<float> is(kPiece), should(kPiece);
    std::vector<std::byte> rounded;
    for (std::uint64_t first = 0; first < actual.count(); first += kPiece) {
        if (job.cancelled()) return cancelled();
        const auto count = std::size_t(std::min<std::uint64_t>(kPiece, actual.count() - first));
        is.resize(count);
        should.resize(count);
        actual.read(first, is);
        schemes::dequantize(expected, first, should);
        if (plain) {
            rounded.resize(tensor::storageBytes(*plain, count).value_or(0));
            tensor::writeFloats(*plain, should, rounded);
            tensor::readFloats({*plain, {std::int64_t(count)}, rounded}, 0, should);
        }
        for (std::size_t i = 0; i < count; ++i) {
            if (sameBits(is[i], should[i])) continue;
            if (difference.count++ == 0) difference = {1, first + i, is[i], should[i]};
        }
    }
    return difference;
}

std::string counted(std::size_t number, std::string_view what) {
    return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

std::string inputsAndOutputs(const std::vector<model::Value>& before, const std::vector<model::Value>& after,
                             std::string_view what) {
    for (const model::Value& value : before) {
        const auto same = std::find_if(after.begin(), after.end(), [&](const model::Value& other) {
            return other.name == value.name && other.type == value.type && other.shape == value.shape;
        });
        if (same == after.end()) return fmt::format("{} \"{}\" is missing or of another shape", what, value.name);
    }
    if (before.size() != after.size())
        return fmt::format("the file has {}, the model {}", counted(after.size(), what), before.size());
    return {};
}

}  // namespace

Check checkStructure(const model::Model& model, const model::Model& exported, const Provenance& provenance) {
    const auto broken = [](std::string what) { return Check{kStructure, false, std::move(what)}; };
    for (const auto& [before, after, what] : {std::tuple{&model.graph().inputs, &exported.graph().inputs, "input"},
                                              std::tuple{&model.graph().outputs, &exported.graph().outputs, "output"}})
        if (std::string wrong = inputsAndOutputs(*before, *after, what); !wrong.empty())
            return broken(std::move(wrong));
    for (const auto& [name, scheme] : provenance.recipe.layers)
        if (!findLayer(model, name)) return broken("the recipe names a layer that the model lacks: " + name);
    const bool plain = provenance.target == "onnx-fakequant";
    for (const model::Layer& layer : model.layers()) {
        const model::Layer* other = counterpart(model, layer, exported);
        if (!other) return broken("layer " + layer.name + " is missing");
        if (provenance.recipe.layers.contains(layer.name) && other->stored.has_value() == plain)
            return broken("layer " + layer.name + (plain ? " is stored as codes" : " is not stored as codes"));
    }
    return {
        kStructure, true,
        fmt::format("the same {} and {}, {}, {} of them quantized", counted(exported.graph().inputs.size(), "input"),
                    counted(exported.graph().outputs.size(), "output"), counted(exported.layers().size(), "layer"),
                    provenance.recipe.layers.size())};
}

Result<Check> checkWeights(const model::Model& model, const model::Model& exported, const Provenance& provenance,
                           Job& job) {
    std::uint64_t elements = 0, done = 0, total = 0;
    std::size_t layers = 0, wrongLayers = 0;
    std::string first;
    for (const model::Layer& layer : model.layers()) total += layer.parameters;
    for (const model::Layer& layer : model.layers()) {
        job.progress(double(done), double(total), layer.name);
        done += layer.parameters;
        const schemes::Scheme& scheme = provenance.recipe.schemeOf(layer.name);
        if (scheme.isFloat()) continue;
        const auto note = [&](std::string what) {
            if (wrongLayers++ == 0) first = layer.name + ": " + std::move(what);
        };
        ++layers;
        const model::Layer* other = counterpart(model, layer, exported);
        if (!other) {
            note("missing in the file");
            continue;
        }
        if (other->shape != layer.shape) {
            note("the shape is " + tensor::text(other->shape) + ", the model has " + tensor::text(layer.shape));
            continue;
        }
        const auto weight = model.weight(layer);
        if (!weight) return propagate(weight);
        const auto expected =
            schemes::quantize(weight->view, layer.outputAxis, layer.reductionAxis, scheme.weight, job);
        if (!expected && expected.error().code == ErrorCode::Cancelled) return propagate(expected);
        const auto actual = StoredWeight::open(exported, withScales(*other, exported, model.tensors()[layer.weight].name));
        if (!expected || !actual) {
            note((expected ? actual.error() : expected.error()).what);
            continue;
        }
        const auto type = weight->view.type;
        const auto difference =
            compareWeight(*expected, *actual, other->stored ? std::nullopt : std::optional(type), job);
        if (!difference) return propagate(difference);
        if (difference->count > 0)
            note(fmt::format("{} of {} elements differ, the first at {}: {:.9g} instead of {:.9g}", difference->count,
                             actual->count(), difference->first, difference->is, difference->should));
        elements += actual->count();
        model.release(layer.weight);
    }
    if (wrongLayers > 0)
        return Check{kWeights, false, fmt::format("{} of {} layer{} differ. {}", wrongLayers, layers, layers == 1 ? "" : "s", first)};
    return Check{
        kWeights, true,
        fmt::format("{} weights of {} layer{}, dequantized from the file, equal the analysis", elements, layers, layers == 1 ? "" : "s")};
}

Result<Check> checkUnchanged(const model::Model& model, const model::Model& exported, const Provenance& provenance,
                             Job& job) {
    std::set<std::size_t> quantized;
    for (const model::Layer& layer : model.layers())
        if (!provenance.recipe.schemeOf(layer.name).isFloat()) quantized.insert(layer.weight);
    const std::set<std::size_t> recoded = recodedConstants(model, provenance);
    std::unordered_map<std::string, std::vector<std::size_t>> byName;  // subgraphs may repeat a name
    for (std::size_t i = 0; i < exported.tensors().size(); ++i) byName[exported.tensors()[i].name].push_back(i);

    std::uint64_t bytes = 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < model.tensors().size(); ++i) {
        if (quantized.contains(i)) continue;
        if (job.cancelled()) return cancelled();
        const model::Tensor& tensor = model.tensors()[i];
        job.progress(double(i), double(model.tensors().size()), tensor.name);
        if (recoded.contains(i) && byName[tensor.name].empty()) continue;  // see checkActivations
        const auto data = model.data(i);
        if (!data) return propagate(data);
        std::string wrong = "missing in the file";
        for (const std::size_t j : byName[tensor.name]) {
            const auto other = exported.data(j);
            if (!other) {
                wrong = other.error().what;
                continue;
            }
            const auto a = data->view.bytes, b = other->view.bytes;
            if (other->view.type != data->view.type || other->view.shape != data->view.shape) {
                wrong = "of another type or shape";
            } else if (a.size() != b.size() || (!a.empty() && std::memcmp(a.data(), b.data(), a.size()) != 0)) {
                wrong = "of other values";
            } else {
                wrong.clear();
                break;
            }
        }
        if (!wrong.empty()) return Check{kUnchanged, false, tensor.name + ": " + wrong};
        ++count;
        bytes += data->view.bytes.size();
        model.release(i);
    }
    return Check{kUnchanged, true, fmt::format("{} tensor{}, {} bytes, the same", count, count == 1 ? "" : "s", bytes)};
}

}  // namespace roundoff::exports
