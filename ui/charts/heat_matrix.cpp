#include "ui/charts/heat_matrix.h"

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
namespace {

constexpr int kLeastColumn = 64, kMostColumn = 190, kLeastName = 90;

}  // namespace

HeatMatrix::HeatMatrix(QWidget* parent) : QAbstractScrollArea(parent) {
    setObjectName(QStringLiteral("heatMatrix"));
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setMouseTracking(true);
    setAccessibleName(tr("Layers by schemes"));
}

void HeatMatrix::setColumns(const QString& rowTitle, const QString& totalTitle, std::vector<MatrixColumn> columns) {
    m_rowTitle = rowTitle;
    m_totalTitle = totalTitle;
    m_columns = std::move(columns);
    measure();
}

void HeatMatrix::setSource(const MatrixSource* source) {
    m_source = source;
    refresh();
}

void HeatMatrix::refresh() { measure(); }

void HeatMatrix::setHovered(int row) {
    if (row == m_hovered) return;
    m_hovered = row;
    viewport()->update();
}

void HeatMatrix::setSort(int column, bool descending) {
    m_sortColumn = column;
    m_sortDescending = descending;
    viewport()->update();
}

int HeatMatrix::positionOf(int row) const {
    if (!m_source || row < 0) return -1;
    for (int position = 0; position < m_source->rows(); ++position) {
        if (m_source->row(position) == row) return position;
    }
    return -1;
}

void HeatMatrix::setCurrent(int row) {
    const bool moved = row != m_current;
    m_current = row;
    viewport()->update();
    const int position = moved ? positionOf(row) : -1;
    if (position < 0) return;
    const int top = position * m_rowHeight, room = viewport()->height() - bodyTop();
    auto* bar = verticalScrollBar();
    if (top < bar->value()) bar->setValue(top);
    // Whole rows from the top, so that none hides half behind the totals.
    if (top + m_rowHeight > bar->value() + room) bar->setValue(top - (room / m_rowHeight - 1) * m_rowHeight);
}

void HeatMatrix::measure() {
    const QFontMetrics title(scaledFont(this, 0.92, true)), small(scaledFont(this, 0.88)), text(font());
    m_rowHeight = text.height() + 7;
    m_headerHeight = title.height() + small.height() + 8;
    m_widths.clear();
    int wanted = 0;
    for (const MatrixColumn& column : m_columns) {
        const int width = std::max(title.horizontalAdvance(column.title), small.horizontalAdvance(column.subtitle)) + 24;
        m_widths.push_back(std::clamp(width, kLeastColumn, kMostColumn));
        wanted += m_widths.back();
    }
    const int rows = m_source ? m_source->rows() : 0;
    // The longest of a sample of names; the rest elide on the left, where names say least.
    int name = std::max(kLeastName, title.horizontalAdvance(m_totalTitle) + 24);
    for (int i = 0; i < rows; i += std::max(1, rows / 256)) {
        name = std::max(name, text.horizontalAdvance(m_source->name(i)) + 28);
    }
    const int room = viewport()->width();
    m_nameWidth = std::clamp(name, kLeastName, std::max({kLeastName, room / 4, room - wanted}));
    // What is left over widens the columns evenly, up to a point, so that the plot fills its pane.
    const int spare = room - m_nameWidth - wanted;
    if (spare > 0 && !m_widths.empty()) {
        const int each = std::min(spare / int(m_widths.size()), 140);
        for (int& width : m_widths) width += each;
        m_nameWidth += spare - each * int(m_widths.size());
    }
    auto* across = horizontalScrollBar();
    across->setRange(0, std::max(0, -spare));
    across->setPageStep(std::max(1, room - m_nameWidth));
    across->setSingleStep(kLeastColumn / 2);
    auto* down = verticalScrollBar();
    const int body = viewport()->height() - bodyTop();
    down->setRange(0, std::max(0, rows * m_rowHeight - body));
    down->setPageStep(std::max(1, body));
    down->setSingleStep(m_rowHeight);
    viewport()->update();
}

int HeatMatrix::columnLeft(int column) const {
    int left = m_nameWidth - horizontalScrollBar()->value();
    for (int i = 0; i < column; ++i) left += m_widths[std::size_t(i)];
    return left;
}

QRect HeatMatrix::cellRect(int position, int column) const {
    const int top = bodyTop() + position * m_rowHeight - verticalScrollBar()->value();
    return {columnLeft(column), top, m_widths[std::size_t(column)], m_rowHeight};
}

void HeatMatrix::paintCell(QPainter& painter, const QRect& area, const MatrixCell& cell, bool hovered) const {
    QColor back = theme().window;
    if (!std::isnan(cell.heat)) back = cell.diverging ? theme().delta(cell.heat) : theme().heat(cell.heat);
    painter.fillRect(area, back);
    painter.setPen(cell.faint ? theme().muted : std::isnan(cell.heat) ? theme().text : Theme::textOn(back));
    QFont face = font();
    if (cell.bold) face.setWeight(QFont::Bold);
    painter.setFont(face);
    drawTabular(painter, QRectF(area).adjusted(4, 0, -8, 0), Qt::AlignRight, cell.text);
    if (hovered) {
        painter.setPen(QPen(theme().accent, 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(area).adjusted(1, 1, -1, -1));
    }
}

void HeatMatrix::paintHeader(QPainter& painter) const {
    const int width = viewport()->width();
    painter.fillRect(QRect(0, 0, width, m_headerHeight), theme().panel);
    const QFont bold = scaledFont(this, 0.92, true), small = scaledFont(this, 0.88);
    const auto arrow = [&](int column) {
        if (column != m_sortColumn) return QString();
        return m_sortDescending ? QStringLiteral(" ↓") : QStringLiteral(" ↑");
    };
    painter.save();
    painter.setClipRect(QRect(m_nameWidth, 0, width, m_headerHeight));
    for (int i = 0; i < int(m_columns.size()); ++i) {
        const MatrixColumn& column = m_columns[std::size_t(i)];
        const QRect area(columnLeft(i), 3, m_widths[std::size_t(i)] - 8, m_headerHeight - 6);
        painter.setFont(bold);
        painter.setPen(i == m_hoveredColumn ? theme().accent : theme().text);
        const QString mark = arrow(i);
        const int room = area.width() - 4 - painter.fontMetrics().horizontalAdvance(mark);
        painter.drawText(area, Qt::AlignRight | Qt::AlignTop,
                         painter.fontMetrics().elidedText(column.title, Qt::ElideRight, room) + mark);
        painter.setFont(small);
        painter.setPen(theme().muted);
        painter.drawText(area, Qt::AlignRight | Qt::AlignBottom, column.subtitle);
    }
    painter.restore();
    painter.setFont(scaledFont(this, 0.92));
    painter.setPen(theme().muted);
    painter.drawText(QRect(10, 0, m_nameWidth - 12, m_headerHeight), Qt::AlignLeft | Qt::AlignVCenter,
                     m_rowTitle + arrow(-1));
    painter.setPen(theme().grid);
    painter.drawLine(0, m_headerHeight - 1, width, m_headerHeight - 1);
}

void HeatMatrix::paintRow(QPainter& painter, int position, int top) const {
    const bool totals = position < 0;
    const int row = totals ? -1 : m_source->row(position);
    const bool current = !totals && row == m_current, hovered = !totals && row == m_hovered;
    painter.save();
    painter.setClipRect(QRect(m_nameWidth, top, viewport()->width() - m_nameWidth, m_rowHeight), Qt::IntersectClip);
    for (int i = 0; i < int(m_columns.size()); ++i) {
        const QRect area(columnLeft(i), top, m_widths[std::size_t(i)], m_rowHeight);
        if (area.right() < m_nameWidth || area.left() > viewport()->width()) continue;
        MatrixCell cell = totals ? m_source->total(i) : m_source->cell(position, i);
        if (totals) cell.bold = true;
        paintCell(painter, area, cell, hovered && i == m_hoveredColumn);
    }
    if (current) {
        painter.setPen(QPen(theme().accent, 1));
        painter.drawLine(m_nameWidth, top, viewport()->width(), top);
        painter.drawLine(m_nameWidth, top + m_rowHeight - 1, viewport()->width(), top + m_rowHeight - 1);
    }
    painter.restore();

    const QRect name(0, top, m_nameWidth, m_rowHeight);
    painter.fillRect(name, current ? theme().selection : hovered ? theme().panel : theme().window);
    if (current) painter.fillRect(QRect(0, top, 3, m_rowHeight), theme().accent);
    QFont face = font();
    if (current || totals) face.setWeight(QFont::DemiBold);
    painter.setFont(face);
    painter.setPen(theme().text);
    const QString text = totals ? m_totalTitle : m_source->name(position);
    painter.drawText(name.adjusted(10, 0, -8, 0), Qt::AlignLeft | Qt::AlignVCenter,
                     elidedLeft(painter.fontMetrics(), text, name.width() - 18));
}

void HeatMatrix::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), theme().window);
    if (!m_source || m_columns.empty()) return;
    const int offset = verticalScrollBar()->value();
    const int first = offset / m_rowHeight;
    const int last = std::min(m_source->rows() - 1, (offset + viewport()->height() - bodyTop()) / m_rowHeight);
    painter.save();
    painter.setClipRect(QRect(0, bodyTop(), viewport()->width(), viewport()->height() - bodyTop()));
    for (int position = first; position <= last; ++position) {
        paintRow(painter, position, bodyTop() + position * m_rowHeight - offset);
    }
    painter.restore();
    paintHeader(painter);
    paintRow(painter, -1, m_headerHeight);
    painter.setPen(theme().grid);
    painter.drawLine(0, bodyTop() - 1, viewport()->width(), bodyTop() - 1);
    if (hasFocus()) drawFocusRing(painter, viewport()->rect());
}

void HeatMatrix::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    measure();
}

HeatMatrix::Spot HeatMatrix::spotAt(const QPoint& point) const {
    if (!m_source || !viewport()->rect().contains(point)) return {-3, -3};
    Spot spot;
    spot.column = point.x() < m_nameWidth ? -1 : -3;
    for (int i = 0; spot.column == -3 && i < int(m_columns.size()); ++i) {
        const int left = columnLeft(i);
        if (point.x() >= left && point.x() < left + m_widths[std::size_t(i)]) spot.column = i;
    }
    if (point.y() < m_headerHeight) return spot;
    if (point.y() < bodyTop()) {
        spot.position = -2;
        return spot;
    }
    spot.position = (point.y() - bodyTop() + verticalScrollBar()->value()) / m_rowHeight;
    if (spot.position >= m_source->rows()) spot.position = -3;
    return spot;
}

void HeatMatrix::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    const Spot spot = spotAt(event->pos());
    if (spot.position == -1 && spot.column >= -1) Q_EMIT headerClicked(spot.column);
    if (spot.position >= 0) Q_EMIT rowClicked(m_source->row(spot.position));
}

void HeatMatrix::mouseMoveEvent(QMouseEvent* event) {
    const Spot spot = spotAt(event->pos());
    const int row = spot.position >= 0 ? m_source->row(spot.position) : -1;
    if (row == m_hovered && spot.column == m_hoveredColumn) return;
    const bool changed = row != m_hovered;
    m_hovered = row;
    m_hoveredColumn = spot.column;
    viewport()->update();
    if (changed) Q_EMIT rowHovered(row);
}

void HeatMatrix::step(int by) {
    if (!m_source || m_source->rows() == 0) return;
    const int position = positionOf(m_current);
    const int next = std::clamp(position < 0 ? 0 : position + by, 0, m_source->rows() - 1);
    Q_EMIT rowClicked(m_source->row(next));
}

void HeatMatrix::keyPressEvent(QKeyEvent* event) {
    const int page = std::max(1, (viewport()->height() - bodyTop()) / m_rowHeight - 1);
    switch (event->key()) {
        case Qt::Key_Up: return step(-1);
        case Qt::Key_Down: return step(1);
        case Qt::Key_PageUp: return step(-page);
        case Qt::Key_PageDown: return step(page);
        case Qt::Key_Home: return step(m_source ? -m_source->rows() : 0);
        case Qt::Key_End: return step(m_source ? m_source->rows() : 0);
        case Qt::Key_Left:
        case Qt::Key_Right: return QAbstractScrollArea::keyPressEvent(event);
        default: event->ignore();
    }
}

bool HeatMatrix::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip && m_source) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const Spot spot = spotAt(help->pos());
        QString text;
        if (spot.position == -1 && spot.column >= 0) text = m_columns[std::size_t(spot.column)].tooltip;
        if (spot.position == -2 && spot.column >= 0) text = m_source->total(spot.column).tooltip;
        if (spot.position >= 0) {
            text = m_source->name(spot.position);
            if (spot.column >= 0) {
                text += QStringLiteral("\n") + m_columns[std::size_t(spot.column)].title;
                const QString more = m_source->cell(spot.position, spot.column).tooltip;
                if (!more.isEmpty()) text += QStringLiteral("\n") + more;
            }
        }
        QToolTip::showText(help->globalPos(), text, viewport());
        return true;
    }
    if (event->type() == QEvent::Leave && (m_hovered >= 0 || m_hoveredColumn >= -1)) {
        m_hovered = -1;
        m_hoveredColumn = -3;
        viewport()->update();
        Q_EMIT rowHovered(-1);
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void HeatMatrix::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) measure();
    QAbstractScrollArea::changeEvent(event);
}

}  // namespace roundoff::ui
