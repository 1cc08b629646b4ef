#include "ui/charts/paint.h"

#include <QClipboard>
#include <QFontMetricsF>
#include <QGuiApplication>
#include <QPainter>
#include <QPixmap>
#include <QWidget>
#include <algorithm>
#include <cmath>

#include "ui/shell/theme.h"

namespace roundoff::ui {

void drawHatch(QPainter& painter, const QRectF& area, const QColor& colour, double spacing) {
    if (area.width() <= 0 || area.height() <= 0) return;
    painter.save();
    painter.setClipRect(area, Qt::IntersectClip);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour, 0.8));
    const double height = area.height();
    const double first = std::floor(area.left() / spacing) * spacing;
    for (double x = first; x < area.right() + height; x += spacing) {
        painter.drawLine(QPointF(x, area.top()), QPointF(x - height, area.bottom()));
    }
    painter.restore();
}

void drawFocusRing(QPainter& painter, const QRectF& area) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme().accent, 1.5));
    painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 4, 4);
    painter.restore();
}

void drawReadout(QPainter& painter, const QRectF& bounds, const QPointF& anchor, const QString& text) {
    const QFontMetricsF metrics(painter.font());
    const QSizeF size(metrics.horizontalAdvance(text) + 16, metrics.height() + 8);
    QRectF box(anchor + QPointF(10, -size.height() - 6), size);
    if (box.right() > bounds.right()) box.moveRight(anchor.x() - 10);
    box.moveLeft(std::max(box.left(), bounds.left()));
    box.moveTop(std::clamp(box.top(), bounds.top(), std::max(bounds.top(), bounds.bottom() - size.height())));
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme().grid, 1));
    painter.setBrush(theme().panel);
    painter.drawRoundedRect(box, 4, 4);
    painter.setPen(theme().text);
    painter.drawText(box, Qt::AlignCenter, text);
    painter.restore();
}

void drawWords(QPainter& painter, const QRectF& area, const QString& words) {
    painter.setPen(theme().muted);
    painter.drawText(area.adjusted(16, 16, -16, -16), Qt::AlignCenter | Qt::TextWordWrap, words);
}

QString elidedLeft(const QFontMetrics& metrics, const QString& text, int width) {
    QString elided = metrics.elidedText(text, Qt::ElideLeft, width);
    if (elided != text && elided.size() > 2 && !elided.at(1).isLetterOrNumber()) elided.remove(1, 1);
    return elided;
}

QColor mix(const QColor& base, const QColor& other, double share) {
    const auto blend = [share](double a, double b) { return float(a + (b - a) * share); };
    return QColor::fromRgbF(blend(base.redF(), other.redF()), blend(base.greenF(), other.greenF()),
                            blend(base.blueF(), other.blueF()));
}

QFont scaledFont(const QWidget* widget, double factor, bool bold) {
    QFont font = widget->font();
    if (font.pixelSize() > 0) {
        font.setPixelSize(std::max(1, int(std::lround(font.pixelSize() * factor))));
    } else {
        font.setPointSizeF(font.pointSizeF() * factor);
    }
    if (bold) font.setWeight(QFont::DemiBold);
    return font;
}

void copyPicture(QWidget* widget) {
    QPixmap picture(widget->size() * 2);
    picture.setDevicePixelRatio(2);
    picture.fill(theme().window);
    widget->render(&picture);
    QGuiApplication::clipboard()->setPixmap(picture);
}

}  // namespace roundoff::ui
