#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/cpu.h"
#include "core/base/text.h"
#include "core/reports/all.h"
#include "core/reports/conditions.h"
#include "core/reports/ranking.h"
#include "core/reports/html_style.h"
#include "core/reports/nodes.h"
#include "core/reports/svg.h"

namespace roundoff::reports {
namespace {

/// Rows beyond keep their numbers but get no pictures, so that the page of a huge model still opens.
constexpr std::size_t kPictures = 1000;

std::string conditions(const model::Model& model, const analysis::Comparison& comparison, const Context& context,
                       const std::string& hash) {
    std::string out = "<dl>";
    const auto row = [&](std::string_view term, const std::string& value) {
        out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", term, value);
    };
    row("Model", escape(model.info().path));
    for (const std::string& line : preprocessingLines(model)) row("Preprocessing", escape(line));
    row("SHA-256", "<code>" + escape(hash) + "</code>");
    row("Made by", fmt::format("Roundoff {}, command {}", ROUNDOFF_VERSION, escape(context.command)));
    row("Speed", escape(speedLine(comparison, context)));
    if (!comparison.calibration.empty()) row("Ranges", escape(comparison.calibration));
    if (!comparison.measured.empty()) row("Outputs of layers", escape(comparison.measured));
    row("Seed", fmt::to_string(context.seed));
    row("Figures",
        "SQNR of the weights in dB, each layer alone: 10·log₁₀(Σx² ∕ Σ(x − x̂)²), summed in double precision");
    return out + "</dl>\n";
}

std::string schemeTable(const analysis::Comparison& comparison) {
    std::string out =
        "<h2>Schemes</h2><div class=\"scroll\"><table><thead><tr><th></th><th>Scheme</th><th>Spelled out</th>"
        "<th class=\"n\">Size of the weights</th><th class=\"n\">Bits per weight</th><th class=\"n\">SQNR, dB</th>"
        "<th class=\"n\">Quantized</th><th class=\"n\">Kept</th><th class=\"n\">Skipped</th></tr></thead><tbody>\n";
    for (std::size_t i = 0; i < comparison.reports.size(); ++i) {
        const auto& report = comparison.reports[i];
        const auto total = report.total();
        out += fmt::format(
            "<tr><td>{}</td><td>{}</td><td><code>{}</code></td><td class=\"n\">{} → {}</td><td class=\"n\">{:.2f}</td>"
            "<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
            marker(i), escape(recipeTitle(report.recipe)), escape(schemes::text(report.recipe.standard)),
            bytesText(total.bytesBefore), bytesText(total.bytesAfter), total.bitsPerWeight,
            sqnrText(total.weightSqnrDb), total.quantized, total.kept, total.skipped);
    }
    return out + "</tbody></table></div>\n";
}

/// What came out of the whole model, where it was run.
std::string outputTable(const analysis::Comparison& comparison) {
    std::string rows, conditions;
    for (std::size_t i = 0; i < comparison.reports.size(); ++i) {
        const auto& output = comparison.reports[i].output;
        if (!output) continue;
        conditions = output->conditions + (output->synthetic ? "; SYNTHETIC inputs" : "");
        std::string words;
        if (const auto& language = output->language)
            words = fmt::format("perplexity {:.4f} ± {:.4f} (float {:.4f}), mean KL divergence {:.5f} ± {:.5f} nats, same likeliest token {:.1f} %",
                                language->perplexity, language->perplexityError, language->perplexityFloat, language->kld.value, language->kld.error,
                                100 * language->sameTop.value);
        if (const auto& accuracy = output->accuracy)
            words = fmt::format("top-1 {:.1f} % (float {:.1f} %), top-5 {:.1f} % (float {:.1f} %)", 100 * accuracy->top1,
                                100 * accuracy->top1Float, 100 * accuracy->top5, 100 * accuracy->top5Float);
        rows += fmt::format("<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td></tr>\n", marker(i),
                            escape(recipeTitle(comparison.reports[i].recipe)), sqnrText(output->output.sqnrDb()),
                            std::isnan(output->output.cosine()) ? "–" : fmt::format("{:.6f}", output->output.cosine()), words);
    }
    if (rows.empty()) return {};
    return "<h2>Outputs of the whole model</h2><p class=\"muted\">" + escape(conditions) +
           ".</p><div class=\"scroll\"><table><thead><tr><th></th><th>Scheme</th><th class=\"n\">SQNR, dB</th>"
           "<th class=\"n\">Cosine</th><th></th></tr></thead><tbody>\n" + rows + "</tbody></table></div>\n";
}

std::string findings(const analysis::Comparison& comparison) {
    std::string out = "<h2>Findings</h2>\n";
    if (comparison.findings.empty()) return out + "<p class=\"muted\">None.</p>\n";
    out += "<div class=\"cards\">\n";
    for (const auto& finding : comparison.findings) {
        const std::string_view severity = severityName(finding.severity);
        out += fmt::format("<div class=\"card {0}\"><b class=\"{0}\">{0}</b><p>{1}</p>", severity,
                           escape(finding.message));
        if (finding.suggestion)
            out += fmt::format("<p class=\"muted\">Try <code>{}</code></p>",
                               escape(schemes::shortText(*finding.suggestion)));
        out += "</div>\n";
    }
    return out + "</div>\n";
}

std::string heatCell(const analysis::Report& report, std::size_t layer, const HeatScale& scale) {
    if (layer >= report.layers.size()) return "<td class=\"heat none\">–</td>";
    const auto& entry = report.layers[layer];
    const int step = scale.step(entry);
    const std::string title = entry.reason.empty() ? std::string() : fmt::format(" title=\"{}\"", escape(entry.reason));
    return fmt::format("<td class=\"heat {}\"{}>{}</td>", step < 0 ? "none" : fmt::format("h{}", step), title,
                       sqnrCell(entry));
}

std::string layerRow(const model::Model& model, const analysis::Comparison& comparison, const HeatScale& scale,
                     std::size_t i) {
    const model::Layer& layer = model.layers()[i];
    std::string out = fmt::format("<tr><td class=\"name\">{}<br><small>{} · {} · {}</small></td>", escape(layer.name),
                                  escape(layer.op), tensor::text(layer.shape), groupedText(layer.parameters));
    const auto* statistics =
        i < comparison.statistics.size() && comparison.statistics[i] ? &*comparison.statistics[i] : nullptr;
    if (statistics) {
        out += fmt::format("<td>{}<small>{:.3g} … {:.3g}{}</small></td><td class=\"n\">{:.1f}</td>",
                           i < kPictures ? sparkline(statistics->histogram) : "", statistics->min, statistics->max,
                           statistics->nan + statistics->inf > 0
                               ? fmt::format(", {} NaN, {} Inf", statistics->nan, statistics->inf)
                               : "",
                           statistics->crest());
    } else {
        out += "<td class=\"muted\">not read</td><td class=\"n muted\">–</td>";
    }
    out += fmt::format("<td>{}</td>", i < kPictures ? errorBars(comparison, i) : "");
    for (const auto& report : comparison.reports) out += heatCell(report, i, scale);
    return out + "</tr>\n";
}

std::string layerTable(const model::Model& model, const analysis::Comparison& comparison, const HeatScale& scale) {
    std::string out =
        "<h2>Layers</h2><p class=\"muted\">Counts on a logarithmic scale; bars from 0 to 60 dB; crest = largest "
        "magnitude / "
        "RMS.</p><div class=\"scroll\"><table><thead><tr><th>Layer</th><th>Distribution</th><th class=\"n\">Crest</th>"
        "<th>SQNR</th>";
    for (std::size_t i = 0; i < comparison.reports.size(); ++i)
        out += fmt::format("<th class=\"n\">{}{}</th>", marker(i), escape(recipeTitle(comparison.reports[i].recipe)));
    out += "</tr></thead><tbody>\n";
    for (std::size_t i = 0; i < model.layers().size(); ++i) out += layerRow(model, comparison, scale, i);
    return out + "</tbody></table></div>\n";
}

/// What comes out of each layer, where the model was run.
std::string layerOutputs(const model::Model& model, const analysis::Comparison& comparison, const HeatScale& scale) {
    const auto columns = outputColumns(comparison);
    if (columns.empty()) return {};
    std::string out = "<h2>Outputs of the layers</h2><p class=\"muted\">" + escape(kOutputSentence) +
                      "</p><div class=\"scroll\"><table><thead><tr><th>Layer</th>";
    for (const OutputColumn& column : columns)
        out += fmt::format("<th class=\"n\">{}{}</th>", marker(column.report), escape(column.title));
    out += "</tr></thead><tbody>\n";
    for (std::size_t i = 0; i < model.layers().size(); ++i) {
        out += fmt::format("<tr><td class=\"name\">{}</td>", escape(model.layers()[i].name));
        for (const OutputColumn& column : columns) {
            const auto& layers = comparison.reports[column.report].layers;
            const auto* error = i < layers.size() ? column.error(layers[i]) : nullptr;
            const int step = error ? scale.step(error->sqnrDb()) : -1;
            const bool reason = i < layers.size() && layers[i].output && !layers[i].output->reason.empty();
            out += fmt::format("<td class=\"heat {}\"{}>{}</td>", step < 0 ? "none" : fmt::format("h{}", step),
                               reason ? " title=\"" + escape(layers[i].output->reason) + '"' : "",
                               error ? sqnrText(error->sqnrDb()) : "–");
        }
        out += "</tr>\n";
    }
    return out + "</tbody></table></div>\n";
}

std::string rankingTables(const model::Model& model, const analysis::Comparison& comparison) {
    std::string out;
    for (const Ranking& ranking : rankings(model, comparison)) {
        out += fmt::format("<h2>{}</h2><p class=\"muted\">{}</p><div class=\"scroll\"><table><thead><tr><th>Layer</th>",
                           escape(ranking.title), escape(ranking.sentence));
        for (const std::string& head : ranking.heads) out += fmt::format("<th class=\"n\">{}</th>", escape(head));
        out += "</tr></thead><tbody>\n";
        for (const Ranking::Row& row : ranking.rows) {
            out += fmt::format("<tr><td class=\"name\">{}</td>", escape(row.layer));
            for (const std::string& cell : row.cells) out += fmt::format("<td class=\"n\">{}</td>", cell);
            out += "</tr>\n";
        }
        out += "</tbody></table></div>\n";
    }
    return out;
}

/// What becomes of each operator, folded, for every scheme with activations.
std::string operators(const model::Model& model, const analysis::Comparison& comparison) {
    std::string out;
    for (std::size_t i = 0; i < comparison.reports.size(); ++i) {
        const auto nodes = analysis::nodeReports(model, comparison.reports[i]);
        if (nodes.empty()) continue;
        out += fmt::format("<details><summary>{}{}: {}</summary>\n<div class=\"scroll\"><table><thead><tr><th>Operator</th>"
                           "<th>Type</th><th>Status</th><th>Reason</th></tr></thead><tbody>\n",
                           marker(i), escape(recipeTitle(comparison.reports[i].recipe)), nodesSentence(nodes));
        for (const auto& node : nodes)
            out += fmt::format("<tr><td class=\"name\">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", escape(node.name),
                               escape(node.op), analysis::name(node.status), escape(node.reason));
        out += "</tbody></table></div></details>\n";
    }
    return out.empty() ? out : "<h2>Operators</h2>\n" + out;
}

Result<std::string> write(const model::Model& model, const analysis::Comparison& comparison, const Context& context) {
    const auto hash = modelHash(model, context);
    if (!hash) return propagate(hash);
    const HeatScale scale(comparison);
    const std::string name = escape(fileName(model));
    const std::size_t shown = std::min(model.layers().size(), kPictures);

    std::string out = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\"><title>{} · Roundoff</title>\n<style>{}</style></head><body>\n",
        name, styleSheet());
    out += fmt::format("<h1>{}</h1><p class=\"muted\">{}</p>\n", name, escape(modelLine(model)));
    if (partial(comparison))
        out +=
            "<p class=\"banner\">Partial: the comparison was cancelled before the last layer. – marks what was not "
            "reached.</p>\n";
    out += conditions(model, comparison, context, *hash);
    out += schemeTable(comparison) + outputTable(comparison);
    out += findings(comparison);
    out += "<h2>Where the error is</h2>\n";
    if (model.layers().empty()) {
        out += "<p class=\"muted\">The model has no layer with a weight.</p>\n";
    } else {
        out += "<div class=\"scroll\">" + heatMatrix(model, comparison, scale, shown) +
               "</div>\n<div class=\"legend\">" + heatLegend(scale) + "</div>\n";
        if (shown < model.layers().size())
            out += fmt::format(
                "<p class=\"muted\">Pictures of the first {} of {} layers; the table has every number.</p>\n", shown,
                model.layers().size());
        out += layerTable(model, comparison, scale);
        for (const auto& lines : {reasonLines(comparison), oddLines(comparison)})
            for (const std::string& line : lines) out += "<p class=\"muted\">" + escape(line) + "</p>\n";
        out += layerOutputs(model, comparison, scale) + rankingTables(model, comparison) +
               operators(model, comparison);
    }
    return out + "</body></html>\n";
}

}  // namespace

Writer htmlWriter() {
    return {"html", ".html", "one page with pictures that needs nothing else", write};
}

}  // namespace roundoff::reports
