#pragma once
#include <QRectF>
#include <QString>

#include "ui/charts/axis.h"

class QPainter;
class QWidget;

namespace roundoff::ui {

/// The frame of a small painted plot: caption above, grid lines with labels, and where the marks go.
struct PlotFrame {
    QString caption, xTitle;
    Axis::Scale xScale = Axis::Scale::Linear, yScale = Axis::Scale::Linear;
    double xLow = 0, xHigh = 1, yLow = 0, yHigh = 1;
    bool yLabels = true;

    struct Drawn {
        QRectF area;
        Axis x, y;
    };
    /// Draws all but the marks.
    Drawn draw(QPainter& painter, const QWidget& widget) const;
};

}  // namespace roundoff::ui
