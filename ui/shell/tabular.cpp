#include "ui/shell/tabular.h"

#include <QFontMetricsF>
#include <algorithm>

namespace roundoff::ui {
namespace {

/// Width that one digit takes.
template <class Metrics>
auto digitWidth(const Metrics& metrics) {
    auto width = metrics.horizontalAdvance(QLatin1Char('0'));
    for (char c = '1'; c <= '9'; ++c) width = std::max(width, metrics.horizontalAdvance(QLatin1Char(c)));
    return width;
}

bool isDigit(QChar c) { return c >= QLatin1Char('0') && c <= QLatin1Char('9'); }

template <class Metrics>
double widthOf(const Metrics& metrics, const QString& text) {
    const double digit = double(digitWidth(metrics));
    double width = 0;
    qsizetype start = 0;
    for (qsizetype i = 0; i <= text.size(); ++i) {
        if (i < text.size() && !isDigit(text[i])) continue;
        if (i > start) width += double(metrics.horizontalAdvance(text.mid(start, i - start)));
        if (i < text.size()) width += digit;
        start = i + 1;
    }
    return width;
}

}  // namespace

int tabularWidth(const QFontMetrics& metrics, const QString& text) { return int(widthOf(metrics, text) + 0.999); }

void drawTabular(QPainter& painter, const QRectF& box, Qt::Alignment alignment, const QString& text) {
    const QFontMetricsF metrics(painter.font());
    const double digit = digitWidth(metrics);
    const double total = widthOf(metrics, text);
    double x = box.left();
    if (alignment & Qt::AlignRight) x = box.right() - total;
    if (alignment & Qt::AlignHCenter) x = box.center().x() - total / 2;
    const double y = box.top() + (box.height() + metrics.ascent() - metrics.descent()) / 2;
    qsizetype start = 0;
    for (qsizetype i = 0; i <= text.size(); ++i) {
        if (i < text.size() && !isDigit(text[i])) continue;
        if (i > start) {
            const QString piece = text.mid(start, i - start);
            painter.drawText(QPointF(x, y), piece);
            x += metrics.horizontalAdvance(piece);
        }
        if (i < text.size()) {
            const QString figure(text[i]);
            painter.drawText(QPointF(x + (digit - metrics.horizontalAdvance(figure)) / 2, y), figure);
            x += digit;
        }
        start = i + 1;
    }
}

}  // namespace roundoff::ui
