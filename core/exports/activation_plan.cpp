#include "core/exports/activation_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/schemes/number_format.h"
#include "core/tensor/convert.h"

namespace roundoff::exports {
namespace {

using analysis::ActivationPoint;

bool isStatic(const ActivationPoint& point) {
    return point.scheme.timing == schemes::Timing::Static;
}

}  // namespace

Error noRange(const model::Model& model, const std::string& value) {
    return {ErrorCode::Usage, model.info().path + ", value " + value, "static activations need data to find their ranges",
            "Give --calib DATA, or take onnx-dynamic with dynamic behind the activation's format"};
}

std::optional<std::size_t> ActivationPlan::pointOf(const std::string& value, std::size_t node) const {
    const ActivationPoint* point = placement.pointOf(value, node);
    return point ? std::optional(std::size_t(point - placement.points.data())) : std::nullopt;
}

std::vector<std::string> calibratedValues(const analysis::Placement& placement) {
    std::set<std::string> values;
    for (const ActivationPoint& point : placement.points)
        if (isStatic(point) && point.like.empty() && !point.constant) values.insert(point.value);
    return {values.begin(), values.end()};
}

Result<std::vector<schemes::Scale>> pointScales(const model::Model& model, const analysis::Placement& placement,
                                                const calibration::Calibration* calibration, Job& job) {
    std::vector<schemes::Scale> scales(placement.points.size());
    for (std::size_t i = 0; i < scales.size(); ++i) {
        const ActivationPoint& point = placement.points[i];
        if (!isStatic(point) || !point.like.empty()) continue;
        if (point.constant) {
            const auto codes = constantCodes(model, point, job);
            if (!codes) return propagate(codes);
            scales[i] = {codes->scales.at(0), float(codes->zeroPointOf(0))};
            continue;
        }
        const auto seen = calibration ? calibration->values.find(point.value) : decltype(calibration->values.end()){};
        if (!calibration || seen == calibration->values.end()) return tl::unexpected<Error>(noRange(model, point.value));
        scales[i] = parametersOf(seen->second, point.scheme);
    }
    for (std::size_t i = 0; i < scales.size(); ++i)
        if (const ActivationPoint* root = placement.rootOf(placement.points[i]); root && isStatic(placement.points[i]))
            scales[i] = scales[std::size_t(root - placement.points.data())];
    return scales;
}

Result<ActivationPlan> planActivations(const model::Model& model, std::span<const schemes::Scheme> schemes,
                                       const calibration::Calibration* calibration, Job& job) {
    ActivationPlan plan;
    plan.wanted = std::any_of(schemes.begin(), schemes.end(), [](const auto& scheme) { return scheme.activation.has_value(); });
    plan.placement = analysis::place(model, schemes);
    auto scales = pointScales(model, plan.placement, calibration, job);
    if (!scales) return propagate(scales);
    plan.scales = std::move(*scales);
    for (const analysis::BiasPoint& bias : plan.placement.biases) {
        if (job.cancelled()) return cancelled();
        const auto input = plan.pointOf(bias.input, bias.node);
        auto codes = biasCodes(model, bias, input ? plan.scales[*input].scale : 0, schemes[bias.layer].weight, job);
        if (!codes) return propagate(codes);
        plan.biases.push_back(input ? std::move(*codes) : std::nullopt);
        if (plan.biases.back() || model.graph().nodes[bias.node].op != "Conv") continue;
        auto& nodes = plan.placement.nodes;
        nodes[bias.node].reason = "computes floats between codes: its bias's codes would leave no room in 32 bits";
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            if (nodes[i].partOf.value_or(i) != bias.node) continue;
            nodes[i].status = analysis::Status::Kept;
            nodes[i].between = true;
        }
    }
    return plan;
}

Result<schemes::QuantizedTensor> constantCodes(const model::Model& model, const ActivationPoint& point, Job& job) {
    const auto data = model.data(*point.constant);
    if (!data) return propagate(data);
    const tensor::TensorView row{data->view.type, {1, std::int64_t(data->view.count())}, data->view.bytes};
    return schemes::quantize(row, 0, 1, point.scheme, job);
}

std::string whyNotQuantizeLinear(const schemes::TensorScheme& scheme) {
    const schemes::NumberFormat& format = *schemes::findNumberFormat(scheme.format);
    if (format.storage == tensor::ElementType::Undefined)
        return "ONNX has no type for the codes of " + scheme.format + " activations; take int8, uint8, int16 or fp8-e4m3";
    if (format.bits < tensor::bits(format.storage))
        return "QuantizeLinear rounds to all codes of " + std::string(name(format.storage)) + ", not to " + scheme.format +
               "; take a whole type for the activations";
    if (scheme.symmetry == schemes::Symmetry::AsymmetricFloat)
        return "QuantizeLinear's zero point is an integer; take asym";
    if (scheme.symmetry == schemes::Symmetry::SymmetricFull || scheme.symmetry == schemes::Symmetry::SymmetricGptq)
        return "activations are asym or sym there";
    return {};
}

}  // namespace roundoff::exports
