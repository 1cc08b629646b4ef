#include "ui/charts/scheme_legend.h"

#include <QFontMetrics>
#include <QPainter>
#include <QStringList>

#include "ui/charts/markers.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {
namespace {

constexpr int kMark = 24, kGap = 18;

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
            const QColor colour = schemeColour(entry.scheme);
            const QPointF centre(x + 9, y + row / 2.0);
            if (m_lines) {
                painter->setPen(QPen(colour, 2, dashOf(entry.scheme)));
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
