#include "ui/charts/channel_strip.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "ui/charts/axis.h"
#include "ui/charts/paint.h"
#include "ui/shell/numbers.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {

ChannelStrip::ChannelStrip(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("channelStrip"));
    setAccessibleName(tr("Weights by output channel"));
    setMinimumSize(110, 96);
    setFocusPolicy(Qt::StrongFocus);
}

void ChannelStrip::setCounts(const std::vector<std::uint32_t>& counts, std::uint32_t rows, std::uint32_t columns,
                             std::uint32_t channels, double low, double high) {
    const bool sound = rows > 0 && columns > 0 && counts.size() == std::size_t(rows) * columns;
    m_counts = sound ? counts : std::vector<std::uint32_t>();
    m_rows = sound ? rows : 0;
    m_columns = sound ? columns : 0;
    m_channels = channels;
    m_low = low;
    m_high = high;
    m_chosen = m_home = -1;
    setAccessibleDescription(m_rows == 0 ? tr("No channels.") : tr("%1 channels.").arg(countText(channels)));
    colour();
    update();
}

void ChannelStrip::colour() {
    m_image = QImage();
    if (m_rows == 0) return;
    m_image = QImage(int(m_columns), int(m_rows), QImage::Format_RGB32);
    std::uint32_t most = 1;
    for (const std::uint32_t count : m_counts) most = std::max(most, count);
    // Logarithmic: one weight is visible beside ten thousand. The lightest shade already stands off the background.
    std::array<QRgb, 256> shades{};
    const QColor full = theme().dark ? theme().series[0] : mix(theme().series[0], theme().text, 0.15);
    for (int i = 0; i < 256; ++i) {
        shades[std::size_t(i)] = mix(theme().window, full, i == 0 ? 0 : 0.12 + 0.88 * i / 255.0).rgb();
    }
    const double scale = 255.0 / std::log1p(double(most));
    for (std::uint32_t row = 0; row < m_rows; ++row) {
        auto* line = reinterpret_cast<QRgb*>(m_image.scanLine(int(row)));
        for (std::uint32_t column = 0; column < m_columns; ++column) {
            const std::uint32_t count = m_counts[std::size_t(row) * m_columns + column];
            line[column] = shades[std::size_t(std::lround(std::log1p(double(count)) * scale))];
        }
    }
}

QRectF ChannelStrip::area() const {
    const double caption = QFontMetricsF(scaledFont(this, 0.82)).height() + 4;
    return QRectF(rect()).adjusted(0.5, 0.5, -1.5, -caption);
}

void ChannelStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRectF box = area();
    painter.setPen(QPen(theme().grid, 1));
    painter.setBrush(theme().window);
    painter.drawRect(box);
    painter.setFont(scaledFont(this, 0.82));
    if (m_image.isNull()) return drawWords(painter, box, tr("no channels"));
    painter.drawImage(box.adjusted(0.5, 0.5, -0.5, -0.5), m_image);
    if (const int framed = m_chosen >= 0 ? m_chosen : m_home; framed >= 0) {
        const double height = std::max(3.0, box.height() / m_rows);
        const double top = box.top() + box.height() * framed / m_rows;
        painter.setPen(QPen(theme().accent, 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(box.left(), top, box.width(), height));
    }
    if (hasFocus()) drawFocusRing(painter, rect());
    painter.setPen(theme().muted);
    painter.drawText(QRectF(0, box.bottom() + 3, width(), height() - box.bottom() - 3), Qt::AlignLeft | Qt::AlignTop,
                     m_channels == 1 ? tr("1 output channel") : tr("%1 output channels").arg(countText(m_channels)));
}

int ChannelStrip::rowAt(const QPointF& position) const {
    const QRectF box = area();
    if (m_rows == 0 || !box.contains(position)) return -1;
    return std::clamp(int((position.y() - box.top()) / box.height() * m_rows), 0, int(m_rows) - 1);
}

QString ChannelStrip::rowText(int row) const {
    std::uint64_t sum = 0;
    int first = -1, last = -1;
    for (std::uint32_t column = 0; column < m_columns; ++column) {
        const std::uint32_t count = m_counts[std::size_t(row) * m_columns + column];
        if (count == 0) continue;
        sum += count;
        if (first < 0) first = int(column);
        last = int(column);
    }
    const auto from = std::uint64_t(row) * m_channels / m_rows;
    const auto to = std::max(from + 1, std::uint64_t(row + 1) * m_channels / m_rows) - 1;
    const QString which = from == to ? tr("Channel %1").arg(from) : tr("Channels %1 to %2").arg(from).arg(to);
    if (first < 0) return tr("%1: no finite weight").arg(which);
    const double width = (m_high - m_low) / m_columns;
    return tr("%1: %2 weights within %3 … %4")
        .arg(which, countText(sum), numberText(m_low + first * width), numberText(m_low + (last + 1) * width));
}

void ChannelStrip::setHome(int row) {
    m_home = row >= 0 && row < int(m_rows) ? row : -1;
    update();
}

void ChannelStrip::choose(int row) {
    m_chosen = row;
    if (row >= 0) Q_EMIT readOut(rowText(row));
    Q_EMIT rowChosen(row);
    update();
}

void ChannelStrip::mousePressEvent(QMouseEvent* event) {
    const int row = rowAt(event->position());
    choose(row == m_chosen ? -1 : row);
}

void ChannelStrip::keyPressEvent(QKeyEvent* event) {
    const int from = m_chosen >= 0 ? m_chosen : m_home;
    if (event->key() == Qt::Key_Up && m_rows > 0) return choose(std::max(from - 1, 0));
    if (event->key() == Qt::Key_Down && m_rows > 0) return choose(std::min(from + 1, int(m_rows) - 1));
    if (event->key() == Qt::Key_Escape && m_chosen >= 0) return choose(-1);
    QWidget::keyPressEvent(event);
}

bool ChannelStrip::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int row = rowAt(help->pos());
        if (row >= 0) QToolTip::showText(help->globalPos(), rowText(row), this);
        return true;
    }
    return QWidget::event(event);
}

void ChannelStrip::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) {
        colour();
        update();
    }
    QWidget::changeEvent(event);
}

}  // namespace roundoff::ui
