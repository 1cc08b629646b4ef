#include "ui/charts/plot_frame.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QWidget>
#include <algorithm>
#include <cmath>

#include "ui/charts/paint.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {

PlotFrame::Drawn PlotFrame::draw(QPainter& painter, const QWidget& widget) const {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(scaledFont(&widget, 0.92, true));
    const QFontMetricsF bold(painter.font());
    painter.setPen(theme().text);
    painter.drawText(QRectF(0, 0, widget.width(), bold.height()), Qt::AlignLeft,
                     bold.elidedText(caption, Qt::ElideRight, widget.width()));
    painter.setFont(scaledFont(&widget, 0.85));
    const QFontMetricsF small(painter.font());

    Drawn drawn;
    drawn.area = QRectF(widget.rect()).adjusted(4, bold.height() + 8, -6, -small.height() - 6);
    drawn.y = Axis(yScale, yLow, yHigh, drawn.area.bottom(), drawn.area.top());
    const auto yTicks = drawn.y.ticks(30);
    if (yLabels) {
        double room = 0;
        for (const Tick& tick : yTicks) room = std::max(room, small.horizontalAdvance(tick.label));
        drawn.area.setLeft(drawn.area.left() + room + 6);
    }
    drawn.x = Axis(xScale, xLow, xHigh, drawn.area.left(), drawn.area.right());
    for (const Tick& tick : yTicks) {
        const double at = std::round(drawn.y.pixel(tick.value)) + 0.5;
        painter.setPen(QPen(theme().grid, 1));
        painter.drawLine(QPointF(drawn.area.left(), at), QPointF(drawn.area.right(), at));
        painter.setPen(theme().muted);
        if (yLabels)
            painter.drawText(QRectF(0, at - small.height() / 2, drawn.area.left() - 6, small.height()),
                             Qt::AlignRight | Qt::AlignVCenter, tick.label);
    }
    double reached = -1e9;
    const double titleWidth = small.horizontalAdvance(xTitle);
    for (const Tick& tick : drawn.x.ticks(56)) {
        const double at = drawn.x.pixel(tick.value), width = small.horizontalAdvance(tick.label);
        painter.setPen(QPen(theme().axis, 1));
        painter.drawLine(QPointF(at, drawn.area.bottom()), QPointF(at, drawn.area.bottom() + 3));
        const double left = std::clamp(at - width / 2, 0.0, widget.width() - width);
        if (left < reached + 6 || left + width > widget.width() - titleWidth - 8) continue;
        reached = left + width;
        painter.setPen(theme().muted);
        painter.drawText(QRectF(left, drawn.area.bottom() + 4, width + 1, small.height()), Qt::AlignLeft, tick.label);
    }
    painter.setPen(theme().muted);
    const QString factors = drawn.x.exponentText();
    painter.drawText(QRectF(0, drawn.area.bottom() + 4, widget.width() - 2, small.height()), Qt::AlignRight,
                     factors.isEmpty() ? xTitle : xTitle + QLatin1Char(' ') + factors);
    if (yLabels && !drawn.y.exponentText().isEmpty())
        painter.drawText(QRectF(0, 0, widget.width() - 2, small.height()), Qt::AlignRight, drawn.y.exponentText());
    painter.setPen(QPen(theme().axis, 1));
    painter.drawLine(drawn.area.bottomLeft(), drawn.area.bottomRight());
    return drawn;
}

}  // namespace roundoff::ui
