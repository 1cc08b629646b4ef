// How a HistogramPlot looks; what it does is in histogram_plot.cpp.
#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "ui/charts/histogram_plot.h"
#include "ui/charts/paint.h"
#include "ui/shell/numbers.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {
namespace {

constexpr double kLogFloor = 0.6;        ///< counts of 1 stand a little above the axis
constexpr std::size_t kStemLevels = 64;  ///< more are drawn as an outline
constexpr std::size_t kOutlineLevels = 1024;  ///< more lie closer than the bins
constexpr double kLinePitch = 4;         ///< lines closer than this become a band
constexpr double kBandHeight = 15;

QColor fillColour() { return mix(theme().window, theme().dark ? QColor(0x7C, 0x8B, 0xA5) : QColor(0x5B, 0x7F, 0xA6), 0.45); }
QColor stemColour() { return theme().series[1]; }

}  // namespace

QRectF HistogramPlot::plotArea() const {
    const QFontMetricsF metrics(scaledFont(this, 0.88));
    const double left = metrics.horizontalAdvance(QStringLiteral("000,000")) + 10;
    const double below = metrics.height() + kBandHeight + 8;
    return QRectF(left, 8, std::max(10.0, width() - left - 14), std::max(10.0, height() - below - 10));
}

Axis HistogramPlot::xAxis() const {
    const QRectF area = plotArea();
    return Axis(Axis::Scale::Linear, m_viewLow, m_viewHigh, area.left(), area.right());
}

double HistogramPlot::xOf(double value) const { return xAxis().pixel(value); }

Axis HistogramPlot::yAxis() const {
    std::uint64_t most = 1;
    for (const std::uint64_t count : m_content.values.counts) most = std::max(most, count);
    if (levels().empty() || levels().size() > kOutlineLevels) {
        for (const std::uint64_t count : m_content.quantized.counts) most = std::max(most, count);
    } else {
        for (const std::uint64_t count : m_levelCounts) most = std::max(most, count);
    }
    const QRectF area = plotArea();
    // Rounded up to a quarter of a decade, so that a drag rarely moves the scale.
    if (m_logarithmic) {
        const double top = std::pow(10.0, std::ceil(std::log10(double(most)) * 4 + 0.4) / 4);
        return Axis(Axis::Scale::Log, kLogFloor, top, area.bottom(), area.top());
    }
    return Axis(Axis::Scale::Linear, 0, double(most) * 1.05, area.bottom(), area.top());
}

bool HistogramPlot::showsStems() const { return !levels().empty() && levels().size() <= kStemLevels; }

std::vector<double> HistogramPlot::gridPixels() const {
    std::vector<double> pixels;
    const Axis x = xAxis();
    for (const double level : grid()) {
        if (level >= m_viewLow && level <= m_viewHigh) pixels.push_back(x.pixel(level));
    }
    const bool uniform = m_content.uniform || !m_trial.empty();
    if (uniform && pixels.size() > 1) {
        const double pitch = (pixels.back() - pixels.front()) / double(pixels.size() - 1);
        if (pitch < kLinePitch) pixels.clear();
    }
    return pixels;
}

void HistogramPlot::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (!m_words.isEmpty() || m_content.values.counts.empty()) {
        painter.fillRect(rect(), theme().window);
        drawWords(painter, rect(), m_words);
        if (hasFocus()) drawFocusRing(painter, rect());
        return;
    }
    const QSize wanted = size() * devicePixelRatioF();
    const Axis x = xAxis(), y = yAxis();
    if (m_stale || m_cache.size() != wanted || m_cachedTop != y.high()) {
        m_cache = QPixmap(wanted);
        m_cache.setDevicePixelRatio(devicePixelRatioF());
        m_cache.fill(theme().window);
        QPainter cached(&m_cache);
        cached.setFont(font());
        paintStatic(cached);
        m_stale = false;
        m_cachedTop = y.high();
    }
    painter.drawPixmap(0, 0, m_cache);
    paintClip(painter, x);
    painter.save();
    painter.setClipRect(plotArea().adjusted(0, -6, 0, 1));
    paintQuantized(painter, x, y);
    painter.restore();
    paintGrid(painter, x);
    paintHandles(painter, x);
    paintHover(painter, x);
    if (hasFocus()) drawFocusRing(painter, rect());
}

void HistogramPlot::paintStatic(QPainter& painter) const {
    const QRectF area = plotArea();
    const Axis x = xAxis(), y = yAxis();
    painter.setFont(scaledFont(this, 0.88));
    const QFontMetricsF metrics(painter.font());

    for (const Tick& tick : y.ticks(36)) {
        const double at = std::round(y.pixel(tick.value)) + 0.5;
        painter.setPen(QPen(theme().grid, 1));
        painter.drawLine(QPointF(area.left(), at), QPointF(area.right(), at));
        painter.setPen(theme().muted);
        const QString label = m_logarithmic ? tick.label : countText(std::uint64_t(tick.value));
        painter.drawText(QRectF(0, at - 10, area.left() - 8, 20), Qt::AlignRight | Qt::AlignVCenter, label);
    }
    paintBins(painter, x, y);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(theme().axis, 1));
    painter.drawLine(QPointF(area.left(), area.bottom()), QPointF(area.right(), area.bottom()));

    const double baseline = area.bottom() + kBandHeight + 4 + metrics.ascent();
    painter.setPen(theme().muted);
    const QString factor = x.exponentText();
    const double factorLeft = area.right() - metrics.horizontalAdvance(factor);
    for (const Tick& tick : x.ticks(78)) {
        const double half = metrics.horizontalAdvance(tick.label) / 2;
        const double at = x.pixel(tick.value);
        if (at + half > width() || (!factor.isEmpty() && at + half > factorLeft - 6)) continue;
        painter.drawText(QPointF(at - half, baseline), tick.label);
    }
    painter.drawText(QPointF(factorLeft, baseline), factor);
}

void HistogramPlot::paintBins(QPainter& painter, const Axis& x, const Axis& y) const {
    const QRectF area = plotArea();
    const int pixels = int(area.width());
    const auto columns = binColumns(m_content.values, m_viewLow, m_viewHigh, pixels);
    const double pitch = area.width() / pixels;
    const QColor solid = fillColour();
    const QColor spread = mix(theme().window, solid, 0.6);
    painter.setRenderHint(QPainter::Antialiasing, false);
    // Up to the lowest of a column's bins solid, from there to the highest lighter: nothing is averaged away.
    for (int i = 0; i < pixels; ++i) {
        const BinColumn& column = columns[std::size_t(i)];
        if (column.most == 0) continue;
        const double left = area.left() + i * pitch;
        const double top = y.pixel(double(column.most));
        painter.fillRect(QRectF(left, top, pitch, area.bottom() - top), spread);
        if (column.least == 0) continue;
        const double inner = y.pixel(double(column.least));
        painter.fillRect(QRectF(left, inner, pitch, area.bottom() - inner), solid);
    }
    // Zero.
    const double zero = x.pixel(0);
    if (zero > area.left() && zero < area.right()) {
        painter.setPen(QPen(theme().axis, 1, Qt::DashLine));
        painter.drawLine(QPointF(zero, area.top()), QPointF(zero, area.bottom()));
    }
}

void HistogramPlot::paintQuantized(QPainter& painter, const Axis& x, const Axis& y) const {
    const QRectF area = plotArea();
    painter.setRenderHint(QPainter::Antialiasing);
    const auto& grid = levels();
    if (showsStems()) {
        painter.setPen(QPen(stemColour(), 1.5));
        painter.setBrush(stemColour());
        for (std::size_t i = 0; i < grid.size(); ++i) {
            if (m_levelCounts[i] == 0 || grid[i] < m_viewLow || grid[i] > m_viewHigh) continue;
            const QPointF top(x.pixel(grid[i]), y.pixel(double(m_levelCounts[i])));
            painter.drawLine(QPointF(top.x(), area.bottom()), top);
            painter.drawEllipse(top, 2.2, 2.2);
        }
        return;
    }
    QPolygonF outline;
    if (!grid.empty() && grid.size() <= kOutlineLevels) {
        // Of levels closer than two pixels the fullest; a small float's crowd around zero.
        for (std::size_t i = 0; i < grid.size();) {
            const double at = x.pixel(grid[i]);
            std::uint64_t count = 0;
            for (; i < grid.size() && x.pixel(grid[i]) - at < 2; ++i) count = std::max(count, m_levelCounts[i]);
            outline << QPointF(at, count ? y.pixel(double(count)) : area.bottom());
        }
    } else if (!m_content.quantized.counts.empty() && m_trial.empty()) {
        // An envelope three pixels wide: the grids of many channels interleave finer than the eye can follow.
        const int steps = std::max(1, int(area.width() / 3));
        const auto columns = binColumns(m_content.quantized, m_viewLow, m_viewHigh, steps);
        for (int i = 0; i < steps; ++i) {
            const std::uint64_t most = columns[std::size_t(i)].most;
            const double top = most ? y.pixel(double(most)) : area.bottom();
            outline << QPointF(area.left() + i * area.width() / steps, top)
                    << QPointF(area.left() + (i + 1) * area.width() / steps, top);
        }
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(stemColour(), 1.2));
    painter.drawPolyline(outline);
}

void HistogramPlot::paintGrid(QPainter& painter, const Axis& x) const {
    const auto& drawn = grid();
    if (drawn.empty()) return;
    const QRectF area = plotArea();
    painter.setRenderHint(QPainter::Antialiasing, false);
    const auto pixels = gridPixels();
    if (!pixels.empty()) {
        painter.setPen(QPen(theme().accent, pixels.size() > 128 ? 1 : 1.5));
        double last = -1e9;
        for (const double at : pixels) {
            // Levels that fall on one pixel are drawn once; a small float's grid closes up around zero.
            if (at - last < 0.75) continue;
            last = at;
            painter.drawLine(QPointF(at, area.bottom() + 3), QPointF(at, area.bottom() + 11));
        }
        return;
    }
    const double left = std::clamp(x.pixel(drawn.front()), area.left(), area.right());
    const double right = std::clamp(x.pixel(drawn.back()), area.left(), area.right());
    const double step = drawn.size() > 1 ? (drawn.back() - drawn.front()) / double(drawn.size() - 1) : 0;
    const QRectF band(left, area.bottom() + 2, right - left, kBandHeight);
    painter.fillRect(band, mix(theme().window, theme().accent, 0.18));
    painter.setFont(scaledFont(this, 0.82));
    painter.setPen(theme().text);
    QString full = tr("%1 levels, step %2").arg(countText(drawn.size()), numberText(step));
    if (levels().empty()) full = tr("%1: %2").arg(m_content.sampleName, full);
    if (QFontMetricsF(painter.font()).horizontalAdvance(full) + 8 < band.width()) {
        painter.drawText(band, Qt::AlignCenter, full);
    }
}

void HistogramPlot::paintClip(QPainter& painter, const Axis& x) const {
    const QRectF area = plotArea();
    const double left = std::clamp(x.pixel(m_low), area.left(), area.right());
    const double right = std::clamp(x.pixel(m_high), area.left(), area.right());
    QColor hatch = theme().error;
    hatch.setAlphaF(theme().dark ? 0.42F : 0.38F);
    drawHatch(painter, QRectF(area.left(), area.top(), left - area.left(), area.height()), hatch);
    drawHatch(painter, QRectF(right, area.top(), area.right() - right, area.height()), hatch);
}

void HistogramPlot::paintHandles(QPainter& painter, const Axis& x) const {
    const QRectF area = plotArea();
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor colour = m_content.adjustable ? theme().accent : theme().axis;
    for (const Handle handle : {Handle::Low, Handle::High}) {
        const double wanted = x.pixel(handle == Handle::Low ? m_low : m_high);
        const double at = std::clamp(wanted, area.left(), area.right());
        const bool outside = std::abs(wanted - at) > 0.5;
        painter.setPen(QPen(colour, 1.5, outside || !m_content.adjustable ? Qt::DashLine : Qt::SolidLine));
        painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()));
        if (!m_content.adjustable) continue;
        const QRectF grip(at - 5, area.center().y() - 13, 10, 26);
        if (hasFocus() && handle == m_active) {
            painter.setPen(QPen(theme().accent, 1.5));
            painter.setBrush(Qt::NoBrush);
            painter.drawRoundedRect(grip.adjusted(-3.5, -3.5, 3.5, 3.5), 5, 5);
        }
        painter.setPen(QPen(theme().window, 1));
        painter.setBrush(colour);
        painter.drawRoundedRect(grip, 3, 3);
        // Two grooves say "drag me".
        painter.setPen(QPen(theme().accentText, 1));
        painter.drawLine(QPointF(at - 1.5, grip.top() + 8), QPointF(at - 1.5, grip.bottom() - 8));
        painter.drawLine(QPointF(at + 1.5, grip.top() + 8), QPointF(at + 1.5, grip.bottom() - 8));
    }
}

void HistogramPlot::paintHover(QPainter& painter, const Axis& x) const {
    const QRectF area = plotArea();
    if (!m_hover || !area.contains(*m_hover)) return;
    painter.setFont(scaledFont(this, 0.92));
    if (m_drag) {
        const double at = m_drag->handle == Handle::Low ? m_low : m_high;
        return drawReadout(painter, area, QPointF(x.pixel(at), m_hover->y()), numberText(at, 4));
    }
    const int pixels = int(area.width());
    const auto columns = binColumns(m_content.values, m_viewLow, m_viewHigh, pixels);
    const int at = std::clamp(int((m_hover->x() - area.left()) / area.width() * pixels), 0, pixels - 1);
    const BinColumn& column = columns[std::size_t(at)];
    painter.setPen(QPen(theme().muted, 1, Qt::DotLine));
    painter.drawLine(QPointF(m_hover->x(), area.top()), QPointF(m_hover->x(), area.bottom()));
    if (column.firstBin < 0) {
        return drawReadout(painter, area, *m_hover, tr("%1: no weights").arg(numberText(x.value(m_hover->x()))));
    }
    std::uint64_t sum = 0;
    for (int bin = column.firstBin; bin <= column.lastBin; ++bin) sum += m_content.values.counts[std::size_t(bin)];
    const double width = m_content.values.binWidth();
    const double low = m_content.values.low + column.firstBin * width;
    const double high = m_content.values.low + (column.lastBin + 1) * width;
    const QString text = tr("%1 … %2: %3 weights, %4")
                             .arg(numberText(low, 4), numberText(high, 4), countText(sum),
                                  percentText(m_mass ? double(sum) / double(m_mass) : 0));
    drawReadout(painter, area, *m_hover, text);
}

}  // namespace roundoff::ui
