#include "ui/charts/range_bands.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "ui/charts/paint.h"
#include "ui/charts/plot_frame.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {

RangeBands::RangeBands(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("rangeBands"));
    setAccessibleName(tr("Range by sample"));
    setMinimumSize(160, 150);
}

void RangeBands::setBands(std::vector<Band> bands, std::size_t samples) {
    m_bands = std::move(bands);
    m_samples = samples;
    m_low = m_high = 0;
    for (const Band& band : m_bands) {
        if (std::isfinite(band.low)) m_low = std::min(m_low, band.low);
        if (std::isfinite(band.high)) m_high = std::max(m_high, band.high);
    }
    setAccessibleDescription(tr("%1 samples between %2 and %3").arg(m_bands.size()).arg(numberText(m_low), numberText(m_high)));
    update();
}

void RangeBands::setClip(double low, double high) {
    m_clipLow = low;
    m_clipHigh = high;
    update();
}

void RangeBands::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    PlotFrame frame;
    frame.caption = m_samples > m_bands.size() ? tr("Range by sample, the first %1 of %2").arg(m_bands.size()).arg(m_samples)
                                               : tr("Range by sample");
    frame.xTitle = tr("sample");
    frame.xLow = 0.5;
    frame.xHigh = std::max(1.5, double(m_bands.size()) + 0.5);
    const double margin = std::max(1e-30, m_high - m_low) * 0.05;
    frame.yLow = m_low < 0 ? m_low - margin : 0;
    frame.yHigh = m_high + margin;
    const auto drawn = frame.draw(painter, *this);
    m_area = drawn.area;
    if (m_bands.empty()) return drawWords(painter, drawn.area, tr("no sample was seen"));
    const QColor fill = theme().series[0];
    const double wide = drawn.area.width() / double(m_bands.size()), gap = wide > 4 ? wide * 0.25 : 0;
    painter.setPen(Qt::NoPen);
    painter.setBrush(mix(theme().window, fill, 0.6));
    for (std::size_t i = 0; i < m_bands.size(); ++i) {
        const double top = drawn.y.pixel(m_bands[i].high), bottom = drawn.y.pixel(m_bands[i].low);
        painter.drawRect(QRectF(drawn.area.left() + double(i) * wide + gap / 2, top, std::max(1.0, wide - gap), std::max(1.0, bottom - top)));
    }
    if (m_clipLow == m_clipHigh) return;
    painter.setPen(QPen(theme().accent, 1.5, Qt::DashLine));
    for (const double clip : {m_clipLow, m_clipHigh}) {
        if (clip == 0) continue;
        const double at = std::clamp(drawn.y.pixel(clip), drawn.area.top(), drawn.area.bottom());
        painter.drawLine(QPointF(drawn.area.left(), at), QPointF(drawn.area.right(), at));
    }
}

bool RangeBands::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && !m_bands.empty()) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const double share = (help->pos().x() - m_area.left()) / std::max(1.0, m_area.width());
        const auto index = std::size_t(std::clamp(share, 0.0, 1.0) * double(m_bands.size() - 1) + 0.5);
        QToolTip::showText(help->globalPos(), tr("sample %1: %2 to %3").arg(index + 1).arg(numberText(m_bands[index].low), numberText(m_bands[index].high)), this);
        return true;
    }
    return QWidget::event(event);
}

}  // namespace roundoff::ui
