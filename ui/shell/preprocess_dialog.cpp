#include "ui/shell/preprocess_dialog.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/preprocessing/step.h"

namespace roundoff::ui {
namespace {

constexpr int kIndent = 26;  // below a box's text

QString text(std::string_view value) { return QString::fromUtf8(value.data(), qsizetype(value.size())); }

QLabel* small(const QString& words, QWidget* parent) {
    auto* label = new QLabel(words, parent);
    label->setProperty("look", QStringLiteral("small"));
    label->setWordWrap(true);
    label->setContentsMargins(kIndent, 0, 0, 0);
    return label;
}

}  // namespace

PreprocessDialog::PreprocessDialog(Store& store, Jobs& jobs, QWidget* parent)
    : QDialog(parent),
      m_store(store),
      m_jobs(jobs),
      m_data(new QLabel(this)),
      m_apply(new QPushButton(tr("Apply"), this)),
      m_close(new QPushButton(tr("Close"), this)) {
    setObjectName(QStringLiteral("preprocessDialog"));
    setWindowTitle(tr("Preprocess the model"));
    resize(560, 460);
    m_apply->setObjectName(QStringLiteral("preprocessApply"));
    m_apply->setProperty("look", QStringLiteral("primary"));
    m_apply->setDefault(true);
    m_data->setWordWrap(true);
    m_data->setProperty("look", QStringLiteral("small"));

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(18, 16, 18, 16);
    column->setSpacing(4);
    for (const preprocessing::Step& step : preprocessing::steps()) {
        Row row{std::string(step.id), new QCheckBox(text(step.title), this), nullptr};
        row.box->setObjectName(text(step.id));
        row.box->setChecked(true);
        column->addWidget(row.box);
        column->addWidget(small(text(step.summary) + QStringLiteral("."), this));
        row.outcome = small({}, this);
        row.outcome->setObjectName(text(step.id) + QStringLiteral(".outcome"));
        row.outcome->setProperty("look", QString());
        column->addWidget(row.outcome);
        column->addSpacing(8);
        connect(row.box, &QCheckBox::toggled, this, &PreprocessDialog::updateButtons);
        m_rows.push_back(row);
    }
    column->addStretch();
    column->addWidget(m_data);
    column->addSpacing(8);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(m_close);
    buttons->addWidget(m_apply);
    column->addLayout(buttons);

    connect(m_apply, &QPushButton::clicked, this, [this] { m_jobs.preprocess(wanted()); });
    connect(m_close, &QPushButton::clicked, this, &QDialog::close);
    connect(&store, &Store::changed, this, &PreprocessDialog::refresh);
    connect(&jobs, &Jobs::statusChanged, this, &PreprocessDialog::updateButtons);
    refresh(unsigned(Change::All));
}

void PreprocessDialog::refresh(unsigned changes) {
    if (!has(changes, Change::Model) && !has(changes, Change::Data)) return;
    const State& state = m_store.state();
    if (state.model.empty()) return void(close());
    const auto& done = state.model.info().preprocessing;
    for (const Row& row : m_rows) {
        const auto found = std::ranges::find(done, row.step, &model::Preprocessing::step);
        row.outcome->setVisible(found != done.end());
        if (found != done.end()) row.outcome->setText((found->kept ? QStringLiteral("✓ ") : QString()) + QString::fromStdString(found->words));
        if (has(changes, Change::Model) && !done.empty()) row.box->setChecked(found != done.end());
    }
    m_data->setText(tr("Before and after each step both models run on %1; a step that changes what comes out is left out. "
                       "Undo gives the model back as it was.")
                        .arg(state.data.calibration ? dataText(state.data.calibration) : tr("synthetic inputs")));
    updateButtons();
}

void PreprocessDialog::updateButtons() {
    const bool running = m_jobs.preprocessing();
    for (const Row& row : m_rows) row.box->setEnabled(!running);
    m_apply->setText(running ? tr("Working…") : wanted().empty() ? tr("Take the model as it was") : tr("Apply"));
    m_apply->setEnabled(!running);
}

std::vector<std::string> PreprocessDialog::wanted() const {
    std::vector<std::string> steps;
    for (const Row& row : m_rows)
        if (row.box->isChecked()) steps.push_back(row.step);
    return steps;
}

}  // namespace roundoff::ui
