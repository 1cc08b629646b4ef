#include "ui/charts/channel_bars.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/analysis/smoothing.h"
#include "ui/charts/paint.h"
#include "ui/charts/plot_frame.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {
namespace {

QString timesText(double ratio) { return QString::number(ratio, 'f', ratio < 10 ? 1 : 0) + QStringLiteral(" ×"); }

}  // namespace

ChannelBars::ChannelBars(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("channelBars"));
    setAccessibleName(tr("Largest magnitude of each channel"));
    setMinimumSize(220, 160);
}

void ChannelBars::setMagnitudes(const std::vector<float>& magnitudes) {
    m_magnitudes = magnitudes;
    m_outline.clear();
    const auto spread = analysis::spreadOf(magnitudes);
    m_median = spread.median;
    m_largest = spread.largest;
    m_outliers.resize(magnitudes.size());
    std::iota(m_outliers.begin(), m_outliers.end(), std::size_t(0));
    std::erase_if(m_outliers, [&](std::size_t j) { return !(magnitudes[j] > kOutlier * m_median) || m_median <= 0; });
    std::sort(m_outliers.begin(), m_outliers.end(), [&](std::size_t a, std::size_t b) {
        return magnitudes[a] != magnitudes[b] ? magnitudes[a] > magnitudes[b] : a < b;
    });
    if (m_outliers.size() > kStars) m_outliers.resize(kStars);
    QStringList words;
    for (const std::size_t j : m_outliers) words << tr("channel %1: %2 the median").arg(j).arg(timesText(magnitudes[j] / m_median));
    setAccessibleDescription(words.isEmpty() ? tr("no channel stands out") : words.join(QStringLiteral(", ")));
    update();
}

void ChannelBars::setOutline(const std::vector<float>& magnitudes) {
    m_outline = magnitudes;
    update();
}

void ChannelBars::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    PlotFrame frame;
    const bool several = m_magnitudes.size() > 1;
    frame.caption = several ? tr("Largest magnitude of each of %1 channels, dashed = median").arg(m_magnitudes.size())
                            : tr("Largest magnitude of the only channel");
    if (several && !m_outline.empty()) frame.caption += tr(", outline = smoothed");
    frame.xTitle = tr("channel");
    frame.xLow = -0.5;
    frame.xHigh = std::max(0.5, double(m_magnitudes.size()) - 0.5);
    frame.yLow = 0;
    frame.yHigh = m_largest > 0 ? m_largest * 1.22 : 1;
    if (several)
        for (const float size : m_outline) frame.yHigh = std::max(frame.yHigh, double(size) * 1.05);
    const auto drawn = frame.draw(painter, *this);
    m_area = drawn.area;
    if (m_magnitudes.empty()) return drawWords(painter, drawn.area, tr("channels were not watched"));

    // More channels than pixels: each pixel shows the largest of its own.
    const std::size_t count = m_magnitudes.size();
    const auto columns = std::min(count, std::size_t(std::max(1.0, drawn.area.width())));
    const double wide = drawn.area.width() / double(columns), gap = wide > 4 ? wide * 0.25 : 0;
    std::vector<bool> starred(columns, false);
    for (const std::size_t j : m_outliers) starred[j * columns / count] = true;
    const auto largest = [&](const std::vector<float>& of, std::size_t column) {
        const auto first = of.begin() + std::ptrdiff_t((column * count + columns - 1) / columns);
        const auto last = of.begin() + std::ptrdiff_t(std::min(count, ((column + 1) * count + columns - 1) / columns));
        return first < last ? double(*std::max_element(first, last)) : 0.0;
    };
    QPolygonF outline;
    painter.setPen(Qt::NoPen);
    for (std::size_t c = 0; c < columns; ++c) {
        const double left = drawn.area.left() + double(c) * wide, top = drawn.y.pixel(largest(m_magnitudes, c));
        painter.fillRect(QRectF(left + gap / 2, top, std::max(0.8, wide - gap), drawn.area.bottom() - top),
                         starred[c] ? theme().series[1] : mix(theme().window, theme().series[0], 0.6));
        if (!several || m_outline.size() != count) continue;
        const double y = drawn.y.pixel(largest(m_outline, c));
        outline << QPointF(left, y) << QPointF(left + wide, y);
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme().text, 1.3));
    painter.drawPolyline(outline);
    const double median = drawn.y.pixel(m_median);
    painter.setPen(QPen(theme().muted, 1, Qt::DashLine));
    if (several) painter.drawLine(QPointF(drawn.area.left(), median), QPointF(drawn.area.right(), median));

    painter.setFont(scaledFont(this, 0.85));
    const QFontMetricsF metrics(painter.font());
    std::vector<QRectF> taken;
    for (const std::size_t j : m_outliers) {
        const QString text = QStringLiteral("★ %1: %2").arg(j).arg(timesText(m_magnitudes[j] / m_median));
        const double at = drawn.area.left() + (double(j * columns / count) + 0.5) * wide, textWidth = metrics.horizontalAdvance(text);
        QRectF box(std::clamp(at - textWidth / 2, drawn.area.left(), std::max(drawn.area.left(), drawn.area.right() - textWidth)),
                   drawn.y.pixel(m_magnitudes[j]) - metrics.height() - 1, textWidth + 2, metrics.height());
        const bool crowded = std::any_of(taken.begin(), taken.end(), [&](const QRectF& other) { return other.intersects(box); });
        if (crowded) continue;  // the tool tip and the description name it
        taken.push_back(box);
        painter.setPen(theme().text);
        painter.drawText(box, Qt::AlignLeft, text);
    }
}

bool ChannelBars::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && !m_magnitudes.empty()) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const double share = (help->pos().x() - m_area.left()) / std::max(1.0, m_area.width());
        const auto j = std::min(m_magnitudes.size() - 1, std::size_t(std::clamp(share, 0.0, 1.0) * double(m_magnitudes.size())));
        QToolTip::showText(help->globalPos(),
                           m_median > 0 ? tr("channel %1: %2, %3 the median").arg(j).arg(numberText(m_magnitudes[j]), timesText(m_magnitudes[j] / m_median))
                                        : tr("channel %1: %2").arg(j).arg(numberText(m_magnitudes[j])),
                           this);
        return true;
    }
    return QWidget::event(event);
}

}  // namespace roundoff::ui
