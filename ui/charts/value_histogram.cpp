#include "ui/charts/value_histogram.h"

#include <QPainter>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "ui/charts/paint.h"
#include "ui/charts/plot_frame.h"
#include "ui/shell/numbers.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {

ValueHistogram::ValueHistogram(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("valueHistogram"));
    setAccessibleName(tr("Histogram"));
    setMinimumSize(160, 150);
}

void ValueHistogram::setCounts(const std::vector<std::uint64_t>& counts, double limit, double low, double high, std::uint64_t zeros) {
    m_counts = counts;
    m_limit = limit;
    m_low = std::min(low, 0.0);
    m_high = std::max(high, 0.0);
    m_zeros = zeros;
    update();
}

void ValueHistogram::setClip(double low, double high) {
    m_clipLow = low;
    m_clipHigh = high;
    setAccessibleDescription(low == high ? tr("values from %1 to %2").arg(numberText(m_low), numberText(m_high))
                                         : tr("values from %1 to %2, kept from %3 to %4")
                                               .arg(numberText(m_low), numberText(m_high), numberText(low), numberText(high)));
    update();
}

double ValueHistogram::clippedShare() const {
    if (m_clipLow == m_clipHigh || m_counts.empty()) return 0;
    const double width = 2 * m_limit / double(m_counts.size());
    std::uint64_t out = 0, all = m_zeros;
    for (std::size_t b = 0; b < m_counts.size(); ++b) {
        const double middle = -m_limit + (double(b) + 0.5) * width;
        all += m_counts[b];
        if (middle < m_clipLow - width / 2 || middle > m_clipHigh + width / 2) out += m_counts[b];
    }
    return all ? double(out) / double(all) : 0;
}

void ValueHistogram::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    PlotFrame frame;
    frame.caption = tr("How often, logarithmic");
    frame.yScale = Axis::Scale::Log;
    frame.xLow = m_low;
    frame.xHigh = m_high > m_low ? m_high : m_low + 1;
    frame.xTitle = tr("value");
    // Columns of pixels, each the sum of the bins within: heights do not depend on the window's size by more than that.
    const int columns = std::max(16, width() / 3);
    const double step = (frame.xHigh - frame.xLow) / columns;
    std::vector<double> heights(std::size_t(columns), 0);
    const double bin = m_counts.empty() ? 1 : 2 * m_limit / double(m_counts.size());
    for (std::size_t b = 0; b < m_counts.size(); ++b) {
        if (m_counts[b] == 0) continue;
        const double from = -m_limit + double(b) * bin, middle = from + bin / 2;
        // A bin that is wider than a column fills all that it covers.
        const int first = std::clamp(int((std::max(from, frame.xLow) - frame.xLow) / step), 0, columns - 1);
        const int last = bin > step ? std::clamp(int((std::min(from + bin, frame.xHigh) - frame.xLow) / step), first, columns - 1)
                                    : std::clamp(int((middle - frame.xLow) / step), 0, columns - 1);
        if (bin > step)
            for (int c = first; c <= last; ++c) heights[std::size_t(c)] = std::max(heights[std::size_t(c)], double(m_counts[b]) * step / bin);
        else
            heights[std::size_t(last)] += double(m_counts[b]);
    }
    const double most = *std::max_element(heights.begin(), heights.end());
    frame.yLow = 0.5;
    frame.yHigh = std::max(10.0, most * 1.3);
    const auto drawn = frame.draw(painter, *this);
    if (most <= 0) return drawWords(painter, drawn.area, tr("every value is zero"));
    const QColor fill = mix(theme().window, theme().series[0], 0.6);
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (int c = 0; c < columns; ++c) {
        if (heights[std::size_t(c)] <= 0) continue;
        const double left = drawn.x.pixel(frame.xLow + c * step), right = drawn.x.pixel(frame.xLow + (c + 1) * step);
        const double top = drawn.y.pixel(heights[std::size_t(c)]);
        painter.fillRect(QRectF(left, top, std::max(1.0, right - left), drawn.area.bottom() - top), fill);
    }
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_clipLow == m_clipHigh) return;
    const double low = std::clamp(drawn.x.pixel(m_clipLow), drawn.area.left(), drawn.area.right());
    const double high = std::clamp(drawn.x.pixel(m_clipHigh), drawn.area.left(), drawn.area.right());
    drawHatch(painter, QRectF(drawn.area.topLeft(), QPointF(low, drawn.area.bottom())), theme().muted);
    drawHatch(painter, QRectF(QPointF(high, drawn.area.top()), drawn.area.bottomRight()), theme().muted);
    painter.setPen(QPen(theme().accent, 1.5, Qt::DashLine));
    for (const double at : {low, high}) painter.drawLine(QPointF(at, drawn.area.top()), QPointF(at, drawn.area.bottom()));
}

}  // namespace roundoff::ui
