#include "ui/views/error_alone.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/shell/numbers.h"

namespace roundoff::ui {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

QString words(const char* text) { return QCoreApplication::translate("Error", text); }

/// All layers quantized, on the samples that the ranking ran on; none where it is of other samples.
const analysis::ValueError* allQuantized(const State& state, const analysis::Sensitivity& alone) {
    return state.allQuantized && state.allQuantized->count == alone.without.count ? &*state.allQuantized : nullptr;
}

QString signedDb(double db) {
    if (!std::isfinite(db)) return dbUnitText(db);
    return (db < 0 ? QStringLiteral("−") : QStringLiteral("+")) + QString::number(std::abs(db), 'f', 2) + QStringLiteral(" dB");
}

/// "29.6 dB, top-1 98.0 %": the model's outputs, and what the data let them be judged by.
QString outputsText(const analysis::ModelError& error) {
    QString text = dbUnitText(error.sqnrDb());
    if (error.accuracy)
        text += QStringLiteral(", ") + words(QT_TRANSLATE_NOOP("Error", "top-1 %1")).arg(percentText(error.accuracy->top1));
    if (error.language)
        text += QStringLiteral(", ") + words(QT_TRANSLATE_NOOP("Error", "perplexity %1")).arg(error.language->perplexity, 0, 'f', 4);
    return text;
}

}  // namespace

bool hasRanking(const State& state) {
    if (!state.comparison || state.comparison->reports.empty()) return false;
    const auto& layers = state.comparison->reports.front().layers;
    return std::any_of(layers.begin(), layers.end(), [](const auto& layer) { return layer.alone.has_value(); });
}

double aloneValue(const State& state, int layer, Alone what) {
    const auto* report = state.report(layer);
    if (!report || !report->alone) return kNone;
    if (what == Alone::Loss) return report->alone->only.sqnrDb();
    const auto* all = allQuantized(state, *report->alone);
    return all ? report->alone->without.sqnrDb() - all->sqnrDb() : kNone;
}

BarPlot aloneBars(const State& state, Alone what) {
    BarPlot plot;
    double low = 0, high = 0;
    bool any = false;
    for (const int layer : state.visible) {
        const auto* report = state.report(layer);
        if (!report) continue;
        Bar bar;
        bar.id = layer;
        bar.name = QString::fromStdString(state.model.layers()[std::size_t(layer)].name);
        const double value = aloneValue(state, layer, what);
        bar.value = std::isinf(value) ? kNone : value;
        bar.faint = !report->alone;
        bar.text = what == Alone::Loss ? dbUnitText(value) : std::isnan(value) ? dashText() : signedDb(value);
        const double gain = aloneValue(state, layer, Alone::Gain);
        bar.tooltip = bar.name + QLatin1Char('\n');
        if (report->alone) {
            bar.tooltip += words(QT_TRANSLATE_NOOP("Error", "only this layer quantized: outputs at %1"))
                               .arg(outputsText(report->alone->only));
            bar.tooltip += QLatin1Char('\n') + words(QT_TRANSLATE_NOOP("Error", "all but this layer quantized: outputs at %1"))
                                                   .arg(outputsText(report->alone->without));
            if (!std::isnan(gain))
                bar.tooltip += QStringLiteral(" (%1)").arg(signedDb(gain));
        } else {
            bar.tooltip += report->status == analysis::Status::Quantized
                               ? words(QT_TRANSLATE_NOOP("Error", "not tried yet"))
                               : absence(report);
        }
        if (std::isfinite(bar.value)) {
            low = any ? std::min(low, bar.value) : bar.value;
            high = any ? std::max(high, bar.value) : bar.value;
            any = true;
        }
        plot.bars.push_back(std::move(bar));
    }
    std::stable_sort(plot.bars.begin(), plot.bars.end(), [what](const Bar& a, const Bar& b) {
        if (std::isnan(a.value) || std::isnan(b.value)) return !std::isnan(a.value) && std::isnan(b.value);
        return what == Alone::Loss ? a.value < b.value : a.value > b.value;
    });
    if (!any) return plot;
    if (what == Alone::Loss) {
        plot.step = 6.0206;
        plot.low = std::max((std::floor(low / plot.step) - 1) * plot.step, std::min(low, 0.0));
        plot.high = std::ceil(high / plot.step + 0.1) * plot.step;
    } else {
        plot.low = std::min(0.0, low * 1.05);
        plot.high = std::max(high * 1.05, 0.1);
    }
    return plot;
}

}  // namespace roundoff::ui
