#include "ui/shell/compare_chooser.h"

#include <QLabel>
#include <QListWidget>
#include <QVBoxLayout>

#include "ui/shell/numbers.h"
#include "ui/shell/scheme_box.h"
#include "ui/shell/scheme_words.h"
#include "ui/shell/store.h"

namespace roundoff::ui {

CompareChooser::CompareChooser(QWidget* parent)
    : QFrame(parent, Qt::Popup), m_list(new QListWidget(this)), m_box(new SchemeBox(this)), m_note(new QLabel(this)) {
    setObjectName(QStringLiteral("compareChooser"));
    setProperty("look", QStringLiteral("popup"));
    auto* title = new QLabel(tr("Columns beside the working scheme"), this);
    title->setProperty("look", QStringLiteral("section"));
    m_note->setProperty("look", QStringLiteral("small"));
    m_note->setWordWrap(true);
    m_list->setAccessibleName(tr("Schemes to compare"));
    m_box->setAccessibleName(tr("Add a scheme"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 10, 12, 12);
    column->addWidget(title);
    column->addWidget(m_list);
    column->addWidget(m_box);
    column->addWidget(m_note);
    setFixedSize(270, 400);
    connect(m_list, &QListWidget::itemChanged, this, [this] {
        if (!m_filling) limit();
    });
    connect(m_box, &SchemeBox::problemChanged, m_note, &QLabel::setText);
    connect(m_box, &SchemeBox::schemeChosen, this, [this](const schemes::Scheme& scheme) {
        add(schemeText(scheme), true);
        limit();
    });
}

void CompareChooser::add(const QString& text, bool checked) {
    m_filling = true;
    const auto found = m_list->findItems(text, Qt::MatchExactly);
    QListWidgetItem* item = found.isEmpty() ? new QListWidgetItem(text, m_list) : found.front();
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
    item->setCheckState(checked ? Qt::Checked : Qt::Unchecked);
    if (const auto scheme = schemes::parseScheme(text.toStdString())) item->setToolTip(schemeSentence(*scheme));
    m_filling = false;
}

void CompareChooser::open(const std::vector<schemes::Scheme>& chosen, const QPoint& position) {
    m_list->clear();
    for (const auto& scheme : chosen) add(schemeText(scheme), true);
    for (const QString& word : offeredSchemes())
        if (m_list->findItems(word, Qt::MatchExactly).isEmpty()) add(word, false);
    limit();
    move(position);
    show();
    m_list->setFocus();
}

void CompareChooser::limit() {
    const std::size_t count = checked().size();
    const bool full = count >= Store::kMaxCompared;
    m_filling = true;
    for (int i = 0; i < m_list->count(); ++i) {
        auto* item = m_list->item(i);
        const bool on = item->checkState() == Qt::Checked;
        item->setFlags(on || !full ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable
                                   : Qt::NoItemFlags);
    }
    m_filling = false;
    m_box->setEnabled(!full);
    m_note->setText(tr("%1 of %2 chosen").arg(count).arg(Store::kMaxCompared));
}

std::vector<schemes::Scheme> CompareChooser::checked() const {
    std::vector<schemes::Scheme> all;
    for (int i = 0; i < m_list->count(); ++i)
        if (m_list->item(i)->checkState() == Qt::Checked)
            if (auto scheme = schemes::parseScheme(m_list->item(i)->text().toStdString()))
                all.push_back(std::move(*scheme));
    return all;
}

void CompareChooser::hideEvent(QHideEvent* event) {
    QFrame::hideEvent(event);
    Q_EMIT chosen(checked());
}

}  // namespace roundoff::ui
