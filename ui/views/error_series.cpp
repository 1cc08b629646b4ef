#include "ui/views/error_series.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/charts/axis.h"
#include "ui/models/layer_columns.h"
#include "ui/shell/numbers.h"

namespace roundoff::ui {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kDecibelsPerBit = 6.0206;

QString words(const char* text) { return QCoreApplication::translate("Error", text); }

std::vector<int> shownLayers(const State& state) {
    std::vector<int> layers;
    if (state.model.empty()) return layers;
    for (const int layer : state.visible) {
        if (layer >= 0 && std::size_t(layer) < state.model.layers().size()) layers.push_back(layer);
    }
    return layers;
}

QString nameOf(const State& state, int layer) {
    return QString::fromStdString(state.model.layers()[std::size_t(layer)].name);
}

QString schemeOf(const State& state, std::size_t column) {
    return QString::fromStdString(schemes::shortText(state.comparison->reports[column].recipe.standard));
}

/// What the bar's length is of: a cosine is told as its distance from one.
double lengthOf(Metric metric, double value) { return isCosine(metric) ? 1 - value : value; }

void chooseAxis(BarPlot& plot, Metric metric) {
    double low = std::numeric_limits<double>::infinity(), high = -low, leastPositive = low;
    for (const Bar& bar : plot.bars) {
        for (const double value : {bar.value, bar.baseline, bar.second}) {
            if (!std::isfinite(value)) continue;
            low = std::min(low, value);
            high = std::max(high, value);
            if (value > 0) leastPositive = std::min(leastPositive, value);
        }
    }
    if (!(low <= high)) return;
    if (inDecibels(metric)) {
        // From a whole bit below the worst: a decibel axis has no natural zero.
        plot.step = kDecibelsPerBit;
        plot.low = (std::floor(low / kDecibelsPerBit) - 1) * kDecibelsPerBit;
        if (low > 0) plot.low = std::max(plot.low, 0.0);
        plot.high = std::ceil(high / kDecibelsPerBit + 0.1) * kDecibelsPerBit;
    } else if (metric != Metric::RmseOverScale && std::isfinite(leastPositive) && high / leastPositive > 30) {
        plot.scale = Axis::Scale::Log;
        plot.low = leastPositive / 2;
        plot.high = high * 1.1;
    } else {
        plot.low = 0;
        plot.high = high > 0 ? high * 1.05 : 1;
    }
}

}  // namespace

BarPlot errorBars(const State& state, std::size_t column, Metric metric, bool worstFirst) {
    BarPlot plot;
    if (!state.comparison || column >= state.comparison->reports.size()) return plot;
    std::vector<double> sortKeys;
    for (const int layer : shownLayers(state)) {
        const auto* report = state.report(layer, column);
        const double value = metricValue(metric, report);
        Bar bar;
        bar.id = layer;
        bar.name = nameOf(state, layer);
        bar.value = lengthOf(metric, value);
        const bool marked = state.baseline && std::size_t(*state.baseline) != column;
        bar.baseline = marked ? lengthOf(metric, metricValue(metric, state.report(layer, std::size_t(*state.baseline)))) : kNone;
        const auto accumulated = accumulatedOf(metric);
        const double second = accumulated ? metricValue(*accumulated, report) : kNone;
        bar.second = std::isinf(second) ? kNone : lengthOf(metric, second);
        const QString reason = absence(report, std::isnan(value) && !std::isnan(second) ? *accumulated : metric);
        bar.faint = !reason.isEmpty();
        bar.text = metricText(metric, value);
        if (accumulated && (!std::isnan(value) || !std::isnan(second)))
            bar.text += QStringLiteral("  |  ") + metricText(metric, second);
        if (inDecibels(metric) && (std::isfinite(value) || std::isfinite(second))) bar.text += QStringLiteral(" dB");
        bar.tooltip = bar.name + QLatin1Char('\n') +
                      (reason.isEmpty() ? QStringLiteral("%1: %2").arg(accumulated ? pairName(metric) : metricName(metric), bar.text) : reason);
        if (ofOutput(metric)) bar.tooltip += partMark(report);
        // Exact: the longest bar there can be among decibels, none among errors.
        if (std::isinf(bar.value)) bar.value = kNone;
        plot.bars.push_back(std::move(bar));
    }
    if (worstFirst) {
        // Worst on top; what has no figure, and what is exact, below.
        std::stable_sort(plot.bars.begin(), plot.bars.end(), [&](const Bar& a, const Bar& b) {
            if (std::isnan(a.value) || std::isnan(b.value)) return !std::isnan(a.value) && std::isnan(b.value);
            return inDecibels(metric) ? a.value < b.value : a.value > b.value;
        });
    } else {
        std::stable_sort(plot.bars.begin(), plot.bars.end(), [](const Bar& a, const Bar& b) { return a.id < b.id; });
    }
    chooseAxis(plot, metric);
    return plot;
}

namespace {

/// The shown layers' noise under a report, largest first.
std::vector<std::pair<double, int>> rankedNoise(const State& state, std::size_t column) {
    std::vector<std::pair<double, int>> noises;
    for (const int layer : shownLayers(state)) {
        const auto* report = state.report(layer, column);
        if (report && report->weight && std::isfinite(report->weight->noise)) {
            noises.emplace_back(report->weight->noise, layer);
        }
    }
    std::stable_sort(noises.begin(), noises.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    return noises;
}

}  // namespace

bool hasOutputs(const State& state, std::size_t column) {
    if (!state.comparison || column >= state.comparison->reports.size()) return false;
    const auto& layers = state.comparison->reports[column].layers;
    return std::any_of(layers.begin(), layers.end(), [](const auto& layer) { return layer.output.has_value(); });
}

PointPlot cumulativeNoise(const State& state) {
    PointPlot plot;
    plot.axes = {words(QT_TRANSLATE_NOOP("Error", "layers, noisiest first")), {}, false, 0, 1, 0, 103,
                 QStringLiteral("%.0f %%")};
    if (!state.comparison) return plot;
    for (std::size_t column = 0; column < state.comparison->reports.size(); ++column) {
        const auto noises = rankedNoise(state, column);
        double total = 0;
        for (const auto& [noise, layer] : noises) total += noise;
        if (!(total > 0)) continue;
        ChartSeries series;
        series.name = schemeOf(state, column);
        series.scheme = int(column);
        series.points.emplace_back(0, 0);
        series.ids.push_back(-1);
        series.tips.emplace_back();
        double sum = 0;
        for (std::size_t i = 0; i < noises.size(); ++i) {
            sum += noises[i].first;
            series.points.emplace_back(double(i + 1), 100 * sum / total);
            series.ids.push_back(noises[i].second);
            series.tips.push_back(words(QT_TRANSLATE_NOOP("Error", "%1\n%2: %3 of the noise, rank %4"))
                                      .arg(nameOf(state, noises[i].second), series.name,
                                           percentText(noises[i].first / total), QString::number(i + 1)));
        }
        plot.axes.xHigh = std::max(plot.axes.xHigh, double(noises.size()));
        plot.series.push_back(std::move(series));
    }
    return plot;
}

int layersForShare(const State& state, std::size_t column, double share, int& of) {
    const auto noises = rankedNoise(state, column);
    of = int(noises.size());
    double total = 0, sum = 0;
    for (const auto& [noise, layer] : noises) total += noise;
    if (!(total > 0)) return 0;
    for (std::size_t i = 0; i < noises.size(); ++i) {
        sum += noises[i].first;
        if (sum >= share * total) return int(i + 1);
    }
    return int(noises.size());
}

PointPlot errorAgainstSize(const State& state) {
    PointPlot plot;
    plot.axes = {words(QT_TRANSLATE_NOOP("Error", "parameters")), words(QT_TRANSLATE_NOOP("Error", "SQNR, dB")), true,
                 1, 10, 0, 60, QStringLiteral("%.0f")};
    if (!state.comparison) return plot;
    double xLow = 1e300, xHigh = 0, yLow = 1e300, yHigh = -1e300;
    for (std::size_t column = 0; column < state.comparison->reports.size(); ++column) {
        ChartSeries series;
        series.name = schemeOf(state, column);
        series.scheme = int(column);
        for (const int layer : shownLayers(state)) {
            const double sqnr = metricValue(Metric::Sqnr, state.report(layer, column));
            const double size = double(state.model.layers()[std::size_t(layer)].parameters);
            if (std::isnan(sqnr) || sqnr == -std::numeric_limits<double>::infinity() || !(size > 0)) continue;
            xLow = std::min(xLow, size);
            xHigh = std::max(xHigh, size);
            if (std::isfinite(sqnr)) yLow = std::min(yLow, sqnr), yHigh = std::max(yHigh, sqnr);
            series.points.emplace_back(size, sqnr);
            series.ids.push_back(layer);
            series.tips.push_back(words(QT_TRANSLATE_NOOP("Error", "%1\n%2: %3 dB, %4 parameters"))
                                      .arg(nameOf(state, layer), series.name, dbText(sqnr),
                                           countText(state.model.layers()[std::size_t(layer)].parameters)));
        }
        if (!series.points.empty()) plot.series.push_back(std::move(series));
    }
    if (plot.series.empty()) return plot;
    if (!(yLow <= yHigh)) yLow = 0, yHigh = 60;  // all exact
    const double margin = std::max(3.0, (yHigh - yLow) * 0.08);
    plot.axes.yLow = yLow - margin;
    plot.axes.yHigh = yHigh + margin;
    plot.axes.xLow = xLow / 1.6;
    plot.axes.xHigh = xHigh * 1.6;
    for (ChartSeries& series : plot.series) {
        for (QPointF& point : series.points) {
            if (std::isinf(point.y())) point.setY(plot.axes.yHigh);
        }
    }
    return plot;
}

}  // namespace roundoff::ui
