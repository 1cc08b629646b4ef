#include <algorithm>

#include "core/base/text.h"
#include "core/reports/conditions.h"
#include "core/reports/html_style.h"
#include "core/reports/svg.h"
#include "core/reports/timing.h"

namespace roundoff::reports {
namespace {

constexpr double kMostSpeedup = 4;  ///< at the right end of a bar

/// A bar from 0 to 4 ×, with a line at 1: right of it is faster.
std::string bar(const speed::Duel& duel) {
    constexpr double kWidth = 160;
    const double end = kWidth * std::min(duel.speedup(), kMostSpeedup) / kMostSpeedup;
    return fmt::format(
        "<svg width=\"{0:.0f}\" height=\"14\" role=\"img\" aria-label=\"{1}\"><rect class=\"track\" width=\"{0:.0f}\" height=\"14\"/>"
        "<rect class=\"{2}\" y=\"2\" width=\"{3:.1f}\" height=\"10\"/><line class=\"axis\" x1=\"{4:.1f}\" x2=\"{4:.1f}\" y2=\"14\"/></svg>",
        kWidth, speedupText(duel), duel.speedup() > 1 ? "s2" : "s1", end, kWidth / kMostSpeedup);
}

std::string row(const std::string& name, const std::string& op, const std::optional<speed::Duel>& duel, const std::string& reason) {
    std::string out = fmt::format("<tr><td class=\"name\">{}<br><small>{}</small></td>", escape(name), escape(op));
    if (duel) {
        const auto cell = [](const speed::Spread& spread) {
            return fmt::format("<td class=\"n\">{}<br><small>IQR {} · {} runs</small></td>", millisecondsText(spread.median),
                               millisecondsText(spread.iqr), spread.runs);
        };
        out += cell(duel->floatMs) + cell(duel->quantizedMs) +
               fmt::format("<td class=\"n\">{}</td><td>{}</td>", speedupText(*duel), bar(*duel));
    } else {
        out += "<td class=\"n muted\">–</td><td class=\"n muted\">–</td><td class=\"n muted\">–</td><td></td>";
    }
    std::string words = reason;
    if (duel && duel->noisy) words += (words.empty() ? "Noisy: " : " Noisy: ") + duel->noise;
    return out + "<td>" + escape(words) + "</td></tr>\n";
}

std::string projectedTable(const model::Model& model, const speed::Projection& projection) {
    std::string out = fmt::format(
        "<h2>Projected for {}</h2><p class=\"banner\">Projected, not measured: {}.</p><div class=\"scroll\"><table><thead><tr>"
        "<th>Layer</th><th class=\"n\">Float, ms</th><th class=\"n\">Quantized, ms</th><th>Bound by</th></tr></thead><tbody>\n",
        escape(projection.device), escape(projection.assumptions));
    for (std::size_t i = 0; i < projection.layers.size(); ++i)
        if (const auto& estimate = projection.layers[i])
            out += fmt::format("<tr><td class=\"name\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>\n",
                               escape(model.layers()[i].name), millisecondsText(estimate->floatMs),
                               millisecondsText(estimate->quantizedMs), estimate->bound);
    return out + "</tbody></table></div>\n";
}

Result<std::string> write(const model::Model& model, std::span<const speed::Timing> timings, const Context& context) {
    const auto hash = modelHash(model, context);
    if (!hash) return propagate(hash);
    const std::string name = escape(fileName(model));
    std::string out = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\"><title>{} · Roundoff</title>\n<style>{}</style></head><body>\n"
        "<h1>{}</h1><p class=\"muted\">{}</p><dl><dt>Model</dt><dd>{}</dd>\n<dt>SHA-256</dt><dd><code>{}</code></dd>\n"
        "<dt>Made by</dt><dd>Roundoff {}, command {}</dd></dl>\n",
        name, styleSheet(), name, escape(modelLine(model)), escape(model.info().path), escape(*hash), ROUNDOFF_VERSION,
        escape(context.command));
    for (const std::string& line : preprocessingLines(model)) out += "<p class=\"muted\">" + escape(line) + ".</p>\n";
    for (const speed::Timing& timing : timings) {
        out += fmt::format("<h2>Measured: {}</h2><p class=\"muted\">{}. Medians in milliseconds; ~ marks noisy figures; the line in "
                           "each bar is the float model's speed.</p>\n",
                           escape(recipeTitle(timing.recipe)), escape(conditionsLine(timing.conditions)));
        if (timing.partial) out += "<p class=\"banner\">Partial: stopped before the end.</p>\n";
        out += "<div class=\"scroll\"><table><thead><tr><th>Layer</th><th class=\"n\">Float</th><th class=\"n\">Quantized</th>"
               "<th class=\"n\">Speed-up</th><th></th><th>Remarks</th></tr></thead><tbody>\n";
        for (const auto& layer : timing.layers)
            out += row(model.layers()[layer.layer].name, model.layers()[layer.layer].op, layer.time, layer.reason);
        out += row("Whole model", timing.target, timing.endToEnd, timing.endToEndReason) + "</tbody></table></div>\n";
        if (timing.projected) out += projectedTable(model, *timing.projected);
    }
    return out + "</body></html>\n";
}

}  // namespace

TimingWriter timingHtml() {
    return {"html", write};
}

}  // namespace roundoff::reports
