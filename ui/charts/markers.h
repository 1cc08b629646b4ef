#pragma once
#include <QColor>
#include <QPainterPath>

namespace roundoff::ui {

/// How a scheme is told apart from the others, never by colour alone: 0 = A …, repeating after six.
QColor schemeColour(int scheme);
QPainterPath markerPath(int scheme, const QPointF& centre);  ///< about 10 pixels across
Qt::PenStyle dashOf(int scheme);

}  // namespace roundoff::ui
