#include "ui/shell/finding_card.h"

#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

#include "ui/shell/numbers.h"

namespace roundoff::ui {

FindingCard::FindingCard(QWidget* parent) : QFrame(parent), m_text(new QLabel(this)), m_action(new QPushButton(this)) {
    setProperty("look", QStringLiteral("card"));
    m_text->setWordWrap(true);
    m_text->setTextFormat(Qt::RichText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_action->setProperty("look", QStringLiteral("link"));
    m_action->setCursor(Qt::PointingHandCursor);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(10, 8, 10, 6);
    column->setSpacing(2);
    column->addWidget(m_text);
    column->addWidget(m_action, 0, Qt::AlignLeft);
    connect(m_action, &QPushButton::clicked, this, [this] {
        if (m_finding.suggestion)
            Q_EMIT schemeWanted(m_finding.layer, *m_finding.suggestion);
        else
            Q_EMIT layerChosen(m_finding.layer);
    });
}

void FindingCard::setTone(const QString& tone) {
    setProperty("tone", tone);
    style()->unpolish(this);
    style()->polish(this);
}

void FindingCard::show(const analysis::Finding& finding, const QString& layerName, bool nameLayer) {
    using Severity = analysis::Finding::Severity;
    m_finding = finding;
    QString message = QString::fromStdString(finding.message);
    QString head;
    if (!layerName.isEmpty() && message.startsWith(layerName + QLatin1String(": "))) {
        message.remove(0, layerName.size() + 2);
        if (nameLayer) head = QStringLiteral("<b>%1</b><br>").arg(layerName.toHtmlEscaped());
    }
    m_text->setText(head + message.toHtmlEscaped());
    setTone(finding.severity == Severity::Problem   ? QStringLiteral("problem")
            : finding.severity == Severity::Warning ? QStringLiteral("warn")
                                                    : QStringLiteral("info"));
    m_action->setVisible(finding.layer >= 0 && (finding.suggestion || nameLayer));
    m_action->setText(finding.suggestion ? tr("Use %1").arg(schemeText(*finding.suggestion)) : tr("Show the layer"));
}

void FindingCard::showAdvice(const QString& title, const QString& text, const QString& tone) {
    m_finding = {};
    m_text->setText(QStringLiteral("<b>%1</b><br>%2").arg(title.toHtmlEscaped(), text.toHtmlEscaped()));
    setTone(tone);
    m_action->hide();
}

}  // namespace roundoff::ui
