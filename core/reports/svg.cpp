#include "core/reports/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/text.h"
#include "core/reports/conditions.h"
#include "core/reports/html_style.h"

namespace roundoff::reports {

std::string escape(std::string_view text) {
    std::string out;
    for (const char c : printable(text)) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

HeatScale::HeatScale(const analysis::Comparison& comparison) {
    double low = 1e300, high = -1e300;
    for (const auto& report : comparison.reports) {
        for (const auto& layer : report.layers) {
            const double db = layer.weight ? layer.weight->sqnrDb() : NAN;
            if (!std::isfinite(db)) continue;
            low = std::min(low, db);
            high = std::max(high, db);
        }
    }
    if (low > high) return;
    // At least 10 dB wide: rounding noise must not look like a difference.
    const double missing = std::max(0.0, 10 - (high - low)) / 2;
    m_low = low - missing;
    m_high = high + missing;
}

int HeatScale::step(double decibels) const {
    if (std::isnan(decibels)) return -1;
    const double t = std::clamp((m_high - decibels) / (m_high - m_low), 0.0, 1.0);
    return int(std::lround(t * (kHeatSteps - 1)));
}

int HeatScale::step(const analysis::LayerReport& report) const {
    return report.status == analysis::Status::Quantized && report.weight ? step(report.weight->sqnrDb()) : -1;
}

std::string sparkline(const analysis::Histogram& histogram) {
    constexpr std::size_t kBars = 64;
    constexpr int kWidth = 160, kHeight = 28;
    const std::size_t bins = histogram.counts.size();
    std::array<double, kBars> bars{};
    for (std::size_t i = 0; i < bins; ++i) bars[i * kBars / bins] += double(histogram.counts[i]);
    const double highest = *std::max_element(bars.begin(), bars.end());
    if (highest <= 0) return {};
    std::string path = fmt::format("M0 {}", kHeight);
    for (std::size_t i = 0; i < kBars; ++i) {
        const double height = std::log1p(bars[i]) / std::log1p(highest) * (kHeight - 2);
        path += fmt::format("V{:.1f}H{:.1f}", kHeight - height, double(kWidth) * double(i + 1) / double(kBars));
    }
    path += fmt::format("V{}Z", kHeight);
    std::string zero;
    if (histogram.low < 0 && histogram.high > 0) {
        const double x = -histogram.low / (histogram.high - histogram.low) * kWidth;
        zero = fmt::format("<line class=\"axis\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"0\" y2=\"{1}\"/>", x, kHeight);
    }
    return fmt::format(
        "<svg width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" aria-label=\"histogram\"><path "
        "class=\"bins\" "
        "d=\"{2}\"/>{3}</svg>",
        kWidth, kHeight, path, zero);
}

std::string errorBars(const analysis::Comparison& comparison, std::size_t layer) {
    constexpr double kWidth = 120, kFull = 60;
    constexpr int kPitch = 7;
    const auto rows = int(comparison.reports.size());
    std::string bars;
    for (int i = 0; i < rows; ++i) {
        const auto& report = comparison.reports[std::size_t(i)];
        bars += fmt::format("<rect class=\"track\" y=\"{}\" width=\"{}\" height=\"5\"/>", i * kPitch, kWidth);
        if (layer >= report.layers.size() || !report.layers[layer].weight) continue;
        const double db = report.layers[layer].weight->sqnrDb();
        if (std::isnan(db)) continue;
        bars += fmt::format(
            "<rect class=\"s{}\" y=\"{}\" width=\"{:.1f}\" height=\"5\"><title>{}: {} dB</title></rect>", i % kSeries,
            i * kPitch, std::clamp(db / kFull, 0.0, 1.0) * kWidth, escape(recipeTitle(report.recipe)), sqnrText(db));
    }
    return fmt::format(
        "<svg width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" aria-label=\"SQNR bars\">{2}</svg>",
        kWidth, rows * kPitch, bars);
}

std::string heatMatrix(const model::Model& model, const analysis::Comparison& comparison, const HeatScale& scale,
                       std::size_t layers) {
    constexpr double kWidth = 1140, kLabel = 190;
    constexpr int kRow = 20;
    const double cell = (kWidth - kLabel) / double(std::max<std::size_t>(layers, 1));
    std::string out;
    for (std::size_t row = 0; row < comparison.reports.size(); ++row) {
        const auto& report = comparison.reports[row];
        const int y = int(row) * kRow;
        out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>", kLabel - 8, y + 14,
                           escape(recipeTitle(report.recipe)));
        for (std::size_t i = 0; i < layers && i < report.layers.size(); ++i) {
            const int step = scale.step(report.layers[i]);
            out += fmt::format(
                "<rect class=\"{}\" x=\"{:.2f}\" y=\"{}\" width=\"{:.2f}\" height=\"{}\"><title>{}: {}</title></rect>",
                step < 0 ? "void" : fmt::format("h{}", step), kLabel + cell * double(i), y, cell > 4 ? cell - 1 : cell,
                kRow - 1, escape(model.layers()[i].name), sqnrCell(report.layers[i]));
        }
    }
    const auto height = int(comparison.reports.size()) * kRow;
    return fmt::format(
        "<svg width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" aria-label=\"error of every layer "
        "under every "
        "scheme\">{2}</svg>",
        kWidth, height, out);
}

std::string heatLegend(const HeatScale& scale) {
    constexpr int kCell = 14;
    std::string out;
    for (int i = 0; i < kHeatSteps; ++i)
        out += fmt::format("<rect class=\"h{}\" x=\"{}\" width=\"{}\" height=\"12\"/>", i, 80 + i * kCell, kCell);
    return fmt::format(
        "<svg width=\"400\" height=\"14\" viewBox=\"0 0 400 14\" role=\"img\" aria-label=\"colour scale\"><text "
        "x=\"74\" y=\"11\" "
        "text-anchor=\"end\">{:.1f} dB</text>{}<text x=\"{}\" y=\"11\">{:.1f} dB</text></svg>",
        scale.high(), out, 80 + kHeatSteps * kCell + 6, scale.low());
}

std::string marker(std::size_t index) {
    constexpr std::array<std::string_view, kSeries> kShapes{
        "<circle cx=\"6\" cy=\"6\" r=\"5\"/>",
        "<path d=\"M6 1L11 11H1Z\"/>",
        "<path d=\"M1.5 1.5H10.5V10.5H1.5Z\"/>",
        "<path d=\"M6 0L12 6L6 12L0 6Z\"/>",
        "<path d=\"M6 0L7.5 4.2L12 4.3L8.4 7L9.7 11.4L6 8.8L2.3 11.4L3.6 7L0 4.3L4.5 4.2Z\"/>",
        "<path d=\"M6 0.5L11.7 4.7L9.5 11.4H2.5L0.3 4.7Z\"/>"};
    return fmt::format(
        "<svg class=\"s{}\" width=\"12\" height=\"12\" viewBox=\"0 0 12 12\" aria-hidden=\"true\">{}</svg>",
        index % kSeries, kShapes[index % kSeries]);
}

}  // namespace roundoff::reports
