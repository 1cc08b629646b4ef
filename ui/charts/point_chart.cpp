#include "ui/charts/point_chart.h"

#include <QCategoryAxis>
#include <QChart>
#include <QChartView>
#include <QEvent>
#include <QGraphicsLayout>
#include <QLineSeries>
#include <QLegend>
#include <QMouseEvent>
#include <QPainter>
#include <QPixmap>
#include <QToolTip>
#include <QVBoxLayout>
#include <QValueAxis>
#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/charts/axis.h"
#include "ui/charts/markers.h"
#include "ui/charts/paint.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {
namespace {

constexpr double kReach = 14;            ///< pixels to the nearest point that a click still means
constexpr std::size_t kMostLinePoints = 1500;  ///< a series; more than there are pixels

/// 1, 2, 5 × 10ⁿ within [10^low, 10^high] (whole decades over a wide range), labelled "50 k", "1 M".
std::vector<Tick> sizeTicks(double low, double high) {
    std::vector<Tick> ticks;
    for (int power = int(std::floor(low)); power <= int(std::ceil(high)); ++power) {
        for (const int lead : {1, 2, 5}) {
            if (high - low > 3 && lead != 1) continue;
            const double value = lead * std::pow(10.0, power), at = std::log10(value);
            if (at < low || at > high) continue;
            const char* unit = value >= 1e9 ? " G" : value >= 1e6 ? " M" : value >= 1e3 ? " k" : "";
            const double shown = value / (value >= 1e9 ? 1e9 : value >= 1e6 ? 1e6 : value >= 1e3 ? 1e3 : 1);
            ticks.push_back({at, QString::number(shown) + QLatin1String(unit)});
        }
    }
    return ticks;
}

}  // namespace

/// The chart view. Presses and moves never reach Qt Charts: it dereferences null on a press where no item lies
/// (QTBUG-118669), and its hover signals name a series but no point.
class PointChart::Canvas : public QChartView {
public:
    Canvas(Kind kind, PointChart* owner) : QChartView(owner), m_kind(kind), m_owner(owner) {
        setFrameShape(QFrame::NoFrame);
        setMouseTracking(true);
        setFocusPolicy(Qt::StrongFocus);
        setRenderHint(QPainter::Antialiasing);
        chart()->setTheme(QChart::ChartThemeLight);  // once: it overwrites every colour set before
        chart()->legend()->hide();
        chart()->setMargins(QMargins(0, 4, 8, 0));
        chart()->layout()->setContentsMargins(0, 0, 0, 0);
        chart()->setBackgroundRoundness(0);
        chart()->setDropShadowEnabled(false);
    }

    [[nodiscard]] const ChartAxes& axes() const { return m_axes; }
    void setSeries(std::vector<ChartSeries> series, const ChartAxes& axes) {
        m_series = std::move(series);
        m_axes = axes;
        m_hovered = m_under = -1;
        for (ChartSeries& one : m_series) keepDrawable(one);
        // The logarithm is taken here: on Qt's own log axis one value at zero makes a whole line vanish.
        if (m_axes.xLog) {
            m_axes.xLow = std::log10(m_axes.xLow);
            m_axes.xHigh = std::log10(m_axes.xHigh);
        }
        rebuild();
    }

    void rebuild() {
        chart()->removeAllSeries();
        for (auto* axis : chart()->axes()) {
            chart()->removeAxis(axis);
            delete axis;
        }
        QAbstractAxis* x = nullptr;
        if (m_axes.xLog) {
            auto* log = new QCategoryAxis;
            log->setLabelsPosition(QCategoryAxis::AxisLabelsPositionOnValue);
            log->setStartValue(m_axes.xLow);
            for (const Tick& tick : sizeTicks(m_axes.xLow, m_axes.xHigh)) log->append(tick.label, tick.value);
            log->setRange(m_axes.xLow, m_axes.xHigh);
            x = log;
        } else {
            auto* value = new QValueAxis;
            value->setLabelFormat(QStringLiteral("%.0f"));
            value->setRange(m_axes.xLow, m_axes.xHigh);
            const Axis nice(Axis::Scale::Linear, m_axes.xLow, m_axes.xHigh, 0, 1000);
            setDynamicTicks(value, nice.ticks(110));
            x = value;
        }
        auto* y = new QValueAxis;
        y->setLabelFormat(m_axes.yFormat);
        y->setRange(m_axes.yLow, m_axes.yHigh);
        setDynamicTicks(y, Axis(Axis::Scale::Linear, m_axes.yLow, m_axes.yHigh, 0, 500).ticks(60));
        chart()->addAxis(x, Qt::AlignBottom);
        chart()->addAxis(y, Qt::AlignLeft);
        x->setTitleText(m_axes.xTitle);
        y->setTitleText(m_axes.yTitle);
        for (const ChartSeries& one : m_series) {
            // Markers are painted over the chart: Qt Charts makes a graphics item of each, seconds for 10,000 layers.
            auto* drawn = new QLineSeries;
            drawn->setName(one.name);
            if (m_kind == Kind::Line) drawn->replace(QList<QPointF>(one.points.begin(), one.points.end()));
            chart()->addSeries(drawn);
            drawn->attachAxis(x);
            drawn->attachAxis(y);
        }
        applyTheme();
    }

    void applyTheme() {
        chart()->setBackgroundBrush(theme().window);
        chart()->setBackgroundPen(Qt::NoPen);
        chart()->setPlotAreaBackgroundVisible(false);
        setBackgroundBrush(theme().window);
        for (auto* axis : chart()->axes()) {
            axis->setLabelsFont(scaledFont(m_owner, 0.88));
            axis->setTitleFont(scaledFont(m_owner, 0.88));
            axis->setLabelsBrush(theme().muted);
            axis->setTitleBrush(theme().muted);
            axis->setLinePen(QPen(theme().axis, 1));
            axis->setGridLinePen(QPen(theme().grid, 1));
            axis->setMinorGridLineVisible(false);
        }
        const auto drawn = chart()->series();
        for (int i = 0; i < drawn.size() && i < int(m_series.size()); ++i) {
            const int scheme = m_series[std::size_t(i)].scheme;
            static_cast<QXYSeries*>(drawn[i])->setPen(QPen(schemeColour(scheme), 2, dashOf(scheme)));
        }
        viewport()->update();
    }

    QPointF positionOf(std::size_t series, std::size_t point) const {
        if (series >= m_series.size() || point >= m_series[series].points.size()) return {};
        return place(m_series[series].points[point], plotRect());
    }

    double m_guide = 0;
    QString m_guideWords;
    int m_current = -1, m_hovered = -1;

protected:
    void mousePressEvent(QMouseEvent* event) override {
        const Near near = nearest(event->position());
        if (event->button() == Qt::LeftButton && near.id >= 0) {
            // Queued: the choice may rebuild the series while this event is still being handled.
            QMetaObject::invokeMethod(m_owner, [owner = m_owner, id = near.id] { Q_EMIT owner->chosen(id); },
                                      Qt::QueuedConnection);
        }
        event->accept();
    }
    void mouseReleaseEvent(QMouseEvent* event) override { event->accept(); }
    void mouseDoubleClickEvent(QMouseEvent* event) override { event->accept(); }
    void wheelEvent(QWheelEvent* event) override { event->ignore(); }
    void mouseMoveEvent(QMouseEvent* event) override {
        const Near near = nearest(event->position());
        if (near.series >= 0) {
            const auto& tips = m_series[std::size_t(near.series)].tips;
            if (std::size_t(near.point) < tips.size()) {
                QToolTip::showText(event->globalPosition().toPoint(), tips[std::size_t(near.point)], this);
            }
        } else {
            QToolTip::hideText();
        }
        if (near.id != m_under) {
            m_under = near.id;
            m_hovered = near.id;
            viewport()->update();
            Q_EMIT m_owner->hovered(near.id);
        }
        event->accept();
    }
    void leaveEvent(QEvent* event) override {
        if (m_under >= 0) {
            m_under = m_hovered = -1;
            viewport()->update();
            Q_EMIT m_owner->hovered(-1);
        }
        QChartView::leaveEvent(event);
    }
    void paintEvent(QPaintEvent* event) override {
        QChartView::paintEvent(event);
        QPainter painter(viewport());
        painter.setRenderHint(QPainter::Antialiasing);
        const QRectF plot = plotRect();
        if (m_kind == Kind::Markers) paintMarkers(painter, plot);
        paintGuide(painter, plot);
        paintRings(painter);
        if (hasFocus()) drawFocusRing(painter, viewport()->rect());
    }

private:
    struct Near {
        int series = -1, point = -1, id = -1;
    };

    [[nodiscard]] QRectF plotRect() const {
        return {mapFromScene(chart()->mapToScene(chart()->plotArea().topLeft())), chart()->plotArea().size()};
    }
    /// Both axes are linear by now.
    [[nodiscard]] QPointF place(const QPointF& point, const QRectF& plot) const {
        return {plot.left() + (point.x() - m_axes.xLow) / (m_axes.xHigh - m_axes.xLow) * plot.width(),
                plot.bottom() - (point.y() - m_axes.yLow) / (m_axes.yHigh - m_axes.yLow) * plot.height()};
    }

    void paintMarkers(QPainter& painter, const QRectF& plot) const {
        constexpr int kSide = 16;
        const double ratio = devicePixelRatioF();
        for (const ChartSeries& series : m_series) {
            QPixmap stamp(QSize(kSide, kSide) * ratio);
            stamp.setDevicePixelRatio(ratio);
            stamp.fill(Qt::transparent);
            QPainter marker(&stamp);
            marker.setRenderHint(QPainter::Antialiasing);
            const QPainterPath path = markerPath(series.scheme, QPointF(kSide / 2.0, kSide / 2.0));
            marker.fillPath(path, schemeColour(series.scheme));
            marker.strokePath(path, QPen(theme().window, 0.8));
            marker.end();
            for (const QPointF& point : series.points) {
                painter.drawPixmap(place(point, plot) - QPointF(kSide / 2.0, kSide / 2.0), stamp);
            }
        }
    }

    static void setDynamicTicks(QValueAxis* axis, const std::vector<Tick>& ticks) {
        if (ticks.size() < 2) return;
        axis->setTickType(QValueAxis::TicksDynamic);
        axis->setTickAnchor(ticks.front().value);
        axis->setTickInterval(ticks[1].value - ticks[0].value);
    }

    /// Only what the axes can show; a line of too many points is thinned evenly but for its lowest part.
    void keepDrawable(ChartSeries& series) const {
        std::vector<std::size_t> kept;
        for (std::size_t i = 0; i < series.points.size(); ++i) {
            const QPointF& point = series.points[i];
            if (!std::isfinite(point.x()) || !std::isfinite(point.y()) || (m_axes.xLog && point.x() <= 0)) continue;
            kept.push_back(i);
        }
        if (m_kind == Kind::Line && kept.size() > kMostLinePoints) {
            std::sort(kept.begin(), kept.end(),
                      [&](std::size_t a, std::size_t b) { return series.points[a].y() < series.points[b].y(); });
            std::vector<std::size_t> thinned(kept.begin(), kept.begin() + kMostLinePoints / 3);
            const std::size_t rest = kept.size() - kMostLinePoints / 3, wanted = kMostLinePoints - kMostLinePoints / 3;
            for (std::size_t i = 0; i < wanted; ++i) thinned.push_back(kept[kMostLinePoints / 3 + i * rest / wanted]);
            std::sort(thinned.begin(), thinned.end());
            kept = std::move(thinned);
        }
        ChartSeries result{series.name, series.scheme, {}, {}, {}};
        for (const std::size_t i : kept) {
            QPointF point = series.points[i];
            if (m_axes.xLog) point.setX(std::log10(point.x()));
            result.points.push_back(point);
            result.ids.push_back(i < series.ids.size() ? series.ids[i] : -1);
            result.tips.push_back(i < series.tips.size() ? series.tips[i] : QString());
        }
        series = std::move(result);
    }

    Near nearest(const QPointF& position) const {
        Near best;
        double least = kReach * kReach;
        const QRectF plot = plotRect();
        for (std::size_t s = 0; s < m_series.size(); ++s) {
            for (std::size_t p = 0; p < m_series[s].points.size(); ++p) {
                const QPointF apart = place(m_series[s].points[p], plot) - position;
                const double distance = QPointF::dotProduct(apart, apart);
                if (distance < least) {
                    least = distance;
                    best = {int(s), int(p), m_series[s].ids[p]};
                }
            }
        }
        return best;
    }

    void paintGuide(QPainter& painter, const QRectF& plot) {
        if (m_guideWords.isEmpty() || m_series.empty()) return;
        const double y = place({m_axes.xHigh, m_guide}, plot).y();
        painter.setPen(QPen(theme().muted, 1, Qt::DashLine));
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
        painter.setFont(scaledFont(m_owner, 0.92, true));
        painter.setPen(theme().text);
        painter.drawText(QRectF(plot.left(), y + 3, plot.width() - 6, 24), Qt::AlignRight | Qt::AlignTop, m_guideWords);
    }

    void paintRings(QPainter& painter) const {
        painter.setBrush(Qt::NoBrush);
        for (std::size_t s = 0; s < m_series.size(); ++s) {
            for (std::size_t p = 0; p < m_series[s].ids.size(); ++p) {
                const int id = m_series[s].ids[p];
                if (id < 0 || (id != m_current && id != m_hovered)) continue;
                painter.setPen(QPen(id == m_current ? theme().accent : theme().muted, 2));
                painter.drawEllipse(positionOf(s, p), 8, 8);
            }
        }
    }

    Kind m_kind;
    PointChart* m_owner;
    std::vector<ChartSeries> m_series;
    ChartAxes m_axes;
    int m_under = -1;
};

PointChart::PointChart(Kind kind, QWidget* parent) : QWidget(parent), m_canvas(new Canvas(kind, this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_canvas);
    setFocusProxy(m_canvas);
}

PointChart::~PointChart() = default;

void PointChart::setSeries(std::vector<ChartSeries> series, const ChartAxes& axes) {
    m_canvas->setAccessibleName(accessibleName());
    m_canvas->setAccessibleDescription(accessibleDescription());
    m_canvas->setSeries(std::move(series), axes);
}

void PointChart::setGuide(double y, const QString& words) {
    m_canvas->m_guide = y;
    m_canvas->m_guideWords = words;
    m_canvas->viewport()->update();
}

void PointChart::setCurrent(int id) {
    m_canvas->m_current = id;
    m_canvas->viewport()->update();
}

void PointChart::setHovered(int id) {
    m_canvas->m_hovered = id;
    m_canvas->viewport()->update();
}

void PointChart::applyTheme() { m_canvas->applyTheme(); }

const ChartAxes& PointChart::axes() const { return m_canvas->axes(); }

QPointF PointChart::positionOf(int series, int point) const {
    return m_canvas->positionOf(std::size_t(series), std::size_t(point));
}

void PointChart::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) applyTheme();
    QWidget::changeEvent(event);
}

}  // namespace roundoff::ui
