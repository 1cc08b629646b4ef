#include "ui/models/speed_model.h"

#include <QFont>
#include <algorithm>
#include <cmath>

#include "ui/shell/numbers.h"

namespace roundoff::ui {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

QString ratioText(double ratio) { return std::isnan(ratio) ? dashText() : QString::number(ratio, 'f', 2) + QStringLiteral(" ×"); }

}  // namespace

QString millisecondsText(double ms) {
    if (!std::isfinite(ms)) return dashText();
    const double size = std::abs(ms);
    if (size >= 0.1) return QStringLiteral("%1 ms").arg(ms, 0, 'f', size >= 100 ? 0 : size >= 10 ? 1 : 2);
    return QStringLiteral("%1 µs").arg(ms * 1000, 0, 'f', size >= 0.01 ? 1 : 2);
}

void SpeedModel::show(const State& state, int device) {
    beginResetModel();
    m_rows.clear();
    m_projected = device >= 0;
    const auto nameOf = [&](int layer) {
        return layer < 0 ? tr("Whole model") : QString::fromStdString(state.model.layers()[std::size_t(layer)].name);
    };
    const auto shown = [&](int layer) {
        return layer < 0 || std::find(state.visible.begin(), state.visible.end(), layer) != state.visible.end();
    };
    if (state.speed && m_projected && std::size_t(device) < state.speed->projections.size()) {
        const auto& projection = state.speed->projections[std::size_t(device)];
        Row whole{-1, tr("Whole model, sum of the layers"), {}, {}, {}, {}, {}, {}, 0, 0, kNone};
        for (const auto& one : projection.rows) whole.floatMs += one.floatMs, whole.quantizedMs += one.quantizedMs;
        const auto add = [this](Row row, int layer) {
            row.layer = layer;
            row.ratio = row.quantizedMs > 0 ? row.floatMs / row.quantizedMs : kNone;
            row.floating = millisecondsText(row.floatMs);
            row.quantized = millisecondsText(row.quantizedMs);
            m_rows.push_back(std::move(row));
        };
        add(std::move(whole), -1);
        for (const auto& one : projection.rows)
            if (shown(one.layer)) add({one.layer, nameOf(one.layer), {}, {}, one.bound, {}, {}, {}, one.floatMs, one.quantizedMs, kNone}, one.layer);
    } else if (state.speed && !m_projected) {
        const auto add = [&](const SpeedRow& one) {
            Row row{one.layer, nameOf(one.layer), dashText(), dashText(), one.bound, one.reason, {}, {}, kNone, kNone, one.speedup()};
            const auto fill = [](const std::optional<SpeedFigure>& figure, double& ms, QString& text, QString& tip) {
                if (!figure) return;
                ms = figure->medianMs;
                text = millisecondsText(ms) + (figure->noise.isEmpty() ? QString() : QStringLiteral(" ~"));
                tip = tr("median of %1 runs, interquartile range %2").arg(figure->runs).arg(millisecondsText(figure->iqrMs));
                if (!figure->noise.isEmpty()) tip += tr("; noisy: %1").arg(figure->noise);
            };
            fill(one.floating, row.floatMs, row.floating, row.floatTip);
            fill(one.quantized, row.quantizedMs, row.quantized, row.quantizedTip);
            m_rows.push_back(std::move(row));
        };
        if (state.speed->whole) add(*state.speed->whole);
        for (const auto& one : state.speed->rows)
            if (shown(one.layer)) add(one);
    }
    endResetModel();
}

int SpeedModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(m_rows.size()); }
int SpeedModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : int(Columns); }

QVariant SpeedModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || std::size_t(index.row()) >= m_rows.size()) return {};
    const Row& row = m_rows[std::size_t(index.row())];
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole: {
            const QString texts[]{row.name, row.floating, row.quantized, ratioText(row.ratio), row.bound, row.reason};
            return texts[column];
        }
        case Qt::ToolTipRole: {
            const QString tips[]{row.name, row.floatTip, row.quantizedTip, {}, {}, row.reason};
            return tips[column];
        }
        case ValueRole: {
            const double values[]{kNone, row.floatMs, row.quantizedMs, row.ratio, kNone, kNone};
            return std::isnan(values[column]) ? QVariant() : QVariant(values[column]);
        }
        case Qt::TextAlignmentRole:
            return int((column >= Float && column <= Ratio ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        case Qt::FontRole: {
            QFont font;
            if (row.layer < 0) font.setWeight(QFont::DemiBold);
            return font;
        }
        case LayerRole: return row.layer;
        case ProjectedRole: return m_projected && column >= Float && column <= Ratio;
        default: return {};
    }
}

QVariant SpeedModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical || section < 0 || section >= Columns) return {};
    if (role == Qt::TextAlignmentRole) return int((section >= Float && section <= Ratio ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    const QString titles[]{tr("Layer"), tr("Float"), tr("Quantized"), tr("Speedup"), tr("Bound"), tr("Why")};
    return titles[section];
}

}  // namespace roundoff::ui
