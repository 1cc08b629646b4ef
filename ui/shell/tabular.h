#pragma once
#include <QPainter>
#include <QString>

namespace roundoff::ui {

/// Text whose digits all take the width of the widest one, so that numbers stand in columns. Qt before 6.7 cannot ask a
/// font for its tabular figures.
int tabularWidth(const QFontMetrics& metrics, const QString& text);
/// Draws with the painter's font and pen, one line, centred vertically; Qt::AlignLeft, AlignRight or AlignHCenter.
void drawTabular(QPainter& painter, const QRectF& box, Qt::Alignment alignment, const QString& text);

}  // namespace roundoff::ui
