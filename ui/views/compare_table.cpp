#include "ui/views/compare_table.h"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/schemes/number_format.h"
#include "ui/charts/axis.h"
#include "ui/models/layer_columns.h"
#include "ui/shell/numbers.h"

namespace roundoff::ui {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
/// Soft tints: the numbers read first.
constexpr double kLightest = 0.03, kDarkest = 0.72;

QString words(const char* text) { return QCoreApplication::translate("CompareTable", text); }

/// Where a figure stands on an even scale, better below worse: ratios of errors count, not differences.
double scaleOf(Metric metric, double value) {
    if (inDecibels(metric)) return -value;
    if (isCosine(metric)) return value < 1 ? std::log10(1 - value) : -std::numeric_limits<double>::infinity();
    switch (metric) {
        case Metric::Mse:
        case Metric::MaxAbs: return value > 0 ? std::log10(value) : -std::numeric_limits<double>::infinity();
        default: return value;
    }
}

}  // namespace

void CompareTable::fill(const State& state, Metric metric, CompareMode mode, const Sort& order) {
    m_comparison = state.comparison;
    m_model = state.model;
    m_metric = metric;
    m_mode = mode;
    m_rows.clear();
    m_columns.clear();
    if (state.model.empty() || !m_comparison) return;
    const int layers = int(state.model.layers().size());
    for (const int layer : state.visible) {
        if (layer >= 0 && layer < layers) m_rows.push_back(layer);
    }
    for (const auto& report : m_comparison->reports) {
        Column column;
        const auto& scheme = report.recipe.standard;
        column.scheme = QString::fromStdString(schemes::shortText(scheme));
        column.full = QString::fromStdString(schemes::text(scheme));
        if (!report.recipe.layers.empty()) {
            column.full += QLatin1Char('\n') + words(QT_TRANSLATE_NOOP("CompareTable", "exceptions: %1")).arg(report.recipe.layers.size());
        }
        if (const auto* format = schemes::findNumberFormat(scheme.weight.format)) column.bits = format->bits;
        column.total = report.total();
        analysis::WeightError sum;
        column.values.reserve(m_rows.size());
        for (const int row : m_rows) {
            const auto* layer = std::size_t(row) < report.layers.size() ? &report.layers[std::size_t(row)] : nullptr;
            column.values.push_back(metricValue(metric, layer));
            if (layer && layer->weight) sum.merge(*layer->weight);
        }
        column.figure = metricValue(metric, sum);
        // Of outputs: what comes out of the whole model is the sum of all.
        if (ofOutput(metric) && accumulatedOf(metric) == std::nullopt && report.output)
            column.figure = metricValue(metric, static_cast<const analysis::ValueError&>(report.output->output));
        m_columns.push_back(std::move(column));
    }
    m_reference = state.baseline.value_or(0);
    if (m_reference < 0 || m_reference >= columns()) m_reference = 0;
    measureScale();
    sort(order);
}

void CompareTable::measureScale() {
    std::vector<double> places;
    std::vector<double> changes;
    for (const Column& column : m_columns) {
        for (std::size_t i = 0; i < column.values.size(); ++i) {
            const double place = scaleOf(m_metric, column.values[i]);
            if (std::isfinite(place)) places.push_back(place);
            const double change = column.values[i] - m_columns[std::size_t(m_reference)].values[i];
            if (std::isfinite(change) && change != 0) changes.push_back(std::abs(change));
        }
    }
    // The outermost hundredth may lie anywhere without washing out the rest.
    const auto at = [](std::vector<double>& values, double share) {
        const auto middle = values.begin() + std::ptrdiff_t(share * double(values.size() - 1));
        std::nth_element(values.begin(), middle, values.end());
        return *middle;
    };
    m_scaleLow = places.empty() ? 0 : at(places, 0.01);
    m_scaleHigh = places.empty() ? 1 : at(places, 0.99);
    m_deltaScale = changes.empty() ? 1 : at(changes, 0.98);
}

void CompareTable::sort(const Sort& order) {
    if (order.column == -2 || order.column >= columns()) return;
    std::vector<std::size_t> places(m_rows.size());
    std::iota(places.begin(), places.end(), std::size_t(0));
    std::vector<QString> names;
    std::vector<double> keys(m_rows.size());
    if (order.column < 0) {
        for (int i = 0; i < rows(); ++i) names.push_back(name(i));
    } else {
        for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = shown(i, std::size_t(order.column));
    }
    std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
        if (order.column < 0) {
            const int way = QString::localeAwareCompare(names[a], names[b]);
            return order.descending ? way > 0 : way < 0;
        }
        // Rows without a figure stay at the end either way.
        if (std::isnan(keys[a]) || std::isnan(keys[b])) return !std::isnan(keys[a]) && std::isnan(keys[b]);
        return order.descending ? keys[a] > keys[b] : keys[a] < keys[b];
    });
    std::vector<int> sorted;
    for (const std::size_t place : places) sorted.push_back(m_rows[place]);
    m_rows = std::move(sorted);
    for (Column& column : m_columns) {
        std::vector<double> values;
        for (const std::size_t place : places) values.push_back(column.values[place]);
        column.values = std::move(values);
    }
}

QString CompareTable::name(int position) const {
    return QString::fromStdString(m_model.layers()[std::size_t(row(position))].name);
}

double CompareTable::value(int position, int column) const {
    return m_columns[std::size_t(column)].values[std::size_t(position)];
}

int CompareTable::rankOf(std::size_t position, std::size_t column) const {
    const double own = badness(m_metric, m_columns[column].values[position]);
    if (std::isnan(own)) return 0;
    int rank = 1;
    for (const Column& other : m_columns) rank += badness(m_metric, other.values[position]) < own;
    return rank;
}

double CompareTable::shown(std::size_t position, std::size_t column) const {
    const double own = m_columns[column].values[position];
    if (m_mode == CompareMode::Delta) {
        const double reference = m_columns[std::size_t(m_reference)].values[position];
        return own == reference ? 0 : own - reference;
    }
    if (m_mode == CompareMode::Rank) return std::isnan(own) ? kNone : rankOf(position, column);
    return own;
}

bool CompareTable::marksBest() const {
    for (std::size_t a = 0; a < m_columns.size(); ++a) {
        for (std::size_t b = a + 1; b < m_columns.size(); ++b) {
            if (m_columns[a].bits > 0 && m_columns[a].bits == m_columns[b].bits) return true;
        }
    }
    return false;
}

bool CompareTable::best(double value, const std::vector<double>& rowValues, std::size_t column) const {
    if (std::isnan(value)) return false;
    int rivals = 0;
    for (std::size_t other = 0; other < m_columns.size(); ++other) {
        if (other == column || m_columns[other].bits != m_columns[column].bits || std::isnan(rowValues[other])) continue;
        ++rivals;
        if (badness(m_metric, rowValues[other]) < badness(m_metric, value)) return false;
    }
    return rivals > 0;
}

double CompareTable::heatOf(double value) const {
    const double place = scaleOf(m_metric, value);
    if (std::isnan(place)) return kNone;
    if (std::isinf(place)) return place < 0 ? kLightest : kDarkest;
    const double span = m_scaleHigh - m_scaleLow;
    const double t = span > 0 ? std::clamp((place - m_scaleLow) / span, 0.0, 1.0) : 0.3;
    return kLightest + t * (kDarkest - kLightest);
}

MatrixCell CompareTable::cellOf(double value, double reference, int rank, std::size_t column) const {
    MatrixCell cell;
    cell.heat = kNone;
    cell.text = QStringLiteral("—");
    cell.faint = std::isnan(value);
    if (cell.faint) return cell;
    if (m_mode == CompareMode::Rank) {
        cell.text = QString::number(rank);
        const double others = std::max(1, columns() - 1);
        cell.heat = kLightest + (rank - 1) / others * (kDarkest - kLightest);
    } else if (m_mode == CompareMode::Delta) {
        const double change = value == reference ? 0 : value - reference;
        cell.text = metricDelta(m_metric, change);
        cell.diverging = true;
        if (std::isnan(change)) return cell;
        const double worse = higherIsBetter(m_metric) ? -change : change;
        // Short of the ends of the scale, so that black or white text reads well.
        if (int(column) != m_reference) cell.heat = 0.5 + 0.24 * std::clamp(worse / m_deltaScale, -1.0, 1.0);
    } else {
        cell.text = metricText(m_metric, value);
        cell.heat = heatOf(value);
    }
    return cell;
}

MatrixCell CompareTable::cell(int position, int column) const {
    const auto at = std::size_t(position), c = std::size_t(column);
    const double own = m_columns[c].values[at];
    const double reference = m_columns[std::size_t(m_reference)].values[at];
    MatrixCell cell = cellOf(own, reference, m_mode == CompareMode::Rank ? rankOf(at, c) : 0, c);
    std::vector<double> rowValues;
    for (const Column& other : m_columns) rowValues.push_back(other.values[at]);
    cell.bold = best(own, rowValues, c);
    const auto& layers = m_comparison->reports[c].layers;
    const auto* layer = std::size_t(row(position)) < layers.size() ? &layers[std::size_t(row(position))] : nullptr;
    if (std::isnan(own)) {
        cell.tooltip = absence(layer, m_metric);
        if (cell.tooltip.isEmpty()) cell.tooltip = words(QT_TRANSLATE_NOOP("CompareTable", "no signal to compare with"));
    } else {
        cell.tooltip = QStringLiteral("%1: %2").arg(metricName(m_metric), metricText(m_metric, own));
        if (ofOutput(m_metric)) cell.tooltip += partMark(layer);
        if (layer && layer->weight) {
            cell.tooltip += QLatin1Char('\n') + words(QT_TRANSLATE_NOOP("CompareTable", "%1 clipped, %2 rounded to zero"))
                                                    .arg(percentText(double(layer->weight->clipped) / double(std::max<std::uint64_t>(layer->weight->count, 1))),
                                                         percentText(double(layer->weight->zeroed) / double(std::max<std::uint64_t>(layer->weight->count, 1))));
        }
    }
    return cell;
}

MatrixCell CompareTable::total(int column) const {
    const auto c = std::size_t(column);
    int rank = 1;
    for (const Column& other : m_columns) {
        rank += badness(m_metric, other.figure) < badness(m_metric, m_columns[c].figure);
    }
    MatrixCell cell = cellOf(m_columns[c].figure, m_columns[std::size_t(m_reference)].figure, rank, c);
    cell.heat = kNone;
    const auto& total = m_columns[c].total;
    cell.tooltip = words(QT_TRANSLATE_NOOP("CompareTable", "%1 quantized, %2 kept, %3 skipped, %4 pending"))
                       .arg(total.quantized).arg(total.kept).arg(total.skipped).arg(total.pending);
    return cell;
}

std::vector<MatrixColumn> CompareTable::headers(bool running) const {
    std::vector<MatrixColumn> headers;
    for (const Column& column : m_columns) {
        MatrixColumn header{column.scheme, {}, column.full};
        if (running && column.total.pending > 0) {
            const auto all = column.total.quantized + column.total.kept + column.total.skipped + column.total.pending;
            header.subtitle = words(QT_TRANSLATE_NOOP("CompareTable", "%1 of %2")).arg(all - column.total.pending).arg(all);
        } else if (column.total.bitsPerWeight > 0) {
            header.subtitle = words(QT_TRANSLATE_NOOP("CompareTable", "%1 bpw"))
                                  .arg(QString::number(column.total.bitsPerWeight, 'f', 2));
        }
        headers.push_back(std::move(header));
    }
    return headers;
}

QString CompareTable::tsv() const {
    QStringList header{QStringLiteral("layer")};
    for (const Column& column : m_columns) header << column.scheme;
    QString text = header.join(QLatin1Char('\t')) + QLatin1Char('\n');
    for (int position = 0; position < rows(); ++position) {
        text += name(position);
        for (int column = 0; column < columns(); ++column) {
            const double figure = shown(std::size_t(position), std::size_t(column));
            text += QLatin1Char('\t');
            if (!std::isnan(figure)) text += QString::number(figure, 'g', 17);
        }
        text += QLatin1Char('\n');
    }
    return text;
}

}  // namespace roundoff::ui
