#include "core/analysis/simulation.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/analysis/bias_codes.h"
#include "core/analysis/quantized_weight.h"
#include "core/calibration/observer.h"
#include "core/runtime/memory_limit.h"

namespace roundoff::analysis {
namespace {

/// True where a scheme's scale must be known beforehand.
bool isStatic(const schemes::TensorScheme& scheme) { return scheme.timing == schemes::Timing::Static; }

/// The point whose scale and zero point another has, which may be itself.
const ActivationPoint* rootOf(const Placement& placement, const ActivationPoint* point) {
    return point ? placement.rootOf(*point) : nullptr;
}

/// True where the scale comes of data.
bool needsData(const ActivationPoint& point) { return isStatic(point.scheme) && !point.constant && point.like.empty(); }

Result<schemes::Scale> scaleOf(const model::Model& model, const ActivationPoint& point, const calibration::Calibration* calibration) {
    if (!isStatic(point.scheme)) return schemes::Scale{};
    if (point.constant) {
        const auto data = model.data(*point.constant);
        if (!data) return propagate(data);
        std::vector<float> values(data->view.count());
        tensor::readFloats(data->view, 0, values);
        calibration::Observation seen;
        observe({tensor::ElementType::Float32, data->view.shape, std::as_bytes(std::span(values))}, calibration::Detail::Histograms, seen);
        return parametersOf(seen, point.scheme);
    }
    const auto seen = calibration ? calibration->values.find(point.value) : decltype(calibration->values.end()){};
    if (!calibration || seen == calibration->values.end())
        return usage(model.info().path, "static activations need data to find their ranges",
                     "Give --calib DATA, or write dynamic behind the activation's format");
    return parametersOf(seen->second, point.scheme);
}

bool hasActivations(const Report& report) {
    return std::ranges::any_of(report.layers, [](const LayerReport& layer) {
        return layer.status == Status::Quantized && layer.scheme.activation.has_value();
    });
}

}  // namespace

std::uint64_t quantizedBytes(const model::Model& model, const Report& report) {
    std::uint64_t bytes = 0, working = 0;
    for (std::size_t i = 0; i < report.layers.size(); ++i) {
        if (report.layers[i].status != Status::Quantized) continue;
        const model::Layer& layer = model.layers()[i];
        bytes += model.tensors()[layer.weight].bytes;
        working = std::max(working, layer.parameters * (sizeof(float) + sizeof(std::int16_t)));  // its values and codes
    }
    return bytes + working;
}

Result<Weights> quantizedWeights(const model::Model& model, const Report& report, Job& job) {
    Weights weights(report.layers.size());
    if (auto fits = runtime::reserve(quantizedBytes(model, report), "holding the quantized weights"); !fits) return propagate(fits);
    for (std::size_t i = 0; i < report.layers.size(); ++i) {
        if (job.cancelled()) return cancelled();
        if (report.layers[i].status != Status::Quantized) continue;
        auto weight = quantizedWeight(model, model.layers()[i], report.layers[i].scheme.weight, job);
        if (!weight) return propagate(weight);
        weights[i] = std::move(*weight);
    }
    return weights;
}

std::vector<schemes::Scheme> schemesOf(const Report& report) {
    std::vector<schemes::Scheme> schemes(report.layers.size());
    for (std::size_t i = 0; i < schemes.size(); ++i)
        if (report.layers[i].status == Status::Quantized) schemes[i] = report.layers[i].scheme;
    return schemes;
}

std::vector<std::string> calibratedValues(const model::Model& model, std::span<const Report> reports) {
    std::set<std::string> values;
    for (const Report& report : reports) {
        if (!hasActivations(report)) continue;
        for (const ActivationPoint& point : place(model, schemesOf(report)).points)
            if (needsData(point)) values.insert(point.value);
    }
    return {values.begin(), values.end()};
}

Result<Simulation> Simulation::open(const model::Model& model, const Report& report, const Weights* weights,
                                    const calibration::Calibration* calibration, std::vector<std::string> taps, Job& job,
                                    std::span<const schemes::Scale> scales) {
    Simulation simulation;
    const auto schemes = schemesOf(report);
    const Placement placement = hasActivations(report) ? place(model, schemes) : Placement();
    const auto scaleAt = [&](const ActivationPoint& point) -> Result<schemes::Scale> {
        if (!scales.empty()) return scales[std::size_t(&point - placement.points.data())];
        return scaleOf(model, point, calibration);
    };
    calibration::TrialPlan plan;
    plan.taps = std::move(taps);
    std::map<const ActivationPoint*, std::size_t> changes;
    for (const ActivationPoint& point : placement.points) {
        if (!point.like.empty()) continue;  // quantized already
        const auto scale = scaleAt(point);
        if (!scale) return propagate(scale);
        changes.emplace(&point, plan.changes.size());
        plan.changes.push_back({point.value, point.readers});
        simulation.m_points->quantizers.emplace_back(calibration::ActivationQuantizer(point.scheme, *scale));
        simulation.m_points->fixed.emplace_back();
        simulation.m_points->active.push_back(weights != nullptr);
    }
    const auto values = calibration::layerValues(model);
    simulation.m_inputPoints.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        for (const auto& use : values[i].uses)
            if (const auto found = changes.find(rootOf(placement, placement.pointOf(use.input, use.node))); found != changes.end())
                simulation.m_inputPoints[i].push_back(found->second);
    }
    for (const BiasPoint& bias : placement.biases) {
        const ActivationPoint* input = rootOf(placement, placement.pointOf(bias.input, bias.node));
        if (!input) continue;
        const auto scale = scaleAt(*input);
        if (!scale) return propagate(scale);
        const auto codes = biasCodes(model, bias, scale->scale, schemes[bias.layer].weight, job);
        if (!codes) return propagate(codes);
        if (!*codes) continue;
        simulation.m_inputPoints[bias.layer].push_back(plan.changes.size());
        plan.changes.push_back({model.tensors()[bias.tensor].name, {bias.user}});
        simulation.m_points->quantizers.emplace_back();
        auto& fixed = simulation.m_points->fixed.emplace_back();
        const auto& steps = (*codes)->scales;
        for (std::size_t i = 0; i < (*codes)->codes.size(); ++i)
            fixed.push_back(float((*codes)->codes[i]) * steps[steps.size() == 1 ? 0 : i]);
        simulation.m_points->active.push_back(weights != nullptr);
    }
    auto trial = calibration::Trial::open(model, plan, job);
    if (!trial) return propagate(trial);
    trial->handlers().change = [own = simulation.m_points](std::size_t i, const tensor::TensorView& x, std::span<float> y) {
        if (own->active[i] && own->quantizers[i]) return own->quantizers[i]->apply(x, y);
        if (own->active[i]) return void(std::ranges::copy(own->fixed[i], y.begin()));
        std::ranges::copy(x.bytes, std::as_writable_bytes(y).begin());
    };
    simulation.m_trial.emplace(std::move(*trial));
    if (weights) {
        for (std::size_t i = 0; i < weights->size(); ++i) {
            if (!(*weights)[i]) continue;
            if (const std::string& reason = simulation.m_trial->whyNotReplaced(i); !reason.empty())
                return badInput(model.info().path + ", layer " + model.layers()[i].name,
                                "its weight cannot be replaced for a trial run: " + reason,
                                "Leave the layer out with --exclude, or export the model and verify it with --calib");
            if (auto set = simulation.m_trial->setWeight(i, (*weights)[i]); !set) return propagate(set);
        }
    }
    return simulation;
}

Result<void> Simulation::setActive(const Weights& weights, const std::vector<bool>& layers) {
    std::size_t count = 0, most = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (!weights[i]) continue;
        ++most;
        count += layers[i];
        if (auto set = m_trial->setWeight(i, layers[i] ? weights[i] : nullptr); !set) return set;
    }
    // A point that is no layer's input belongs to the whole: it is on unless hardly anything is.
    std::vector<bool> isInput(m_points->active.size(), false);
    for (const auto& points : m_inputPoints)
        for (const std::size_t p : points) isInput[p] = true;
    for (std::size_t p = 0; p < isInput.size(); ++p) m_points->active[p] = !isInput[p] && 2 * count > most;
    for (std::size_t i = 0; i < m_inputPoints.size(); ++i)
        for (const std::size_t p : m_inputPoints[i])
            if (layers[i] && weights[i]) m_points->active[p] = true;
    return {};
}

Result<InputQuantizers> inputQuantizers(const model::Model& model, const Report& report,
                                        const calibration::Calibration* calibration) {
    InputQuantizers quantizers(report.layers.size());
    if (!hasActivations(report)) return quantizers;
    const Placement placement = place(model, schemesOf(report));
    const auto values = calibration::layerValues(model);
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (report.layers[i].status != Status::Quantized || !report.layers[i].scheme.activation) continue;
        for (const auto& use : values[i].uses) {
            const ActivationPoint* point = rootOf(placement, placement.pointOf(use.input, use.node));
            if (!point) continue;
            const auto scale = scaleOf(model, *point, calibration);
            if (!scale) return propagate(scale);
            quantizers[i].emplace(use.node, calibration::ActivationQuantizer(point->scheme, *scale));
        }
    }
    return quantizers;
}

}  // namespace roundoff::analysis
