#include "ui/charts/scheme_legend.h"

#include <QFontMetrics>
#include <QPainter>
#include <QPainterPath>
#include <QStringList>
#include <cmath>
#include <numbers>

#include "ui/charts/paint.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {
namespace {

constexpr int kMark = 24, kGap = 18;

/// The shapes of Qt Charts' scatter markers, in the same order.
QPainterPath markerPath(int scheme, const QPointF& centre) {
    QPainterPath path;
    const auto polygon = [&](int corners, double turn, double inner) {
        QPolygonF points;
        const int count = inner > 0 ? corners * 2 : corners;
        for (int i = 0; i < count; ++i) {
            const double angle = turn + 2 * std::numbers::pi * i / count;
            const double radius = inner > 0 && i % 2 ? inner : 5.5;
            points << centre + QPointF(radius * std::sin(angle), -radius * std::cos(angle));
        }
        path.addPolygon(points);
        path.closeSubpath();
    };
    switch (scheme % 6) {
        case 0: path.addEllipse(centre, 4.5, 4.5); break;
        case 1: polygon(3, 0, 0); break;
        case 2: path.addRect(QRectF(centre - QPointF(4, 4), QSizeF(8, 8))); break;
        case 3: polygon(4, 0, 0); break;
        case 4: polygon(5, 0, 2.4); break;
        default: polygon(5, 0, 0); break;
    }
    return path;
}

}  // namespace

SchemeLegend::SchemeLegend(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("schemeLegend"));
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Legend"));
}

void SchemeLegend::setEntries(std::vector<Entry> entries, bool lines) {
    m_entries = std::move(entries);
    m_lines = lines;
    QStringList names;
    for (const Entry& entry : m_entries) names << entry.name;
    setAccessibleDescription(names.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

QSize SchemeLegend::sizeHint() const { return {200, layOut(4000, nullptr)}; }

int SchemeLegend::heightForWidth(int width) const { return layOut(width, nullptr); }

int SchemeLegend::layOut(int width, QPainter* painter) const {
    const QFontMetrics metrics(font());
    const int row = metrics.height() + 8;
    int x = 0, y = 0;
    for (const Entry& entry : m_entries) {
        const int wanted = kMark + metrics.horizontalAdvance(entry.name);
        if (x > 0 && x + wanted > width) {
            x = 0;
            y += row;
        }
        if (painter) {
            const QColor colour = theme().series[std::size_t(entry.scheme) % theme().series.size()];
            const QPointF centre(x + 9, y + row / 2.0);
            if (m_lines) {
                static constexpr Qt::PenStyle kDashes[] = {Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine,
                                                           Qt::DashDotDotLine, Qt::SolidLine};
                painter->setPen(QPen(colour, 2, kDashes[std::size_t(entry.scheme) % 6]));
                painter->drawLine(centre - QPointF(9, 0), centre + QPointF(9, 0));
            } else {
                painter->fillPath(markerPath(entry.scheme, centre), colour);
            }
            painter->setPen(theme().text);
            painter->drawText(QRect(x + kMark, y, wanted, row), Qt::AlignLeft | Qt::AlignVCenter, entry.name);
        }
        x += wanted + kGap;
    }
    return y + row;
}

void SchemeLegend::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    layOut(width(), &painter);
}

}  // namespace roundoff::ui
