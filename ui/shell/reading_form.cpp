#include "ui/shell/reading_form.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QStyle>
#include <algorithm>

namespace roundoff::ui {
namespace {

QString words(const char* text) { return QCoreApplication::translate("Reading", text); }

QString nameOf(const char* id) {
    QString name = QString::fromLatin1(id);
    name[0] = name[0].toUpper();
    return QStringLiteral("reading") + name;
}

}  // namespace

ReadingForm::ReadingForm(QWidget* parent) : QWidget(parent), m_grid(new QGridLayout), m_title(new QLabel(this)), m_problem(new QLabel(this)) {
    setObjectName(QStringLiteral("readingForm"));
    m_title->setText(tr("How it is read"));
    m_title->setProperty("look", QStringLiteral("section"));
    m_problem->setObjectName(QStringLiteral("readingProblem"));
    m_problem->setProperty("look", QStringLiteral("error"));
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->hide();
    m_grid->setHorizontalSpacing(8);
    m_grid->setVerticalSpacing(5);
    m_grid->setColumnMinimumWidth(0, 52);
    for (const int column : {1, 3}) m_grid->setColumnStretch(column, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 2, 0, 0);
    column->setSpacing(6);
    column->addWidget(m_title);
    column->addLayout(m_grid);
    column->addWidget(m_problem);
    for (const ReadingField& field : readingFields()) m_entries.push_back(entry(field));
}

ReadingForm::Entry ReadingForm::entry(const ReadingField& field) {
    Entry made{&field, new QLabel(words(field.title), this), nullptr, nullptr, {}};
    made.label->setProperty("look", QStringLiteral("muted"));
    QWidget* widget = nullptr;
    if (field.choices.empty()) {
        widget = made.edit = new QLineEdit(this);
        made.edit->setPlaceholderText(words(field.hint));
        connect(made.edit, &QLineEdit::editingFinished, this, &ReadingForm::read);
    } else {
        widget = made.choice = new QComboBox(this);
        for (const auto& choice : field.choices) made.choice->addItem(words(choice.title), QString::fromLatin1(choice.word));
        connect(made.choice, &QComboBox::currentIndexChanged, this, &ReadingForm::read);
    }
    widget->setObjectName(nameOf(field.id));
    widget->setToolTip(words(field.tip));
    widget->setAccessibleName(words(field.title));
    widget->setMinimumWidth(60);
    made.label->setBuddy(widget);
    return made;
}

void ReadingForm::show(const calibration::DataSource& source, const ReadingNeeds& needs) {
    arrange(needs);
    if (source == m_source) return;  // as typed
    m_source = source;
    for (Entry& entry : m_entries) fill(entry);
    m_problem->hide();
}

void ReadingForm::arrange(const ReadingNeeds& needs) {
    int shown = 0;
    for (Entry& entry : m_entries) {
        QWidget* widget = entry.edit ? static_cast<QWidget*>(entry.edit) : entry.choice;
        m_grid->removeWidget(entry.label);
        m_grid->removeWidget(widget);
        const bool wanted = needs.has(entry.field->kind);
        entry.label->setVisible(wanted);
        widget->setVisible(wanted);
        if (!wanted) {
            fill(entry);  // what was wrong in it no longer matters
            continue;
        }
        const bool wide = entry.field->kind == Reading::Sizes;
        if (wide) {
            QStringList names;
            for (const std::string& name : needs.sizes) names << QString::fromStdString(name) + QStringLiteral("=N");
            entry.edit->setPlaceholderText(names.join(QStringLiteral(", ")));
            shown += shown % 2;
        }
        m_grid->addWidget(entry.label, shown / 2, shown % 2 * 2);
        m_grid->addWidget(widget, shown / 2, shown % 2 * 2 + 1, 1, wide ? 3 : 1);
        shown += wide ? 2 : 1;
    }
    setVisible(shown > 0);
    if (valid()) m_problem->hide();
}

void ReadingForm::fill(Entry& entry) {
    const QString text = entry.field->text(m_source);
    if (entry.edit) {
        entry.edit->setText(text);
    } else {
        const QSignalBlocker quiet(entry.choice);
        entry.choice->setCurrentIndex(std::max(0, entry.choice->findData(text)));
    }
    mark(entry, {});
}

void ReadingForm::read() {
    calibration::DataSource source = m_source;
    QString problem;
    const bool before = valid();
    for (Entry& entry : m_entries) {
        const QString text = entry.edit ? entry.edit->text().trimmed() : entry.choice->currentData().toString();
        const auto taken = entry.field->take(source, text.toStdString());
        const QString wrong = taken ? QString() : QString::fromStdString(Error{taken.error().code, "", taken.error().what, taken.error().remedy}.line());
        mark(entry, wrong);
        if (problem.isEmpty() && !wrong.isEmpty()) problem = words(entry.field->title) + QStringLiteral(": ") + wrong;
    }
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    if (valid() != before) Q_EMIT problemChanged();
    if (!valid() || source == m_source) return;
    m_source = source;
    Q_EMIT edited(source);
}

void ReadingForm::mark(Entry& entry, const QString& problem) {
    if (!entry.edit || entry.problem == problem) return;
    entry.problem = problem;
    entry.edit->setProperty("wrong", !problem.isEmpty());
    entry.edit->setToolTip(problem.isEmpty() ? words(entry.field->tip) : problem);
    entry.edit->style()->unpolish(entry.edit);
    entry.edit->style()->polish(entry.edit);
}

bool ReadingForm::valid() const {
    return std::ranges::all_of(m_entries, [](const Entry& entry) { return entry.problem.isEmpty(); });
}

}  // namespace roundoff::ui
