#include <algorithm>

#include "core/base/table.h"
#include "core/base/text.h"
#include "core/reports/conditions.h"
#include "core/reports/timing.h"

namespace roundoff::reports {
namespace {

constexpr std::size_t kWidest = 48;

std::string spreadText(const speed::Spread& spread) {
    return fmt::format("{} ±{}", millisecondsText(spread.median), millisecondsText(spread.iqr / 2));
}

void addDuel(Table& table, std::vector<std::string> row, const std::optional<speed::Duel>& duel) {
    if (duel)
        row.insert(row.end(), {spreadText(duel->floatMs), spreadText(duel->quantizedMs), fmt::to_string(duel->floatMs.runs),
                               speedupText(*duel)});
    else
        row.insert(row.end(), {"–", "–", "–", "–"});
    table.add(std::move(row));
}

/// Each reason once, with the layers that it is about.
std::string remarks(const model::Model& model, const speed::Timing& timing) {
    std::vector<std::pair<std::string, std::vector<std::size_t>>> reasons;
    const auto add = [&](const std::string& reason, std::size_t layer) {
        const auto found = std::find_if(reasons.begin(), reasons.end(), [&](const auto& each) { return each.first == reason; });
        if (found == reasons.end())
            reasons.push_back({reason, {layer}});
        else
            found->second.push_back(layer);
    };
    for (const auto& layer : timing.layers) {
        if (!layer.reason.empty()) add(layer.reason, layer.layer);
        if (layer.time && layer.time->noisy) add("noisy: " + layer.time->noise, layer.layer);
    }
    std::string out;
    for (const auto& [reason, layers] : reasons) {
        const std::string first = printable(model.layers()[layers.front()].name);
        out += layers.size() == 1 ? fmt::format("  {}: {}\n", first, printable(reason))
                                  : fmt::format("  {} and {} more: {}\n", first, layers.size() - 1, printable(reason));
    }
    if (timing.endToEnd && timing.endToEnd->noisy) out += "  whole model: noisy: " + timing.endToEnd->noise + '\n';
    if (!timing.endToEndReason.empty()) out += "  whole model: " + printable(timing.endToEndReason) + '\n';
    return out;
}

std::string projectedText(const model::Model& model, const speed::Projection& projection) {
    Table table(1);
    table.add({"layer", "float, ms", "quantized, ms", "bound by"});
    table.rule();
    for (std::size_t i = 0; i < projection.layers.size(); ++i)
        if (const auto& estimate = projection.layers[i])
            table.add({elide(printable(model.layers()[i].name), kWidest), millisecondsText(estimate->floatMs),
                       millisecondsText(estimate->quantizedMs), estimate->bound});
    return fmt::format("\nPROJECTED for {}, not measured: {}.\n\n{}", printable(projection.device),
                       printable(projection.assumptions), table.text());
}

Result<std::string> write(const model::Model& model, std::span<const speed::Timing> timings, const Context&) {
    std::string out = fmt::format("{}: {}\n", fileName(model), modelLine(model));
    for (const std::string& line : preprocessingLines(model)) out += line + '\n';
    for (const speed::Timing& timing : timings) {
        out += fmt::format("\n{}{}, milliseconds: median ± half the interquartile range. ~ marks noisy figures.\n",
                           recipeTitle(timing.recipe), timing.target.empty() ? "" : " as " + timing.target);
        out += conditionsLine(timing.conditions) + ".\n";
        if (timing.machine)
            out += fmt::format("This machine: {:.0f} GFLOP/s in float, {:.0f} GOP/s of uint8 by int8, {:.1f} GB/s of reads, {} ms a call.\n", timing.machine->gflops,
                               timing.machine->int8Gops, timing.machine->gigabytes, millisecondsText(timing.machine->callMs));
        if (timing.partial) out += "PARTIAL: stopped before the end.\n";
        out += '\n';
        Table table(2);
        table.add({"layer", "op", "float", "quantized", "runs", "speed-up"});
        table.rule();
        for (const auto& layer : timing.layers) {
            const model::Layer& about = model.layers()[layer.layer];
            addDuel(table, {elide(printable(about.name), kWidest), printable(about.op)}, layer.time);
        }
        table.rule();
        addDuel(table, {"whole model", ""}, timing.endToEnd);
        out += table.text();
        if (const std::string remarked = remarks(model, timing); !remarked.empty()) out += "\n" + remarked;
        if (timing.projected) out += projectedText(model, *timing.projected);
    }
    return out;
}

}  // namespace

TimingWriter timingText() {
    return {"text", write};
}

}  // namespace roundoff::reports
