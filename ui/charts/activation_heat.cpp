#include "ui/charts/activation_heat.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <array>
#include <cmath>

#include "ui/charts/axis.h"
#include "ui/charts/paint.h"
#include "ui/shell/numbers.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {
namespace {

constexpr int kShades = 256, kBar = 12;
constexpr double kSmall = 0.85;

/// The sequential scale at its full strength: no numbers stand on it.
const std::array<QRgb, kShades>& shades() {
    static std::array<QRgb, kShades> made{};
    static std::array<QColor, 5> of{};
    const auto& stops = theme().sequential;
    if (of == stops) return made;
    of = stops;
    for (int i = 0; i < kShades; ++i) {
        const double at = i * 4.0 / (kShades - 1);
        const auto stop = std::min<std::size_t>(3, std::size_t(at));
        made[std::size_t(i)] = mix(stops[stop], stops[stop + 1], at - double(stop)).rgb();
    }
    return made;
}

}  // namespace

ActivationHeat::ActivationHeat(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("activationHeat"));
    setAccessibleName(tr("Magnitudes by channel and token"));
    setMinimumSize(220, 160);
}

void ActivationHeat::setMap(std::shared_ptr<const calibration::ActivationMap> map, const QString& words) {
    m_map = map && !map->byIndex.empty() ? std::move(map) : nullptr;
    m_words = words.isEmpty() ? tr("The sample gave no values here.") : words;
    QString description = m_words;
    if (m_map) {
        const auto most = std::ranges::max_element(m_map->byIndex, {}, &Cell::size);
        description = tr("%1 channels by %2 rows; largest: %3")
                          .arg(countText(m_map->channels), countText(m_map->positions), textOf(*most));
    }
    setAccessibleDescription(description);
    pool();
}

void ActivationHeat::setLargestFirst(bool largestFirst) {
    m_largestFirst = largestFirst;
    pool();
}

double ActivationHeat::high() const { return m_map && m_map->most > 0 ? double(m_map->most) : 1; }

double ActivationHeat::low() const {
    const double least = m_map && m_map->least > 0 ? double(m_map->least) : high() / 10;
    return std::min(std::max(least, high() / kRange), high() / 10);
}

QRectF ActivationHeat::area() const {
    const QFontMetricsF metrics(scaledFont(this, kSmall));
    const double right = metrics.horizontalAdvance(QStringLiteral("8.88e-8")) + kBar + 22, line = metrics.height();
    const double left = metrics.horizontalAdvance(m_map ? QString::number(m_map->positions) : QString()) + 8;
    return QRectF(rect()).adjusted(left, line + 4, -right, -line - 6);
}

void ActivationHeat::pool() {
    m_cells.clear();
    m_image = QImage();
    update();
    if (!m_map) return;
    const QRectF box = area();
    const auto fit = [](std::size_t cells, double pixels) { return std::min(cells, std::size_t(std::max(1.0, pixels))); };
    const std::size_t columns = fit(m_map->columns, box.width()), rows = fit(m_map->rows, box.height());
    const auto& all = m_largestFirst ? m_map->bySize : m_map->byIndex;
    m_cells.assign(columns * rows, {-1});
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::size_t row = i / m_map->columns * rows / m_map->rows, column = i % m_map->columns * columns / m_map->columns;
        Cell& cell = m_cells[row * columns + column];
        if (all[i].size > cell.size) cell = all[i];
    }
    m_image = QImage(int(columns), int(rows), QImage::Format_RGB32);
    const double floor = std::log(low()), span = std::log(high()) - floor;
    for (std::size_t row = 0; row < rows; ++row) {
        auto* line = reinterpret_cast<QRgb*>(m_image.scanLine(int(row)));
        for (std::size_t column = 0; column < columns; ++column) {
            const float size = m_cells[row * columns + column].size;
            const double share = size > 0 ? (std::log(double(size)) - floor) / span : 0;
            line[column] = shades()[std::size_t(std::lround(std::clamp(share, 0.0, 1.0) * (kShades - 1)))];
        }
    }
}

void ActivationHeat::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRectF box = area();
    if (!m_map) return drawWords(painter, QRectF(rect()), m_words);
    painter.drawImage(box, m_image);
    painter.setPen(QPen(theme().grid, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(box.adjusted(-0.5, -0.5, 0.5, 0.5));
    painter.setFont(scaledFont(this, kSmall));
    paintAxes(painter, box);
    paintLegend(painter, box);
}

void ActivationHeat::paintAxes(QPainter& painter, const QRectF& box) const {
    const QFontMetricsF metrics(painter.font());
    painter.setPen(theme().muted);
    painter.drawText(QRectF(0, 0, width(), metrics.height()), Qt::AlignLeft, image() ? tr("position") : tr("token"));
    const QString title = m_largestFirst ? tr("channels, largest first") : tr("channel");
    const double end = width() - metrics.horizontalAdvance(title);
    painter.drawText(QRectF(end, box.bottom() + 4, width() - end, metrics.height()), Qt::AlignRight, title);
    // Whole numbers stand in the middle of their cells.
    const Axis across(Axis::Scale::Linear, -0.5, double(m_map->channels) - 0.5, box.left(), box.right());
    for (const Tick& tick : across.ticks(56)) {
        if (tick.value != std::floor(tick.value)) continue;
        const QString text = countText(std::uint64_t(std::max(0.0, tick.value)));
        const double wide = metrics.horizontalAdvance(text), left = std::max(0.0, across.pixel(tick.value) - wide / 2);
        if (left + wide < end - 8) painter.drawText(QRectF(left, box.bottom() + 4, wide + 1, metrics.height()), Qt::AlignLeft, text);
    }
    const Axis down(Axis::Scale::Linear, -0.5, double(m_map->positions) - 0.5, box.top(), box.bottom());
    for (const Tick& tick : down.ticks(28)) {
        if (tick.value != std::floor(tick.value)) continue;
        painter.drawText(QRectF(0, down.pixel(tick.value) - metrics.height() / 2, box.left() - 6, metrics.height()),
                         Qt::AlignRight | Qt::AlignVCenter, countText(std::uint64_t(std::max(0.0, tick.value))));
    }
}

void ActivationHeat::paintLegend(QPainter& painter, const QRectF& box) const {
    const QFontMetricsF metrics(painter.font());
    const QRectF bar(box.right() + 14, box.top(), kBar, box.height());
    QLinearGradient colours(bar.bottomLeft(), bar.topLeft());
    for (int i = 0; i < kShades; i += 15) colours.setColorAt(i / double(kShades - 1), QColor(shades()[std::size_t(i)]));
    painter.fillRect(bar, colours);
    painter.setPen(QPen(theme().grid, 1));
    painter.drawRect(bar.adjusted(-0.5, -0.5, 0.5, 0.5));
    painter.setPen(theme().muted);
    const double right = width();
    painter.drawText(QRectF(box.right() - 60, 0, right - box.right() + 60, metrics.height()), Qt::AlignRight, tr("|x|, logarithmic"));
    const auto label = [&](double at, const QString& text) {
        painter.drawText(QRectF(bar.right() + 5, at - metrics.height() / 2, right - bar.right() - 5, metrics.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, text);
    };
    const double top = bar.top() + metrics.height() / 2 - 2, bottom = bar.bottom() - metrics.height() / 2 + 2;
    label(top, numberText(high()));
    label(bottom, (m_map->least < float(low()) ? QStringLiteral("≤ ") : QString()) + numberText(low(), 2));
    const Axis scale(Axis::Scale::Log, low(), high(), bar.bottom(), bar.top());
    for (const Tick& tick : scale.ticks(20)) {
        const double at = scale.pixel(tick.value);
        if (at > top + metrics.height() && at < bottom - metrics.height()) label(at, tick.label);
    }
}

QString ActivationHeat::textOf(const Cell& cell) const {
    QString place = image() ? tr("position %1").arg(cell.position) : tr("token %1").arg(cell.position);
    if (image() && m_map->shape[3] > 0 && m_map->shape[2] > 0) {
        const auto across = std::uint64_t(m_map->shape[3]);
        place += tr(" (row %1, column %2)").arg(cell.position / across % std::uint64_t(m_map->shape[2])).arg(cell.position % across);
    }
    return tr("channel %1, %2: %3").arg(QString::number(cell.channel), place, numberText(double(cell.size)));
}

QString ActivationHeat::textAt(const QPointF& point) const {
    const QRectF box = area();
    if (m_cells.empty() || !box.contains(point)) return {};
    const auto at = [](double share, int count) { return std::clamp(int(share * count), 0, count - 1); };
    const int column = at((point.x() - box.left()) / box.width(), m_image.width()), row = at((point.y() - box.top()) / box.height(), m_image.height());
    const QString text = textOf(m_cells[std::size_t(row) * std::size_t(m_image.width()) + std::size_t(column)]);
    const bool one = std::size_t(m_image.width()) == m_map->channels && std::size_t(m_image.height()) == m_map->positions;
    return one ? text : text + tr(", the largest here");
}

void ActivationHeat::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    pool();
}

void ActivationHeat::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange || event->type() == QEvent::FontChange) pool();
    QWidget::changeEvent(event);
}

bool ActivationHeat::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), textAt(help->pos()), this);
        return true;
    }
    return QWidget::event(event);
}

}  // namespace roundoff::ui
