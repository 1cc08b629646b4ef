#include "core/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/base/table.h"
#include "core/reports/all.h"
#include "core/reports/conditions.h"

namespace roundoff::reports {
namespace {

constexpr std::size_t kWidest = 56;

/// "kept: 3 layers: excluded by --exclude", each reason once a scheme.
std::string reasons(const analysis::Comparison& comparison) {
    std::string out;
    for (const auto& report : comparison.reports) {
        std::map<std::pair<std::string, std::string>, std::size_t> counts;
        for (const auto& layer : report.layers) {
            if (layer.status == analysis::Status::Kept || layer.status == analysis::Status::Skipped)
                ++counts[{std::string(analysis::name(layer.status)), layer.reason}];
        }
        for (const auto& [key, count] : counts)
            out += fmt::format("{}: {} {} {}: {}\n", recipeTitle(report.recipe), count, count == 1 ? "layer" : "layers",
                               key.first, printable(key.second));
    }
    return out;
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
    table.add(sqnr);
    table.add(bits);
    table.add(size);
    table.add(counts);
}

Result<std::string> write(const model::Model& model, const analysis::Comparison& comparison, const Context& context) {
    std::string out =
        fmt::format("{}: {}\nWeight SQNR in dB, each layer alone.\n\n", fileName(model), modelLine(model));
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
    out += table.text() + '\n' + reasons(comparison);
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
