#pragma once
#include <QColor>
#include <QFont>
#include <QRectF>
#include <QString>

class QFontMetrics;
class QPainter;
class QWidget;

namespace roundoff::ui {

/// Diagonal lines, `spacing` apart across, anchored to the device so that neighbouring areas join.
void drawHatch(QPainter& painter, const QRectF& area, const QColor& colour, double spacing = 8);
/// The accent ring of a focused plot.
void drawFocusRing(QPainter& painter, const QRectF& area);
/// A small read-out in a rounded box beside `anchor`, kept within `bounds`.
void drawReadout(QPainter& painter, const QRectF& bounds, const QPointF& anchor, const QString& text);
/// Words in the middle, where a plot has nothing to draw.
void drawWords(QPainter& painter, const QRectF& area, const QString& words);

/// Elided on the left, where a path says least, without a separator after the ellipsis.
QString elidedLeft(const QFontMetrics& metrics, const QString& text, int width);

/// `base` mixed with `share` (0…1) of `other`.
QColor mix(const QColor& base, const QColor& other, double share);
/// The widget's font scaled, for captions and titles.
QFont scaledFont(const QWidget* widget, double factor, bool bold = false);
/// Puts the widget's picture, at twice its size, on the clipboard.
void copyPicture(QWidget* widget);

}  // namespace roundoff::ui
