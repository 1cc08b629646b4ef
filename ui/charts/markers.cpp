#include "ui/charts/markers.h"

#include <QPolygonF>
#include <cmath>
#include <numbers>

#include "ui/shell/theme.h"

namespace roundoff::ui {

QColor schemeColour(int scheme) { return theme().series[std::size_t(scheme) % theme().series.size()]; }

Qt::PenStyle dashOf(int scheme) {
    static constexpr Qt::PenStyle kDashes[] = {Qt::SolidLine,   Qt::DashLine,       Qt::DotLine,
                                               Qt::DashDotLine, Qt::DashDotDotLine, Qt::SolidLine};
    return kDashes[std::size_t(scheme) % std::size(kDashes)];
}

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

}  // namespace roundoff::ui
