#include "ui/shell/drop_overlay.h"

#include <QPainter>
#include <QStringList>

#include "core/formats/format.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {
namespace {

QStringList extensions() {
    QStringList all;
    for (const auto& format : formats::formats())
        for (const auto extension : format.extensions)
            all << QString::fromUtf8(extension.data(), qsizetype(extension.size()));
    return all;
}

}  // namespace

QString acceptedTypes() { return extensions().join(QStringLiteral(", ")); }

bool hasAcceptedType(const QString& path) {
    for (const QString& extension : extensions())
        if (path.endsWith(extension, Qt::CaseInsensitive)) return true;
    return false;
}

DropOverlay::DropOverlay(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("dropOverlay"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

void DropOverlay::announce(const QString& text, bool accepted) {
    m_text = text;
    m_accepted = accepted;
    setGeometry(parentWidget()->rect());
    setAccessibleName(text);
    raise();
    show();
    update();
}

void DropOverlay::paintEvent(QPaintEvent*) {
    const Theme& t = theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor veil = t.window;
    veil.setAlphaF(0.86F);
    painter.fillRect(rect(), veil);
    const QColor colour = m_accepted ? t.accent : t.error;
    painter.setPen(QPen(colour, 2, Qt::DashLine));
    painter.drawRoundedRect(QRectF(rect()).adjusted(24, 24, -24, -24), 12, 12);
    QFont font = painter.font();
    font.setPointSizeF(16);
    font.setWeight(QFont::DemiBold);
    painter.setFont(font);
    painter.setPen(colour);
    painter.drawText(rect().adjusted(60, 60, -60, -60), Qt::AlignCenter | Qt::TextWordWrap, m_text);
}

}  // namespace roundoff::ui
