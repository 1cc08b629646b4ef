#include "ui/charts/clip_curve.h"

#include <QFontMetricsF>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/charts/axis.h"
#include "ui/charts/paint.h"
#include "ui/shell/numbers.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {

ClipCurve::ClipCurve(QWidget* parent) : Card(parent) {
    setObjectName(QStringLiteral("clipCurve"));
    setAccessibleName(tr("Error against the clip point"));
    setMinimumSize(150, 96);
}

void ClipCurve::setCurve(std::vector<Point> points) {
    m_points = std::move(points);
    trim();
    setCursor(m_points.empty() ? Qt::ArrowCursor : Qt::PointingHandCursor);
    QString words = tr("No curve: this scheme has no single clip point.");
    if (!m_points.empty()) {
        const auto best = std::min_element(m_points.begin(), m_points.end(),
                                           [](const Point& a, const Point& b) { return a.mse < b.mse; });
        words = tr("Lowest error %1 at %2 of the whole range.").arg(numberText(best->mse), percentText(best->clip));
    }
    setAccessibleDescription(words);
    setToolTip(words);
    update();
}

/// The left end, where nearly everything is clipped away, would flatten the valley that matters.
void ClipCurve::trim() {
    double low = std::numeric_limits<double>::infinity();
    for (const Point& point : m_points) {
        if (point.mse > 0) low = std::min(low, point.mse);
    }
    const auto first = std::find_if(m_points.begin(), m_points.end(), [low](const Point& p) { return p.mse <= low * 100; });
    m_points.erase(m_points.begin(), first);
}

void ClipCurve::setCurrent(double clip, double mse) {
    m_current = {clip, mse};
    update();
}

QRectF ClipCurve::area() const {
    const double title = QFontMetricsF(scaledFont(this, 0.88)).height() + 14;
    return QRectF(rect()).adjusted(16, title, -16, -14);
}

void ClipCurve::paintEvent(QPaintEvent* event) {
    Card::paintEvent(event);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(scaledFont(this, 0.88));
    painter.setPen(theme().muted);
    const QString caption = tr("MSE against clip point"), withDot = tr("MSE against clip point, dot = now");
    const bool roomy = painter.fontMetrics().horizontalAdvance(withDot) < width() - 20;
    painter.drawText(QRectF(rect()).adjusted(12, 8, -8, 0), Qt::AlignLeft | Qt::AlignTop,
                     m_points.empty() || !roomy ? caption : withDot);
    if (m_points.empty()) return drawWords(painter, area(), tr("no single clip point"));

    double low = 1e300, high = 0;
    for (const Point& point : m_points) {
        if (point.mse > 0) low = std::min(low, point.mse);
        high = std::max(high, point.mse);
    }
    if (!(high > 0)) return drawWords(painter, area(), tr("no error at any clip point"));
    const QRectF box = area();
    const Axis x(Axis::Scale::Linear, m_points.front().clip, m_points.back().clip, box.left(), box.right());
    const Axis y(Axis::Scale::Log, low, high, box.bottom() - 4, box.top());
    QPolygonF line;
    for (const Point& point : m_points) {
        line << QPointF(x.pixel(point.clip), y.pixel(point.mse));
    }
    painter.setPen(QPen(theme().series[0], 1.8));
    painter.drawPolyline(line);
    if (!(m_current.mse > 0)) return;
    const QPointF dot(std::clamp(x.pixel(m_current.clip), box.left(), box.right()),
                      std::clamp(y.pixel(m_current.mse), box.top(), box.bottom()));
    painter.setPen(QPen(theme().panel, 1.5));
    painter.setBrush(theme().accent);
    painter.drawEllipse(dot, 5.5, 5.5);
}

void ClipCurve::want(double x, bool done) {
    if (m_points.empty()) return;
    const QRectF box = area();
    const Axis axis(Axis::Scale::Linear, m_points.front().clip, m_points.back().clip, box.left(), box.right());
    Q_EMIT clipWanted(axis.value(std::clamp(x, box.left(), box.right())), done);
}

void ClipCurve::mousePressEvent(QMouseEvent* event) { want(event->position().x(), false); }
void ClipCurve::mouseMoveEvent(QMouseEvent* event) {
    if (event->buttons() & Qt::LeftButton) want(event->position().x(), false);
}
void ClipCurve::mouseReleaseEvent(QMouseEvent* event) { want(event->position().x(), true); }

}  // namespace roundoff::ui
