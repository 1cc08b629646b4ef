#include "core/speed/faster.h"

#include <algorithm>

#include "core/exports/plan.h"

namespace roundoff::speed {
namespace {

std::string figure(const Duel& duel) {
    return fmt::format("{:.3f} ms against {:.3f} ms in float, {:.2f} times as fast, in {:.0f} % of {} turns the faster{}",
                       duel.quantizedMs.median, duel.floatMs.median, duel.speedup(), 100 * duel.wins, duel.floatMs.runs, duel.noisy ? " (noisy)" : "");
}

analysis::Recipe recipeOf(const model::Model& model, const analysis::Recipe& from, const std::vector<std::size_t>& layers) {
    analysis::Recipe out;
    for (const std::size_t layer : layers) {
        const std::string& name = model.layers()[layer].name;
        out.layers[name] = from.schemeOf(name);
    }
    return out;
}

}  // namespace

bool preferred(const Duel& candidate, const Duel& current) {
    if (candidate.notSlower() != current.notSlower()) return candidate.notSlower();
    return candidate.speedup() > current.speedup();
}

Result<Faster> onlyFaster(const model::Model& model, const analysis::Recipe& recipe, const BenchOptions& options, Job& job) {
    exports::ExportOptions selection;
    selection.only = options.only;
    selection.exclude = options.exclude;
    const exports::Target* target = exports::findTarget(options.target);
    if (!target) return usage("--to", "there is no target '" + options.target + "'", "Choose one of the list of targets");
    // What the target cannot hold is an error here as without measuring, not a layer that is no faster.
    if (const auto plan = exports::planLayers(model, recipe, *target, selection); !plan) return propagate(plan);

    BenchOptions how = options;
    how.explain = false;
    how.endToEnd = false;
    Job first = job.part(0, 0.6);
    const auto alone = bench(model, recipe, how, first);
    if (!alone) return propagate(alone);
    if (alone->partial) return cancelled();

    // The whole decides: it is run more often.
    how.limits.leastRuns = 25;
    how.limits.mostMs = 8000;
    how.layers = false;
    how.endToEnd = true;
    double done = 0.6;
    const auto whole = [&](const std::vector<std::size_t>& layers) -> Result<Duel> {
        Job part = job.part(done, (1 - done) / 2);
        done += (1 - done) / 2;
        const auto timing = bench(model, recipeOf(model, recipe, layers), how, part);
        if (!timing) return propagate(timing);
        if (timing->partial) return cancelled();
        if (!timing->endToEnd) return failed(model.info().path, "the whole model cannot be timed: " + timing->endToEndReason, "");
        return *timing->endToEnd;
    };

    Faster out;
    std::vector<std::size_t> measured, chosen;
    for (const LayerTiming& layer : alone->layers) {
        if (!layer.time) {
            if (!layer.reason.empty()) out.reasons.emplace(model.layers()[layer.layer].name, layer.reason);
            continue;
        }
        measured.push_back(layer.layer);
        if (layer.time->faster()) chosen.push_back(layer.layer);
    }
    out.notes.push_back(fmt::format("{} of {} layers are faster alone than in float, on {} threads, {}", chosen.size(), measured.size(),
                                    alone->conditions.threads, alone->conditions.cpu));
    std::optional<Duel> duel;
    if (!chosen.empty()) {
        auto timed = whole(chosen);
        if (!timed) return propagate(timed);
        duel = *timed;
        out.notes.push_back("the whole model with these quantized: " + figure(*duel));
    }
    if (!measured.empty() && chosen.size() < measured.size()) {
        auto timed = whole(measured);
        if (!timed) return propagate(timed);
        out.notes.push_back("the whole model with all quantized: " + figure(*timed));
        if (!duel || preferred(*timed, *duel)) {
            duel = *timed;
            chosen = measured;
        }
    }
    const auto gain = [&](std::size_t layer) {
        const Duel& time = *alone->layers[layer].time;
        return time.floatMs.median - time.quantizedMs.median;
    };
    std::sort(chosen.begin(), chosen.end(), [&](std::size_t a, std::size_t b) { return gain(a) > gain(b); });
    while (duel && !duel->notSlower()) {
        chosen.resize(chosen.size() / 2);
        duel.reset();
        if (chosen.empty()) break;
        auto timed = whole(chosen);
        if (!timed) return propagate(timed);
        duel = *timed;
        out.notes.push_back(fmt::format("the whole model with the {} quantized: {}",
                                        chosen.size() == 1 ? "one that gains most" : fmt::format("{} that gain most", chosen.size()),
                                        figure(*duel)));
    }
    for (const std::size_t layer : measured) {
        if (std::ranges::find(chosen, layer) != chosen.end()) continue;
        const Duel& time = *alone->layers[layer].time;
        out.reasons.emplace(model.layers()[layer].name,
                            fmt::format("measured alone: {}; {}", figure(time),
                                        time.faster() ? "the whole model is not faster with it" : "no faster than float"));
    }
    out.endToEnd = duel;
    out.recipe = recipeOf(model, recipe, chosen);
    out.notes.push_back(chosen.empty() ? "no layer is left quantized: nothing made the whole model faster here"
                                       : fmt::format("{} of {} layers are left quantized", chosen.size(), measured.size()));
    return out;
}

}  // namespace roundoff::speed
