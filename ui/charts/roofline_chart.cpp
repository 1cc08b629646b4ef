#include "ui/charts/roofline_chart.h"

#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "ui/charts/paint.h"
#include "ui/charts/plot_frame.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {
namespace {

constexpr double kReach = 14;

double distance(const QPointF& point, const QPointF& a, const QPointF& b) {
    const QPointF along = b - a, to = point - a;
    const double length = QPointF::dotProduct(along, along);
    const double t = length > 0 ? std::clamp(QPointF::dotProduct(to, along) / length, 0.0, 1.0) : 0;
    const QPointF apart = to - t * along;
    return std::sqrt(QPointF::dotProduct(apart, apart));
}

bool drawable(const QPointF& point) {
    return std::isfinite(point.x()) && std::isfinite(point.y()) && point.x() > 0 && point.y() > 0;
}

void drawArrow(QPainter& painter, const QPointF& from, const QPointF& to, const QColor& colour, double width) {
    painter.setPen(QPen(colour, width, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(from, to);
    painter.setBrush(theme().window);
    painter.drawEllipse(from, 3.5, 3.5);
    const QPointF along = to - from;
    const double length = std::sqrt(QPointF::dotProduct(along, along));
    painter.setBrush(colour);
    if (length < 6) return void(painter.drawEllipse(to, 3, 3));
    const QPointF unit = along / length, side(-unit.y(), unit.x());
    painter.setPen(Qt::NoPen);
    painter.drawPolygon(QPolygonF{to, to - 8 * unit + 4 * side, to - 8 * unit - 4 * side});
}

}  // namespace

RooflineChart::RooflineChart(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("rooflineChart"));
    setAccessibleName(tr("Roofline"));
    setMouseTracking(true);
    setMinimumSize(240, 200);
}

void RooflineChart::setArrows(std::vector<Arrow> arrows, double bytesPerSecond, std::vector<Ceiling> ceilings) {
    std::erase_if(arrows, [](const Arrow& arrow) { return !drawable(arrow.from) || !drawable(arrow.to); });
    std::erase_if(ceilings, [](const Ceiling& ceiling) { return !(ceiling.operations > 0); });
    m_arrows = std::move(arrows);
    m_ceilings = std::move(ceilings);
    m_bandwidth = bytesPerSecond;
    measure();
    setAccessibleDescription(tr("%1 layers, each an arrow from float to quantized").arg(m_arrows.size()));
    update();
}

void RooflineChart::measure() {
    double xLow = INFINITY, xHigh = 0, yLow = INFINITY, yHigh = 0;
    for (const Arrow& arrow : m_arrows)
        for (const QPointF& point : {arrow.from, arrow.to}) {
            xLow = std::min(xLow, point.x()), xHigh = std::max(xHigh, point.x());
            yLow = std::min(yLow, point.y()), yHigh = std::max(yHigh, point.y());
        }
    for (const Ceiling& ceiling : m_ceilings) {
        yHigh = std::max(yHigh, ceiling.operations);
        if (m_bandwidth > 0) xHigh = std::max(xHigh, ceiling.operations / m_bandwidth * 2);  // the ridge is in sight
    }
    if (!(xLow < INFINITY)) xLow = 0.1, yLow = 1e9, xHigh = std::max(xHigh, 100.0), yHigh = std::max(yHigh, 1e12);
    m_xLow = xLow / 2, m_xHigh = xHigh * 2, m_yLow = yLow / 2, m_yHigh = yHigh * 2.5;
}

void RooflineChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    PlotFrame frame;
    frame.caption = tr("Operations a second against operations a byte");
    frame.xTitle = tr("operations a byte");
    frame.xScale = frame.yScale = Axis::Scale::Log;
    frame.xLow = m_xLow, frame.xHigh = m_xHigh, frame.yLow = m_yLow, frame.yHigh = m_yHigh;
    const auto drawn = frame.draw(painter, *this);
    painter.save();
    painter.setClipRect(drawn.area);
    const auto place = [&](double x, double y) { return QPointF(drawn.x.pixel(x), drawn.y.pixel(y)); };
    double highest = m_yHigh;
    if (!m_ceilings.empty())
        highest = std::max_element(m_ceilings.begin(), m_ceilings.end(), [](const Ceiling& a, const Ceiling& b) { return a.operations < b.operations; })->operations;
    painter.setPen(QPen(theme().text, 1.4));
    if (m_bandwidth > 0) painter.drawLine(place(m_xLow, m_xLow * m_bandwidth), place(highest / m_bandwidth, highest));
    painter.setFont(scaledFont(this, 0.85));
    for (const Ceiling& ceiling : m_ceilings) {
        const double from = m_bandwidth > 0 ? ceiling.operations / m_bandwidth : m_xLow;
        painter.setPen(QPen(theme().text, 1.4));
        painter.drawLine(place(std::max(from, m_xLow), ceiling.operations), place(m_xHigh, ceiling.operations));
        painter.setPen(theme().muted);
        painter.drawText(QRectF(drawn.area.left(), drawn.y.pixel(ceiling.operations) - 20, drawn.area.width() - 6, 18),
                         Qt::AlignRight | Qt::AlignBottom, ceiling.name);
    }
    m_places.clear();
    for (const Arrow& arrow : m_arrows) {
        m_places.emplace_back(place(arrow.from.x(), arrow.from.y()), place(arrow.to.x(), arrow.to.y()));
        const bool marked = arrow.id == m_current || arrow.id == m_hovered;
        if (!marked) drawArrow(painter, m_places.back().first, m_places.back().second, mix(theme().window, theme().series[0], 0.7), 1.4);
    }
    for (std::size_t i = 0; i < m_arrows.size(); ++i)  // above the others
        if (m_arrows[i].id == m_current || m_arrows[i].id == m_hovered)
            drawArrow(painter, m_places[i].first, m_places[i].second, m_arrows[i].id == m_current ? theme().accent : theme().text, 2.4);
    painter.restore();
    if (m_arrows.empty()) drawWords(painter, drawn.area, tr("no layer was timed in both forms"));
}

QPointF RooflineChart::tipOf(std::size_t arrow) const { return arrow < m_places.size() ? m_places[arrow].second : QPointF(); }

void RooflineChart::setCurrent(int id) {
    m_current = id;
    update();
}

void RooflineChart::setHovered(int id) {
    m_hovered = id;
    update();
}

int RooflineChart::arrowAt(const QPointF& position) const {
    int best = -1;
    double least = kReach;
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        const double apart = distance(position, m_places[i].first, m_places[i].second);
        if (apart < least) least = apart, best = int(i);
    }
    return best;
}

void RooflineChart::mousePressEvent(QMouseEvent* event) {
    const int arrow = event->button() == Qt::LeftButton ? arrowAt(event->position()) : -1;
    if (arrow >= 0) Q_EMIT chosen(m_arrows[std::size_t(arrow)].id);
}

void RooflineChart::mouseMoveEvent(QMouseEvent* event) {
    const int arrow = arrowAt(event->position());
    if (arrow >= 0)
        QToolTip::showText(event->globalPosition().toPoint(), m_arrows[std::size_t(arrow)].tip, this);
    else
        QToolTip::hideText();
    const int id = arrow < 0 ? -1 : m_arrows[std::size_t(arrow)].id;
    if (id == m_hovered) return;
    setHovered(id);
    Q_EMIT hovered(id);
}

void RooflineChart::leaveEvent(QEvent*) {
    if (m_hovered < 0) return;
    setHovered(-1);
    Q_EMIT hovered(-1);
}

}  // namespace roundoff::ui
