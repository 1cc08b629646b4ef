#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/base/text.h"
#include "core/reports/all.h"
#include "core/reports/conditions.h"

namespace roundoff::reports {
namespace {

constexpr std::size_t kWidest = 56;

/// The middle of a name longer than the column gives way.
std::string elide(const std::string& text) {
    if (columns(text) <= kWidest) return text;
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((std::uint8_t(text[i]) & 0xC0) != 0x80) starts.push_back(i);
    const std::size_t half = (kWidest - 1) / 2;
    return text.substr(0, starts[half]) + "…" + text.substr(starts[starts.size() - half]);
}

/// Rows of cells; the first `left` columns stand left, the others right.
class Table {
public:
    explicit Table(std::size_t left) : m_left(left) {}
    void add(std::vector<std::string> row) { m_rows.push_back(std::move(row)); }
    void rule() { m_rows.emplace_back(); }

    [[nodiscard]] std::string text() const {
        std::vector<std::size_t> widths;
        for (const auto& row : m_rows) {
            widths.resize(std::max(widths.size(), row.size()), 0);
            for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
        }
        std::size_t whole = widths.empty() ? 0 : 2 * (widths.size() - 1);
        for (const std::size_t width : widths) whole += width;
        std::string out;
        for (const auto& row : m_rows) {
            std::string line;
            for (std::size_t i = 0; i < row.size(); ++i) {
                const std::string pad(widths[i] - columns(row[i]), ' ');
                line += (i == 0 ? "" : "  ") + (i < m_left ? row[i] + pad : pad + row[i]);
            }
            for (std::size_t i = 0; row.empty() && i < whole; ++i) line += "─";
            line.erase(line.find_last_not_of(' ') + 1);
            out += line + '\n';
        }
        return out;
    }

private:
    std::size_t m_left;
    std::vector<std::vector<std::string>> m_rows;
};

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
    std::string out = fmt::format("{}: {}\nWeight SQNR in dB, each layer alone.\n\n", fileName(model), modelLine(model));
    Table table(3);
    std::vector<std::string> head{"layer", "op", "shape"};
    for (const auto& report : comparison.reports) head.push_back(recipeTitle(report.recipe));
    table.add(head);
    table.rule();
    for (std::size_t i = 0; i < model.layers().size(); ++i) {
        const model::Layer& layer = model.layers()[i];
        std::vector<std::string> row{elide(printable(layer.name)), printable(layer.op), tensor::text(layer.shape)};
        for (const auto& report : comparison.reports)
            row.push_back(i < report.layers.size() ? sqnrCell(report.layers[i]) : "–");
        table.add(std::move(row));
    }
    table.rule();
    addTotals(table, comparison);
    out += table.text() + '\n' + reasons(comparison);
    for (const auto& finding : comparison.findings) {
        const std::string layer = printable(layerName(model, finding));
        out += fmt::format("{}: {}{}{}{}\n", severityName(finding.severity), layer, layer.empty() ? "" : ": ",
                           printable(finding.message),
                           finding.suggestion ? " Try " + schemes::shortText(*finding.suggestion) + "." : "");
    }
    if (partial(comparison)) out += "PARTIAL: cancelled before the last layer; – marks what was not reached.\n";
    return out + speedLine(comparison, context) + '\n';
}

}  // namespace

Writer textWriter() { return {"text", ".txt", "the table that a terminal shows", write}; }

}  // namespace roundoff::reports
