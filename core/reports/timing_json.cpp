#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/reports/document.h"
#include "core/reports/timing.h"

namespace roundoff::reports {
namespace {

using Json = nlohmann::ordered_json;

Json spreadJson(const speed::Spread& spread) {
    return {{"median", number(spread.median)}, {"iqr", number(spread.iqr)}, {"runs", spread.runs}};
}

/// Nulls where nothing was measured.
void addDuel(Json& object, const std::optional<speed::Duel>& duel, const std::string& reason) {
    object["float_ms"] = duel ? spreadJson(duel->floatMs) : Json(nullptr);
    object["quantized_ms"] = duel ? spreadJson(duel->quantizedMs) : Json(nullptr);
    object["speedup"] = duel ? number(duel->speedup()) : Json(nullptr);
    object["wins"] = duel ? number(duel->wins) : Json(nullptr);
    object["noisy"] = duel && duel->noisy;
    if (duel && duel->noisy) object["noise"] = duel->noise;
    object["reason"] = reason;
}

Json layerJson(const model::Model& model, const speed::LayerTiming& layer) {
    const model::Layer& about = model.layers()[layer.layer];
    Json out = {{"name", about.name},
                {"op", about.op},
                {"scheme", schemes::text(layer.scheme)},
                {"status", analysis::name(layer.status)},
                {"target", layer.target}};
    addDuel(out, layer.time, layer.reason);
    out["macs"] = layer.work.macs;
    return out;
}

Json projectedJson(const model::Model& model, const speed::Projection& projection) {
    Json out = {{"device", projection.device}, {"measured", false}, {"assumptions", projection.assumptions}, {"layers", Json::array()}};
    for (std::size_t i = 0; i < projection.layers.size(); ++i) {
        const auto& estimate = projection.layers[i];
        if (!estimate) continue;
        out["layers"].push_back({{"name", model.layers()[i].name},
                                 {"float_ms", number(estimate->floatMs)},
                                 {"quantized_ms", number(estimate->quantizedMs)},
                                 {"bound", estimate->bound}});
    }
    return out;
}

Json timingJsonOf(const model::Model& model, const speed::Timing& timing) {
    const speed::Conditions& about = timing.conditions;
    Json out = {{"scheme", schemes::text(timing.recipe.standard)}, {"target", timing.target}, {"measured", true}, {"partial", timing.partial}};
    if (!timing.recipe.layers.empty()) out["recipe"] = Json::parse(analysis::recipeJson(timing.recipe));
    out["conditions"] = {{"threads", about.threads},   {"cpu", about.cpu},
                         {"runtime", about.runtime},   {"inputs", about.inputs},
                         {"synthetic", about.synthetic}, {"others_share", about.othersShare < 0 ? Json(nullptr) : number(about.othersShare)}};
    if (timing.machine)
        out["machine"] = {{"gflops", number(timing.machine->gflops)},
                          {"gigabytes_per_second", number(timing.machine->gigabytes)},
                          {"call_ms", number(timing.machine->callMs)},
                          {"int8_gops", number(timing.machine->int8Gops)}};
    out["layers"] = Json::array();
    for (const auto& layer : timing.layers) out["layers"].push_back(layerJson(model, layer));
    out["end_to_end"] = Json::object();
    addDuel(out["end_to_end"], timing.endToEnd, timing.endToEndReason);
    if (timing.projected) out["projected"] = projectedJson(model, *timing.projected);
    return out;
}

Result<std::string> write(const model::Model& model, std::span<const speed::Timing> timings, const Context& context) {
    auto out = document(context, &model);
    if (!out) return propagate(out);
    (*out)["partial"] = std::any_of(timings.begin(), timings.end(), [](const auto& timing) { return timing.partial; });
    (*out)["schemes"] = Json::array();
    for (const speed::Timing& timing : timings) (*out)["schemes"].push_back(timingJsonOf(model, timing));
    return dump(*out);
}

}  // namespace

TimingWriter timingJson() {
    return {"json", write};
}

}  // namespace roundoff::reports
