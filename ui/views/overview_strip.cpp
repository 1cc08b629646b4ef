#include "ui/views/overview_strip.h"

#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <map>

#include "ui/shell/numbers.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {
namespace {
constexpr int kBar = 34;
}

int layerBits(const State& state, int layer) {
    const auto* report = state.report(layer);
    if (!report) return 0;
    if (report->status == analysis::Status::Kept || report->status == analysis::Status::Skipped) return 0;
    if (report->scheme.isFloat()) return 0;
    return schemeBits(report->scheme).value_or(0);
}

QColor bitsColour(int bits) {
    const Theme& t = theme();
    if (bits <= 0) return t.dataBar;
    if (bits <= 2) return t.series[4];
    if (bits == 3) return t.series[3];
    if (bits == 4) return t.series[1];
    if (bits <= 7) return t.series[2];
    if (bits == 8) return t.series[0];
    return t.series[5];
}

OverviewStrip::OverviewStrip(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("bitsStrip"));
    setAccessibleName(tr("Bits per layer in model order"));
    setMouseTracking(true);
    setFixedHeight(58);
}

void OverviewStrip::show(const State& state) {
    m_current = state.current;
    m_hovered = state.hovered;
    const std::size_t count = state.model.empty() ? 0 : state.model.layers().size();
    m_segments.assign(count, {});
    double total = 0;
    for (std::size_t i = 0; i < count; ++i)
        total += double(state.model.tensors()[state.model.layers()[i].weight].bytes);
    double sum = 0;
    const bool filtered = state.visible.size() != count;
    for (std::size_t i = 0; i < count; ++i) {
        sum += double(state.model.tensors()[state.model.layers()[i].weight].bytes);
        const auto* report = state.report(int(i));
        m_segments[i] = {total > 0 ? sum / total : 0, layerBits(state, int(i)), !filtered,
                         report && report->status == analysis::Status::Pending};
    }
    if (filtered)
        for (const int layer : state.visible)
            if (layer >= 0 && std::size_t(layer) < count) m_segments[std::size_t(layer)].visible = true;
    m_model = state.model;
    update();
}

int OverviewStrip::layerAt(const QPoint& position) const {
    if (position.y() < 0 || position.y() >= kBar || m_segments.empty() || width() <= 0) return -1;
    const double x = (position.x() + 0.5) / width();
    const auto found = std::lower_bound(m_segments.begin(), m_segments.end(), x,
                                        [](const Segment& segment, double value) { return segment.end < value; });
    return found == m_segments.end() ? -1 : int(found - m_segments.begin());
}

void OverviewStrip::paintEvent(QPaintEvent*) {
    const Theme& t = theme();
    QPainter painter(this);
    std::map<int, int, std::greater<>> counts;
    int pending = 0;
    double left = 0;
    int paintedTo = -1;
    QRectF marked;
    for (std::size_t i = 0; i < m_segments.size(); ++i) {
        const Segment& segment = m_segments[i];
        if (segment.pending)
            ++pending;
        else
            ++counts[segment.bits];
        const double x = left * width(), end = segment.end * width();
        left = segment.end;
        if (int(i) == m_current) marked = QRectF(x, 0, std::max(2.0, end - x), kBar);
        if (int(end) <= paintedTo && int(i) != m_hovered) continue;  // narrower than a pixel
        paintedTo = int(end);
        QColor fill = bitsColour(segment.bits);
        if (segment.pending || !segment.visible) fill.setAlphaF(0.28F);
        else if (int(i) != m_hovered && segment.bits > 0) fill.setAlphaF(0.8F);
        const double gap = end - x >= 4 ? 1.5 : 0;
        painter.fillRect(QRectF(x, 0, std::max(1.0, end - x - gap), kBar), fill);
    }
    if (marked.isValid()) {
        painter.setPen(QPen(t.text, 2));
        painter.drawRect(marked.adjusted(0, 1, -1, -1));
    }

    QFont font = painter.font();
    font.setPointSizeF(8.25);
    painter.setFont(font);
    double x = 0;
    const double y = kBar + 7;
    const auto entry = [&](const QColor& colour, const QString& text) {
        painter.fillRect(QRectF(x, y + 3, 9, 9), colour);
        painter.setPen(t.text);
        painter.drawText(QRectF(x + 14, y, width(), 15), Qt::AlignVCenter, text);
        x += 14 + painter.fontMetrics().horizontalAdvance(text) + 18;
    };
    for (const auto& [bits, count] : counts)
        entry(bitsColour(bits), (bits == 0 ? tr("not quantized, ") : tr("%1 bit, ").arg(bits)) +
                                     (count == 1 ? tr("1 layer") : tr("%1 layers").arg(count)));
    if (pending > 0) {
        painter.setPen(t.muted);
        painter.drawText(QRectF(x, y, width() - x, 15), Qt::AlignVCenter, tr("%1 pending").arg(pending));
    }
}

void OverviewStrip::mouseMoveEvent(QMouseEvent* event) {
    const int layer = layerAt(event->position().toPoint());
    setCursor(layer >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (layer != m_hovered) Q_EMIT layerHovered(layer);
    if (layer >= 0)
        QToolTip::showText(event->globalPosition().toPoint(),
                           QString::fromStdString(m_model.layers()[std::size_t(layer)].name), this);
    else
        QToolTip::hideText();
}

void OverviewStrip::mousePressEvent(QMouseEvent* event) {
    if (const int layer = layerAt(event->position().toPoint()); layer >= 0) Q_EMIT layerChosen(layer);
}

void OverviewStrip::leaveEvent(QEvent*) { Q_EMIT layerHovered(-1); }

}  // namespace roundoff::ui
