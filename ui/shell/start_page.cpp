#include "ui/shell/start_page.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QIcon>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/shell/drop_overlay.h"

namespace roundoff::ui {

StartPage::StartPage(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("startPage"));
    setProperty("look", QStringLiteral("page"));
    setAttribute(Qt::WA_StyledBackground);

    auto* icon = new QLabel(this);
    icon->setPixmap(QIcon(QStringLiteral(":/icons/roundoff.svg")).pixmap(56, 56));
    icon->setFixedSize(56, 56);
    auto* title = new QLabel(QStringLiteral("Roundoff"), this);
    title->setProperty("look", QStringLiteral("display"));
    auto* sentence = new QLabel(
        tr("See what quantization does to a neural network, layer by layer, while you change it."), this);
    sentence->setProperty("look", QStringLiteral("muted"));
    sentence->setWordWrap(true);

    auto* open = new QPushButton(tr("Open model…"), this);
    open->setObjectName(QStringLiteral("startOpen"));
    open->setProperty("look", QStringLiteral("primary"));
    auto* sample = new QPushButton(tr("Try the sample"), this);
    sample->setObjectName(QStringLiteral("startSample"));
    m_sample = sample;
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(10);
    buttons->addWidget(open);
    buttons->addWidget(sample);
    buttons->addStretch();

    m_recentBox = new QWidget(this);
    m_recentBox->setObjectName(QStringLiteral("startRecent"));
    auto* recentColumn = new QVBoxLayout(m_recentBox);
    recentColumn->setContentsMargins(0, 0, 0, 0);
    recentColumn->setSpacing(2);
    auto* heading = new QLabel(tr("Recent"), m_recentBox);
    heading->setProperty("look", QStringLiteral("section"));
    recentColumn->addWidget(heading);
    m_recent = new QVBoxLayout;
    m_recent->setSpacing(0);
    recentColumn->addLayout(m_recent);

    auto* hint = new QLabel(tr("or drop a file anywhere in this window: %1").arg(acceptedTypes()), this);
    hint->setProperty("look", QStringLiteral("small"));

    auto* card = new QWidget(this);
    card->setFixedWidth(460);
    auto* column = new QVBoxLayout(card);
    column->setSpacing(0);
    column->addWidget(icon);
    column->addSpacing(14);
    column->addWidget(title);
    column->addSpacing(4);
    column->addWidget(sentence);
    column->addSpacing(22);
    column->addLayout(buttons);
    column->addSpacing(12);
    column->addWidget(hint);
    column->addSpacing(28);
    column->addWidget(m_recentBox);
    auto* outer = new QVBoxLayout(this);
    outer->addStretch(2);
    outer->addWidget(card, 0, Qt::AlignHCenter);
    outer->addStretch(3);

    connect(open, &QPushButton::clicked, this, &StartPage::openWanted);
    connect(sample, &QPushButton::clicked, this, &StartPage::sampleWanted);
    setRecent({});
}

void StartPage::setRecent(const QStringList& paths) {
    while (QLayoutItem* item = m_recent->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (const QString& path : paths.mid(0, 5)) {
        const QFileInfo file(path);
        auto* row = new QWidget(m_recentBox);
        auto* line = new QHBoxLayout(row);
        line->setContentsMargins(0, 0, 0, 0);
        auto* button = new QPushButton(file.fileName(), row);
        button->setProperty("look", QStringLiteral("link"));
        button->setCursor(Qt::PointingHandCursor);
        button->setToolTip(path);
        auto* folder = new QLabel(row);
        folder->setProperty("look", QStringLiteral("small"));
        folder->setText(folder->fontMetrics().elidedText(file.path(), Qt::ElideMiddle, 260));
        line->addWidget(button);
        line->addWidget(folder, 1);
        connect(button, &QPushButton::clicked, this, [this, path] { Q_EMIT pathWanted(path); });
        m_recent->addWidget(row);
    }
    if (paths.isEmpty()) {
        auto* none = new QLabel(tr("Models you open will be listed here."), m_recentBox);
        none->setProperty("look", QStringLiteral("muted"));
        m_recent->addWidget(none);
    }
}

void StartPage::setSampleAvailable(bool available) {
    m_sample->setEnabled(available);
    m_sample->setToolTip(available ? QString() : tr("The sample models were not found beside this program."));
}

}  // namespace roundoff::ui
