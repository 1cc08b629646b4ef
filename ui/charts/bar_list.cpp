#include "ui/charts/bar_list.h"

#include <QFontMetrics>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "ui/charts/paint.h"
#include "ui/shell/tabular.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {

BarList::BarList(QWidget* parent) : QAbstractScrollArea(parent) {
    setObjectName(QStringLiteral("barList"));
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setMouseTracking(true);
    setAccessibleName(tr("Layers as bars"));
}

void BarList::setBars(std::vector<Bar> bars, Axis::Scale scale, double low, double high, double step,
                      const QColor& colour) {
    m_bars = std::move(bars);
    m_pairs = std::any_of(m_bars.begin(), m_bars.end(), [](const Bar& bar) { return !std::isnan(bar.second); });
    m_scale = scale;
    m_low = m_origin = low;
    m_high = high;
    m_step = step;
    m_colour = colour;
    measure();
}

void BarList::setOrigin(double value) {
    m_origin = std::clamp(value, m_low, m_high);
    viewport()->update();
}

int BarList::positionOf(int id) const {
    const auto found = std::find_if(m_bars.begin(), m_bars.end(), [id](const Bar& bar) { return bar.id == id; });
    return found == m_bars.end() ? -1 : int(found - m_bars.begin());
}

void BarList::setCurrent(int id) {
    const bool moved = id != m_current;
    m_current = id;
    viewport()->update();
    const int position = moved ? positionOf(id) : -1;
    if (position < 0) return;
    auto* bar = verticalScrollBar();
    const int top = position * m_rowHeight, room = viewport()->height() - m_headerHeight;
    if (top < bar->value()) bar->setValue(top);
    if (top + m_rowHeight > bar->value() + room) bar->setValue(top - (room / m_rowHeight - 1) * m_rowHeight);
}

void BarList::setHovered(int id) {
    if (id == m_hovered) return;
    m_hovered = id;
    viewport()->update();
}

void BarList::measure() {
    const QFontMetrics metrics(font());
    m_rowHeight = metrics.height() + 8;
    m_headerHeight = metrics.height() + 10;
    int name = 80, text = 40;
    const auto stride = std::max<std::size_t>(1, m_bars.size() / 512);
    for (std::size_t i = 0; i < m_bars.size(); i += stride) {
        name = std::max(name, metrics.horizontalAdvance(m_bars[i].name));
        text = std::max(text, tabularWidth(metrics, m_bars[i].text));
    }
    m_nameWidth = std::min(name + 30, std::max(110, viewport()->width() * 2 / 5));
    m_textWidth = text + 20;
    auto* bar = verticalScrollBar();
    const int body = std::max(1, viewport()->height() - m_headerHeight);
    bar->setRange(0, std::max(0, int(m_bars.size()) * m_rowHeight - body));
    bar->setPageStep(body);
    bar->setSingleStep(m_rowHeight);
    viewport()->update();
}

Axis BarList::axis() const {
    const double left = m_nameWidth;
    return Axis(m_scale, m_low, m_high, left, std::max(left + 20, double(viewport()->width() - m_textWidth - 6)));
}

std::vector<Tick> BarList::axisTicks(const Axis& scale) const {
    if (m_step <= 0) return scale.ticks(80);
    std::vector<Tick> ticks;
    const double room = std::abs(scale.pixel(m_step) - scale.pixel(0));
    const double step = m_step * std::max(1.0, std::ceil(44 / std::max(room, 1e-9)));
    for (double at = std::ceil(scale.low() / step - 1e-9) * step; at <= scale.high() + 1e-9; at += step) {
        ticks.push_back({at, numberText(at == 0 ? 0 : at, std::abs(at) < 10 ? 2 : 3)});
    }
    return ticks;
}

void BarList::paintBar(QPainter& painter, const Bar& bar, const QRect& row, const Axis& scale) const {
    const QColor fill = bar.id == m_current ? m_colour : mix(theme().window, m_colour, 0.72);
    const double from = scale.pixel(m_origin);
    const auto place = [&](double value, QRectF& area) {
        const double to = std::clamp(scale.pixel(value), scale.pixel(m_low), scale.pixel(m_high));
        area.setLeft(std::min(from, to));
        area.setWidth(std::max(2.0, std::abs(to - from)));
    };
    QRectF area(from, row.top() + 6, 0, row.height() - 12);
    if (m_pairs) area.setHeight((row.height() - 9) / 2.0), area.moveTop(row.top() + 4);
    painter.setPen(Qt::NoPen);
    painter.setBrush(fill);
    if (!std::isnan(bar.value)) {
        place(bar.value, area);
        painter.drawRoundedRect(area, 2, 2);
    }
    if (!std::isnan(bar.second)) {
        area.moveTop(area.bottom() + 1);
        place(bar.second, area);
        painter.fillRect(area, mix(theme().window, m_colour, 0.22));
        drawHatch(painter, area, fill, 5);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(fill, 1));
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5));
    }
    if (std::isnan(bar.baseline) || std::isnan(bar.value)) return;
    const double mark = std::clamp(scale.pixel(bar.baseline), scale.pixel(m_low), scale.pixel(m_high));
    painter.setPen(QPen(theme().baseline, 2));
    painter.drawLine(QPointF(mark, row.top() + 3), QPointF(mark, row.bottom() - 2));
}

void BarList::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    const int width = viewport()->width(), height = viewport()->height();
    painter.fillRect(viewport()->rect(), theme().window);
    const Axis scale = axis();
    const auto ticks = axisTicks(scale);
    const int offset = verticalScrollBar()->value();
    const int first = offset / m_rowHeight;
    const int last = std::min(int(m_bars.size()) - 1, (offset + height - m_headerHeight) / m_rowHeight);
    const int bottom = std::min(height, m_headerHeight + int(m_bars.size()) * m_rowHeight - offset);

    painter.setRenderHint(QPainter::Antialiasing);
    for (int position = first; position <= last; ++position) {
        const Bar& bar = m_bars[std::size_t(position)];
        const QRect row(0, m_headerHeight + position * m_rowHeight - offset, width, m_rowHeight);
        const bool current = bar.id == m_current, hovered = bar.id == m_hovered;
        if (current || hovered) painter.fillRect(row, current ? theme().selection : theme().panel);
        if (current) painter.fillRect(QRect(0, row.top(), 3, row.height()), theme().accent);
    }
    painter.setPen(QPen(theme().grid, 1));
    for (const Tick& tick : ticks) {
        const double at = std::round(scale.pixel(tick.value)) + 0.5;
        painter.drawLine(QPointF(at, m_headerHeight), QPointF(at, bottom));
    }
    for (int position = first; position <= last; ++position) {
        const Bar& bar = m_bars[std::size_t(position)];
        const QRect row(0, m_headerHeight + position * m_rowHeight - offset, width, m_rowHeight);
        const bool current = bar.id == m_current;
        QFont face = font();
        if (current) face.setWeight(QFont::DemiBold);
        painter.setFont(face);
        painter.setPen(bar.faint ? theme().muted : theme().text);
        painter.drawText(QRect(10, row.top(), m_nameWidth - 20, row.height()), Qt::AlignLeft | Qt::AlignVCenter,
                         elidedLeft(painter.fontMetrics(), bar.name, m_nameWidth - 20));
        drawTabular(painter, QRectF(width - m_textWidth - 6, row.top(), m_textWidth, row.height()), Qt::AlignRight,
                    bar.text);
        paintBar(painter, bar, row, scale);
    }
    painter.fillRect(QRect(0, 0, width, m_headerHeight), theme().window);
    painter.setFont(scaledFont(this, 0.88));
    painter.setPen(theme().muted);
    for (const Tick& tick : ticks) {
        painter.drawText(QRectF(scale.pixel(tick.value) - 40, 0, 80, m_headerHeight - 3),
                         Qt::AlignHCenter | Qt::AlignBottom, tick.label);
    }
    painter.drawText(QRectF(0, 0, width - 6, m_headerHeight - 3), Qt::AlignRight | Qt::AlignBottom,
                     m_step > 0 ? QString() : scale.exponentText());
    painter.setPen(theme().grid);
    painter.drawLine(0, m_headerHeight - 1, width, m_headerHeight - 1);
    if (hasFocus()) drawFocusRing(painter, viewport()->rect());
}

void BarList::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    measure();
}

int BarList::positionAt(const QPoint& point) const {
    if (point.y() < m_headerHeight || !viewport()->rect().contains(point)) return -1;
    const int position = (point.y() - m_headerHeight + verticalScrollBar()->value()) / m_rowHeight;
    return position < int(m_bars.size()) ? position : -1;
}

void BarList::mousePressEvent(QMouseEvent* event) {
    const int position = event->button() == Qt::LeftButton ? positionAt(event->pos()) : -1;
    if (position >= 0) Q_EMIT barClicked(m_bars[std::size_t(position)].id);
}

void BarList::mouseMoveEvent(QMouseEvent* event) {
    const int position = positionAt(event->pos());
    const int id = position < 0 ? -1 : m_bars[std::size_t(position)].id;
    if (id == m_hovered) return;
    setHovered(id);
    Q_EMIT barHovered(id);
}

void BarList::keyPressEvent(QKeyEvent* event) {
    if (m_bars.empty()) return event->ignore();
    const int count = int(m_bars.size()), at = positionOf(m_current);
    const int page = std::max(1, (viewport()->height() - m_headerHeight) / m_rowHeight - 1);
    int next = at;
    switch (event->key()) {
        case Qt::Key_Up: next = at - 1; break;
        case Qt::Key_Down: next = at + 1; break;
        case Qt::Key_PageUp: next = at - page; break;
        case Qt::Key_PageDown: next = at + page; break;
        case Qt::Key_Home: next = 0; break;
        case Qt::Key_End: next = count - 1; break;
        default: return event->ignore();
    }
    Q_EMIT barClicked(m_bars[std::size_t(std::clamp(next, 0, count - 1))].id);
}

bool BarList::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int position = positionAt(help->pos());
        QToolTip::showText(help->globalPos(), position < 0 ? QString() : m_bars[std::size_t(position)].tooltip, viewport());
        return true;
    }
    if (event->type() == QEvent::Leave && m_hovered >= 0) {
        setHovered(-1);
        Q_EMIT barHovered(-1);
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void BarList::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) measure();
    QAbstractScrollArea::changeEvent(event);
}

}  // namespace roundoff::ui
