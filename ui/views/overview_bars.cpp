#include "ui/views/overview_bars.h"

#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "ui/shell/numbers.h"
#include "ui/shell/tabular.h"
#include "ui/shell/theme.h"
#include "ui/views/overview_strip.h"

namespace roundoff::ui {
namespace {
constexpr int kRow = 24;
}

bool ranksByOutput(const State& state) {
    const auto* comparison = state.comparison.get();
    if (!comparison || comparison->reports.empty()) return false;
    return std::ranges::any_of(comparison->reports.front().layers,
                               [](const auto& layer) { return layer.output && layer.output->isolated && layer.output->isolated->count > 0; });
}

double rankDb(const analysis::LayerReport& layer, bool byOutput) {
    if (byOutput) return layer.output && layer.output->isolated && layer.output->isolated->count > 0 ? layer.output->isolated->sqnrDb() : NAN;
    return layer.weight ? layer.weight->sqnrDb() : NAN;
}

OverviewBars::OverviewBars(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("weakestLayers"));
    setMouseTracking(true);
}

void OverviewBars::show(const State& state) {
    m_current = state.current;
    m_hovered = state.hovered;
    m_rows.clear();
    const bool byOutput = ranksByOutput(state);
    for (const int layer : state.visible) {
        const auto* report = state.report(layer);
        if (!report) continue;
        const double db = rankDb(*report, byOutput);
        if (std::isfinite(db)) m_rows.push_back({layer, layerBits(state, layer), db, {}});
    }
    const std::size_t shown = std::min(kRows, m_rows.size());
    std::partial_sort(m_rows.begin(), m_rows.begin() + std::ptrdiff_t(shown), m_rows.end(),
                      [](const Row& a, const Row& b) { return a.db != b.db ? a.db < b.db : a.layer < b.layer; });
    m_rows.resize(shown);
    for (Row& row : m_rows) row.name = QString::fromStdString(state.model.layers()[std::size_t(row.layer)].name);
    setFixedHeight(int(shown) * kRow);
    setAccessibleName(m_rows.empty() ? tr("Weakest layers")
                                     : tr("Weakest layers: %1 with %2").arg(m_rows[0].name, dbUnitText(m_rows[0].db)));
    update();
}

int OverviewBars::layerAt(const QPoint& position) const {
    const int row = position.y() / kRow;
    return position.y() >= 0 && row < int(m_rows.size()) ? m_rows[std::size_t(row)].layer : -1;
}

void OverviewBars::paintEvent(QPaintEvent*) {
    const Theme& t = theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int nameWidth = std::clamp(int(width() * 0.28), 110, 220), valueWidth = 76;
    double top = 30;
    for (const Row& row : m_rows) top = std::max(top, row.db);
    top = std::min(60.0, std::ceil(top / 10) * 10);  // what is nearly exact must not shrink what is weak
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const Row& row = m_rows[i];
        const QRectF line(0, double(i) * kRow, width(), kRow);
        if (row.layer == m_current) {
            painter.fillRect(line, t.selection);
            painter.fillRect(QRectF(0, line.top(), 3, kRow), t.accent);
        } else if (row.layer == m_hovered) {
            QColor tint = t.text;
            tint.setAlphaF(0.045F);
            painter.fillRect(line, tint);
        }
        painter.setPen(t.text);
        const QRectF name(line.left() + 8, line.top(), nameWidth - 12, kRow);
        painter.drawText(name, Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(row.name, Qt::ElideLeft, int(name.width())));
        const QRectF track(nameWidth + 4, line.top() + 6, width() - nameWidth - valueWidth - 4, kRow - 12);
        painter.setPen(Qt::NoPen);
        painter.setBrush(t.dataBar);
        painter.drawRoundedRect(track, 2, 2);
        painter.setBrush(bitsColour(row.bits));
        const double share = std::clamp(row.db / top, 0.0, 1.0);
        painter.drawRoundedRect(QRectF(track.left(), track.top(), std::max(2.0, track.width() * share), track.height()),
                                2, 2);
        painter.setPen(t.text);
        drawTabular(painter, QRectF(width() - valueWidth, line.top(), valueWidth - 8, kRow), Qt::AlignRight,
                    dbUnitText(row.db));
    }
}

void OverviewBars::mouseMoveEvent(QMouseEvent* event) {
    const int layer = layerAt(event->position().toPoint());
    setCursor(layer >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (layer != m_hovered) Q_EMIT layerHovered(layer);
}

void OverviewBars::mousePressEvent(QMouseEvent* event) {
    if (const int layer = layerAt(event->position().toPoint()); layer >= 0) Q_EMIT layerChosen(layer);
}

void OverviewBars::leaveEvent(QEvent*) { Q_EMIT layerHovered(-1); }

}  // namespace roundoff::ui
