#include "ui/views/overview_tile.h"

#include <QLabel>
#include <QMouseEvent>
#include <QStyle>
#include <QVBoxLayout>

namespace roundoff::ui {

OverviewTile::OverviewTile(const QString& title, QWidget* parent)
    : QFrame(parent), m_title(new QLabel(this)), m_headline(new QLabel(this)), m_note(new QLabel(this)) {
    setProperty("look", QStringLiteral("tile"));
    m_title->setProperty("look", QStringLiteral("small"));
    m_note->setProperty("look", QStringLiteral("small"));
    m_titleText = title;
    m_title->setMinimumWidth(40);
    m_note->setMinimumWidth(40);
    m_headline->setMinimumWidth(40);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(13, 9, 10, 9);
    column->setSpacing(2);
    column->addWidget(m_title);
    column->addWidget(m_headline);
    column->addWidget(m_note);
}

void OverviewTile::setTitle(const QString& title) {
    m_titleText = title;
    elide();
}

void OverviewTile::show(const QString& headline, const QString& note, bool missing) {
    m_headline->setText(headline);
    m_missing = missing;
    m_noteText = note;
    setAccessibleName(m_titleText + QStringLiteral(": ") + headline + QStringLiteral(", ") + note);
    elide();
}

void OverviewTile::setLink(bool on) {
    m_link = on;
    setCursor(on ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void OverviewTile::elide() {
    const int room = width() - 26;
    const auto wear = [this](const char* look) {
        if (m_headline->property("look") == QLatin1String(look)) return;
        m_headline->setProperty("look", QLatin1String(look));
        m_headline->style()->unpolish(m_headline);
        m_headline->style()->polish(m_headline);
    };
    wear(m_missing ? "headlineMissing" : "headline");
    if (m_headline->fontMetrics().horizontalAdvance(m_headline->text()) > room)
        wear(m_missing ? "headlineMissingSmall" : "headlineSmall");
    m_title->setText(m_title->fontMetrics().elidedText(m_titleText, Qt::ElideRight, room));
    m_title->setToolTip(m_title->text() == m_titleText ? QString() : m_titleText);
    m_note->setText(m_note->fontMetrics().elidedText(m_noteText, m_noteElide, room));
    m_note->setToolTip(m_note->text() == m_noteText ? QString() : m_noteText);
}

void OverviewTile::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    elide();
}

void OverviewTile::mouseReleaseEvent(QMouseEvent* event) {
    if (m_link && rect().contains(event->position().toPoint())) Q_EMIT clicked();
}

}  // namespace roundoff::ui
