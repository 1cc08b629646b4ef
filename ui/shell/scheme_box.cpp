#include "ui/shell/scheme_box.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QFocusEvent>
#include <QLineEdit>
#include <QStyle>

#include "ui/models/scheme_list.h"
#include "ui/models/scheme_list_delegate.h"
#include "ui/shell/numbers.h"
#include "ui/shell/scheme_words.h"

namespace roundoff::ui {

SchemeBox::SchemeBox(QWidget* parent)
    : QComboBox(parent), m_list(new SchemeList(SchemeList::Rows::Schemes, this)) {
    setEditable(true);
    setInsertPolicy(QComboBox::NoInsert);
    setMaxVisibleItems(12);
    setModel(m_list);
    SchemeListDelegate::dress(view());
    auto* finder = new QCompleter(m_list, this);
    finder->setCompletionMode(QCompleter::PopupCompletion);
    finder->setCompletionRole(SchemeList::TextRole);
    finder->setFilterMode(Qt::MatchContains);
    finder->setCaseSensitivity(Qt::CaseInsensitive);
    finder->setMaxVisibleItems(10);
    setCompleter(finder);
    SchemeListDelegate::dress(finder->popup());
    connect(this, &QComboBox::editTextChanged, this, &SchemeBox::check);
    connect(this, &QComboBox::activated, this, &SchemeBox::choose);
    connect(lineEdit(), &QLineEdit::returnPressed, this, &SchemeBox::choose);
}

void SchemeBox::setScheme(const schemes::Scheme& scheme) {
    m_scheme = scheme;
    {
        const QSignalBlocker block(this);
        setCurrentIndex(m_list->rowOf(scheme));
        setEditText(schemeText(scheme));
    }
    lineEdit()->setCursorPosition(0);
    check(currentText());
    setToolTip(schemeSentence(scheme));
}

void SchemeBox::setSubject(const model::Model& model, std::vector<int> layers, const QString& name) {
    m_list->setSubject(model, std::move(layers), name);
}

void SchemeBox::check(const QString& text) {
    const auto scheme = schemes::parseScheme(text.trimmed().toStdString());
    const QString problem = scheme ? QString() : QString::fromStdString(scheme.error().line());
    if (problem == m_problem) return;
    m_problem = problem;
    setToolTip(scheme ? schemeSentence(*scheme) : problem);
    setProperty("wrong", !problem.isEmpty());
    style()->unpolish(this);
    style()->polish(this);
    Q_EMIT problemChanged(m_problem);
}

void SchemeBox::choose() {
    const auto scheme = schemes::parseScheme(currentText().trimmed().toStdString());
    if (!scheme) return check(currentText());
    const bool different = *scheme != m_scheme;
    setScheme(*scheme);
    if (different) Q_EMIT schemeChosen(*scheme);
}

void SchemeBox::focusOutEvent(QFocusEvent* event) {
    QComboBox::focusOutEvent(event);
    // A half-typed word must not look like the scheme in force.
    if (event->reason() != Qt::PopupFocusReason && event->reason() != Qt::ActiveWindowFocusReason) {
        setScheme(m_scheme);
    }
}

}  // namespace roundoff::ui
