#include "core/base/text.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/table.h"
#include "core/reports/all.h"
#include "core/reports/conditions.h"
#include "core/reports/ranking.h"

namespace roundoff::reports {
namespace {

constexpr std::size_t kWidest = 56;

/// Rows of what came out of the whole model, as far as it was run.
void addOutputs(Table& table, const analysis::Comparison& comparison) {
    const auto row = [&](const char* name, auto reference, auto cell) {
        std::vector<std::string> cells{name, "", ""};
        bool any = false;
        for (const auto& report : comparison.reports) {
            const std::string text = report.output ? cell(*report.output) : std::string();
            if (report.output && cells[2].empty()) cells[2] = reference(*report.output);
            any = any || !text.empty();
            cells.push_back(text.empty() ? "–" : text);
        }
        if (any) table.add(std::move(cells));
    };
    using analysis::Evaluation;
    const auto none = [](const Evaluation&) { return std::string(); };
    const auto percent = [](double share) { return fmt::format("{:.1f} %", 100 * share); };
    row("outputs, SQNR dB", none, [](const Evaluation& e) { return sqnrText(e.output.sqnrDb()); });
    row("perplexity",
        [](const Evaluation& e) { return e.language ? fmt::format("float {:.4f}", e.language->perplexityFloat) : std::string(); },
        [](const Evaluation& e) {
            return e.language ? fmt::format("{:.4f} ±{:.4f}", e.language->perplexity, e.language->perplexityError) : std::string();
        });
    row("mean KL divergence, nats", none, [](const Evaluation& e) {
        return e.language ? fmt::format("{:.5f} ±{:.5f}", e.language->kld.value, e.language->kld.error) : std::string();
    });
    row("same likeliest token", none,
        [&](const Evaluation& e) { return e.language ? percent(e.language->sameTop.value) : std::string(); });
    row("top-1", [&](const Evaluation& e) { return e.accuracy ? "float " + percent(e.accuracy->top1Float) : std::string(); },
        [&](const Evaluation& e) { return e.accuracy ? percent(e.accuracy->top1) : std::string(); });
    row("top-5", [&](const Evaluation& e) { return e.accuracy ? "float " + percent(e.accuracy->top5Float) : std::string(); },
        [&](const Evaluation& e) { return e.accuracy ? percent(e.accuracy->top5) : std::string(); });
}

void addTotals(Table& table, const analysis::Comparison& comparison) {
    std::vector<std::string> sqnr{"all weights, SQNR dB", "", ""}, bits{"bits per weight", "", ""},
        size{"size of the weights", "", ""}, counts{"quantized / kept / skipped", "", ""};
    for (const auto& report : comparison.reports) {
        const auto total = report.total();
        sqnr.push_back(sqnrText(total.weightSqnrDb));
        bits.push_back(fmt::format("{:.2f}", total.bitsPerWeight));
        size.push_back(bytesText(total.bytesAfter));
        counts.push_back(fmt::format("{}/{}/{}", total.quantized, total.kept, total.skipped));
        if (size[2].empty()) size[2] = bytesText(total.bytesBefore) + " →";
    }
    addOutputs(table, comparison);
    table.add(sqnr);
    table.add(bits);
    table.add(size);
    table.add(counts);
}

/// What comes out of each layer, where the model was run.
std::string outputTable(const model::Model& model, const analysis::Comparison& comparison) {
    const auto columns = outputColumns(comparison);
    if (columns.empty()) return {};
    Table table(1);
    std::vector<std::string> head{"layer"};
    for (const OutputColumn& column : columns) head.push_back(column.title);
    table.add(head);
    table.rule();
    for (std::size_t i = 0; i < model.layers().size(); ++i) {
        std::vector<std::string> row{elide(printable(model.layers()[i].name), kWidest)};
        for (const OutputColumn& column : columns) {
            const auto& layers = comparison.reports[column.report].layers;
            const auto* error = i < layers.size() ? column.error(layers[i]) : nullptr;
            row.push_back(error ? sqnrText(error->sqnrDb()) : "–");
        }
        table.add(std::move(row));
    }
    table.rule();
    return fmt::format("\n{}\n\n{}\n", kOutputSentence, table.text());
}

std::string rankingTables(const model::Model& model, const analysis::Comparison& comparison) {
    std::string out;
    for (const Ranking& ranking : rankings(model, comparison)) {
        Table table(1);
        std::vector<std::string> head{ranking.title};
        head.insert(head.end(), ranking.heads.begin(), ranking.heads.end());
        table.add(std::move(head));
        table.rule();
        for (const Ranking::Row& row : ranking.rows) {
            std::vector<std::string> cells{elide(printable(row.layer), kWidest)};
            cells.insert(cells.end(), row.cells.begin(), row.cells.end());
            table.add(std::move(cells));
        }
        table.rule();
        out += fmt::format("\n{}\n\n{}\n", ranking.sentence, table.text());
    }
    return out;
}

Result<std::string> write(const model::Model& model, const analysis::Comparison& comparison, const Context& context) {
    std::string out =
        fmt::format("{}: {}\n", fileName(model), modelLine(model));
    for (const std::string& line : preprocessingLines(model)) out += line + '\n';
    out += "Weight SQNR in dB, each layer alone.\n\n";
    Table table(3);
    std::vector<std::string> head{"layer", "op", "shape"};
    for (const auto& report : comparison.reports) head.push_back(recipeTitle(report.recipe));
    table.add(head);
    table.rule();
    for (std::size_t i = 0; i < model.layers().size(); ++i) {
        const model::Layer& layer = model.layers()[i];
        std::vector<std::string> row{elide(printable(layer.name), kWidest), printable(layer.op),
                                     tensor::text(layer.shape)};
        for (const auto& report : comparison.reports)
            row.push_back(i < report.layers.size() ? sqnrCell(report.layers[i]) : "–");
        table.add(std::move(row));
    }
    table.rule();
    addTotals(table, comparison);
    out += table.text() + '\n' + outputTable(model, comparison) + rankingTables(model, comparison);
    for (const std::string& line : reasonLines(comparison)) out += line + '\n';
    for (const std::string& line : activationLines(model, comparison)) out += line + '\n';
    for (const std::string& line : oddLines(comparison)) out += line + '\n';
    for (const auto& report : comparison.reports)
        if (report.output) {
            out += fmt::format("Outputs: {}{}.\n", printable(report.output->conditions),
                               report.output->synthetic ? "; SYNTHETIC inputs" : "");
            break;
        }
    if (!comparison.calibration.empty()) out += "Ranges: " + printable(comparison.calibration) + ".\n";
    for (const auto& finding : comparison.findings) {
        out += fmt::format("{}: {}.{}\n", severityName(finding.severity), printable(finding.message),
                           finding.suggestion ? " Try " + schemes::shortText(*finding.suggestion) + "." : "");
    }
    if (partial(comparison)) out += "PARTIAL: cancelled before the last layer; – marks what was not reached.\n";
    return out + speedLine(comparison, context) + '\n';
}

}  // namespace

Writer textWriter() {
    return {"text", ".txt", "the table that a terminal shows", write};
}

}  // namespace roundoff::reports
