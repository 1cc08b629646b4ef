#include "ui/shell/compare_chooser.h"

#include <QLabel>
#include <QListWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <numeric>

#include "ui/models/scheme_list.h"
#include "ui/models/scheme_list_delegate.h"
#include "ui/shell/numbers.h"
#include "ui/shell/scheme_box.h"
#include "ui/shell/scheme_words.h"
#include "ui/shell/store.h"

namespace roundoff::ui {

namespace {
constexpr Qt::ItemFlags kOffered = Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable;
}  // namespace

CompareChooser::CompareChooser(QWidget* parent)
    : QFrame(parent, Qt::Popup),
      m_list(new QListWidget(this)),
      m_offers(new SchemeList(SchemeList::Rows::Schemes, this)),
      m_box(new SchemeBox(this)),
      m_note(new QLabel(this)) {
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
    SchemeListDelegate::dress(m_list);
    setFixedSize(SchemeListDelegate::kWidth + 26, 460);
    connect(m_list, &QListWidget::itemChanged, this, [this] {
        if (!m_filling) limit();
    });
    connect(m_box, &SchemeBox::problemChanged, m_note, &QLabel::setText);
    connect(m_box, &SchemeBox::schemeChosen, this, [this](const schemes::Scheme& scheme) {
        const auto there = m_list->findItems(schemeText(scheme), Qt::MatchExactly);
        if (there.isEmpty()) {
            const int row = m_offers->rowOf(scheme);
            add(scheme, row < 0 ? QModelIndex() : m_offers->index(row), true);
            m_list->scrollToBottom();
        } else {
            there.front()->setCheckState(Qt::Checked);
            m_list->scrollToItem(there.front());
        }
        limit();
    });
}

void CompareChooser::heading(const QString& text, const QString& summary) {
    auto* item = new QListWidgetItem(text, m_list);
    item->setData(SchemeList::HeadingRole, true);
    item->setData(SchemeList::SummaryRole, summary);
    item->setFlags(Qt::NoItemFlags);
}

void CompareChooser::add(const schemes::Scheme& scheme, const QModelIndex& like, bool checked) {
    m_filling = true;
    auto* item = new QListWidgetItem(schemeText(scheme), m_list);
    item->setFlags(kOffered);
    item->setCheckState(checked ? Qt::Checked : Qt::Unchecked);
    item->setToolTip(schemeSentence(scheme));
    item->setData(SchemeList::SummaryRole, schemeSentence(scheme));
    for (const int role : {int(SchemeList::SummaryRole), int(SchemeList::BitsRole), int(SchemeList::SizeRole),
                           int(Qt::ToolTipRole), int(Qt::AccessibleTextRole)})
        if (like.isValid()) item->setData(role, like.data(role));
    m_filling = false;
}

void CompareChooser::open(const std::vector<schemes::Scheme>& chosen, const model::Model& model, const QPoint& position) {
    std::vector<int> layers(model.empty() ? 0 : model.layers().size());
    std::iota(layers.begin(), layers.end(), 0);
    m_offers->setSubject(model, layers, tr("the model"));
    m_list->clear();
    if (!chosen.empty()) heading(tr("Compared now"), {});
    for (const auto& scheme : chosen) {
        const int row = m_offers->rowOf(scheme);
        add(scheme, row < 0 ? QModelIndex() : m_offers->index(row), true);
    }
    for (int row = 0; row < m_offers->rowCount(); ++row) {
        const QModelIndex offer = m_offers->index(row);
        if (const auto* scheme = m_offers->schemeAt(row)) {
            if (std::find(chosen.begin(), chosen.end(), *scheme) == chosen.end()) add(*scheme, offer, false);
        } else {
            heading(offer.data().toString(), offer.data(SchemeList::SummaryRole).toString());
        }
    }
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
        if (!item->data(SchemeList::HeadingRole).toBool())
            item->setFlags(on || !full ? kOffered : Qt::ItemFlags(Qt::NoItemFlags));
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
