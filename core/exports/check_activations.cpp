#include <bit>
#include <set>
#include <unordered_map>

#include "core/exports/activation_plan.h"
#include "core/exports/proof.h"
#include "core/tensor/convert.h"

namespace roundoff::exports {
namespace {

constexpr const char* kActivations = "activations";

std::vector<schemes::Scheme> schemesOf(const model::Model& model, const Provenance& provenance) {
    std::vector<schemes::Scheme> schemes;
    for (const model::Layer& layer : model.layers()) schemes.push_back(provenance.recipe.schemeOf(layer.name));
    return schemes;
}

bool sameBits(float a, float b) {
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

/// Constants of a file by name, as numbers.
class Constants {
public:
    explicit Constants(const model::Model& model) : m_model(model) {
        for (std::size_t i = 0; i < model.tensors().size(); ++i) m_byName.emplace(model.tensors()[i].name, i);
    }
    /// Empty where there is none of that name.
    [[nodiscard]] std::vector<float> floats(const std::string& name) const {
        const auto view = data(name);
        std::vector<float> values(view ? view->view.count() : 0);
        if (view) tensor::readFloats(view->view, 0, values);
        return values;
    }
    [[nodiscard]] bool holdsInts(const std::string& name, const std::vector<std::int32_t>& expected) const {
        const auto view = data(name);
        return view && view->view.type == tensor::ElementType::Int32 && view->view.count() == expected.size() &&
               std::equal(view->view.bytes.begin(), view->view.bytes.end(), std::as_bytes(std::span(expected)).begin());
    }

private:
    [[nodiscard]] std::optional<tensor::TensorData> data(const std::string& name) const {
        const auto found = m_byName.find(name);
        if (found == m_byName.end()) return std::nullopt;
        auto read = m_model.data(found->second);
        return read ? std::optional(std::move(*read)) : std::nullopt;
    }
    const model::Model& m_model;
    std::unordered_map<std::string, std::size_t> m_byName;
};

/// What is wrong with the point, if anything.
Result<std::string> checkPoint(const model::Model& model, const analysis::ActivationPoint& point,
                               const ActivationRecord::Point& record, const Constants& constants, Job& job) {
    if (record.value != point.value || record.scheme != schemes::text({point.scheme, std::nullopt}))
        return "the file records " + record.value + " where " + point.value + " is quantized";
    if (point.scheme.timing == schemes::Timing::Dynamic) return std::string();
    const auto scale = constants.floats(record.scaleTensor), zero = constants.floats(record.zeroTensor);
    if (scale.size() != 1 || zero.size() != 1) return point.value + ": its scale or zero point is missing";
    if (!sameBits(scale[0], record.scale) || zero[0] != record.zero)
        return fmt::format("{}: scale {:.9g} and zero point {} instead of {:.9g} and {}", point.value, scale[0], zero[0], record.scale,
                           record.zero);
    if (!(scale[0] > 0)) return fmt::format("{}: a scale of {:.9g}", point.value, scale[0]);
    if (!point.constant) return std::string();
    const auto expected = constantCodes(model, point, job);
    if (!expected) return propagate(expected);
    const auto codes = constants.floats(record.codesTensor);
    if (!sameBits(scale[0], expected->scales.at(0)) || codes.size() != expected->codes.size())
        return point.value + ": the constant's codes do not fit it";
    std::vector<float> values(codes.size());
    schemes::dequantize(*expected, 0, values);
    for (std::size_t i = 0; i < codes.size(); ++i)
        if (!sameBits((codes[i] - zero[0]) * scale[0], values[i]))
            return fmt::format("{}: element {} is {:.9g} instead of {:.9g}", point.value, i, (codes[i] - zero[0]) * scale[0], values[i]);
    return std::string();
}

}  // namespace

std::set<std::size_t> recodedConstants(const model::Model& model, const Provenance& provenance) {
    std::set<std::size_t> tensors;
    if (!provenance.activations) return tensors;
    const analysis::Placement placement = analysis::place(model, schemesOf(model, provenance));
    for (const auto& point : placement.points)
        if (point.constant) tensors.insert(*point.constant);
    for (const auto& bias : placement.biases) tensors.insert(bias.tensor);
    return tensors;
}

Result<Check> checkActivations(const model::Model& model, const model::Model& exported, const Provenance& provenance, Job& job) {
    const auto schemes = schemesOf(model, provenance);
    const auto broken = [](std::string what) { return Check{kActivations, false, std::move(what)}; };
    const bool wanted = std::any_of(schemes.begin(), schemes.end(), [](const auto& scheme) { return scheme.activation.has_value(); });
    if (!wanted || !provenance.activations)
        return broken(wanted ? "the file says nothing of its activations" : "the file speaks of activations, its recipe of none");
    const analysis::Placement placement = analysis::place(model, schemes);
    const ActivationRecord& record = *provenance.activations;
    if (record.points.size() != placement.points.size() || record.biases.size() != placement.biases.size())
        return broken(fmt::format("the file records {} quantized values and {} biases, the recipe gives {} and {}", record.points.size(),
                                  record.biases.size(), placement.points.size(), placement.biases.size()));
    const Constants constants(exported);
    for (std::size_t i = 0; i < record.points.size(); ++i) {
        if (job.cancelled()) return cancelled();
        const auto wrong = checkPoint(model, placement.points[i], record.points[i], constants, job);
        if (!wrong) return propagate(wrong);
        if (!wrong->empty()) return broken(*wrong);
    }
    std::size_t biases = 0;
    for (std::size_t i = 0; i < record.biases.size(); ++i) {
        if (record.biases[i].codesTensor.empty()) continue;
        const analysis::BiasPoint& bias = placement.biases[i];
        const analysis::ActivationPoint* input = placement.pointOf(bias.input, bias.node);
        if (!input) return broken("bias " + record.biases[i].bias + ": its product reads floats");
        const float scale = record.points[std::size_t(input - placement.points.data())].scale;
        const auto expected = biasCodes(model, bias, scale, schemes[bias.layer].weight, job);
        if (!expected) return propagate(expected);
        if (!*expected || !constants.holdsInts(record.biases[i].codesTensor, (*expected)->codes))
            return broken("bias " + record.biases[i].bias + ": the codes are not those of its scale");
        ++biases;
    }
    return Check{kActivations, true,
                 fmt::format("scales and zero points of {} values and codes of {} biases are as recorded", record.points.size(), biases)};
}

}  // namespace roundoff::exports
