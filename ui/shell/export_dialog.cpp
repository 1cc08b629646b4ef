#include "ui/shell/export_dialog.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDesktopServices>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStyle>
#include <QTableWidget>
#include <QUrl>
#include <QVBoxLayout>
#include <cmath>

#include "ui/shell/numbers.h"
#include "ui/shell/theme.h"
#include "ui/shell/window_words.h"

namespace roundoff::ui {
namespace {

QString text(std::string_view value) { return QString::fromUtf8(value.data(), qsizetype(value.size())); }

QTableWidget* table(const QStringList& headers, const QString& name, QWidget* parent) {
    auto* result = new QTableWidget(0, int(headers.size()), parent);
    result->setObjectName(name);
    result->setHorizontalHeaderLabels(headers);
    result->horizontalHeader()->setStretchLastSection(true);
    result->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    result->horizontalHeader()->setHighlightSections(false);
    result->verticalHeader()->hide();
    result->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    result->setEditTriggers(QAbstractItemView::NoEditTriggers);
    result->setSelectionBehavior(QAbstractItemView::SelectRows);
    result->setShowGrid(false);
    result->setWordWrap(true);
    return result;
}

}  // namespace

ExportDialog::ExportDialog(Store& store, Jobs& jobs, QWidget* parent)
    : QDialog(parent),
      m_store(store),
      m_jobs(jobs),
      m_target(new QComboBox(this)),
      m_summary(new QLabel(this)),
      m_fit(new QLabel(this)),
      m_headline(new QLabel(this)),
      m_refused(table({tr("Layer"), tr("Why not")}, QStringLiteral("exportRefused"), this)),
      m_results(table({tr("Step"), tr("Outcome"), tr("Evidence")}, QStringLiteral("exportResults"), this)),
      m_path(new QLineEdit(this)),
      m_external(new QCheckBox(tr("Weights in a data file beside the model"), this)),
      m_faster(new QCheckBox(tr("Only faster layers: measure here, leave float what gains nothing"), this)),
      m_verify(new QCheckBox(tr("Prove the file: re-open it, compare bit for bit, run both models"), this)),
      m_start(new QPushButton(tr("Export"), this)),
      m_close(new QPushButton(tr("Close"), this)),
      m_copy(new QPushButton(tr("Copy"), this)),
      m_folder(new QPushButton(tr("Show in folder"), this)) {
    setObjectName(QStringLiteral("exportDialog"));
    setWindowTitle(tr("Export"));
    resize(720, 620);
    m_target->setObjectName(QStringLiteral("exportTarget"));
    m_target->setAccessibleName(tr("Target"));
    m_path->setObjectName(QStringLiteral("exportPath"));
    m_path->setAccessibleName(tr("File"));
    m_start->setObjectName(QStringLiteral("exportStart"));
    m_start->setProperty("look", QStringLiteral("primary"));
    m_start->setDefault(true);
    m_headline->setObjectName(QStringLiteral("exportHeadline"));
    m_headline->setProperty("look", QStringLiteral("title"));
    m_headline->setWordWrap(true);
    m_headline->hide();
    m_summary->setProperty("look", QStringLiteral("small"));
    m_summary->setWordWrap(true);
    m_fit->setWordWrap(true);
    m_fit->setObjectName(QStringLiteral("exportFit"));
    m_faster->setObjectName(QStringLiteral("exportOnlyFaster"));
    m_verify->setChecked(true);
    for (const auto& one : exports::targets()) m_target->addItem(text(one.title), text(one.id));

    auto* browseButton = new QPushButton(tr("Browse…"), this);
    auto* file = new QHBoxLayout;
    file->setSpacing(8);
    file->addWidget(m_path, 1);
    file->addWidget(browseButton);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("Target"), m_target);
    form->addRow(QString(), m_summary);
    form->addRow(tr("File"), file);
    form->addRow(QString(), m_external);
    form->addRow(QString(), m_faster);
    form->addRow(QString(), m_verify);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_copy);
    buttons->addWidget(m_folder);
    buttons->addStretch();
    buttons->addWidget(m_close);
    buttons->addWidget(m_start);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(18, 16, 18, 16);
    column->setSpacing(10);
    column->addLayout(form);
    column->addWidget(m_fit);
    column->addWidget(m_refused, 100);
    column->addWidget(m_headline);
    column->addWidget(m_results, 300);
    column->addStretch(1);  // takes what is left while there are no tables
    column->addLayout(buttons);
    m_results->hide();
    m_copy->hide();
    m_folder->hide();

    connect(browseButton, &QPushButton::clicked, this, &ExportDialog::browse);
    connect(m_target, &QComboBox::currentIndexChanged, this, &ExportDialog::showTarget);
    connect(m_path, &QLineEdit::textEdited, this, [this] { m_pathEdited = true; });
    connect(m_start, &QPushButton::clicked, this, &ExportDialog::start);
    connect(m_close, &QPushButton::clicked, this, &ExportDialog::reject);
    connect(m_copy, &QPushButton::clicked, this, &ExportDialog::copy);
    connect(m_folder, &QPushButton::clicked, this,
            [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(m_path->text()).absolutePath())); });
    connect(&jobs.engine(), &Engine::exportStep, this, &ExportDialog::onStep);
    connect(&jobs.engine(), &Engine::progress, this, &ExportDialog::onProgress);
    connect(&jobs.engine(), &Engine::exported, this, &ExportDialog::onExported);
    connect(&jobs.engine(), &Engine::failed, this, &ExportDialog::onFailed);
    connect(&store, &Store::changed, this, [this](unsigned changes) {
        if (has(changes, Change::Recipe) || has(changes, Change::Model)) showTarget();
    });
    showTarget();
}

const exports::Target& ExportDialog::target() const {
    return exports::targets()[std::size_t(std::max(0, m_target->currentIndex()))];
}

void ExportDialog::setPath(const QString& path) {
    m_path->setText(path);
    m_pathEdited = true;
}

void ExportDialog::suggestPath() {
    if (m_pathEdited || m_store.state().model.empty()) return;
    const QFileInfo model(QString::fromStdString(m_store.state().model.info().path));
    QString word = m_store.state().recipe.layers.empty() ? schemeText(m_store.state().recipe.standard) : tr("mixed");
    word.replace(QLatin1Char(':'), QLatin1Char('-')).replace(QLatin1Char('/'), QLatin1Char('_'));
    m_path->setText(model.absolutePath() + QLatin1Char('/') + model.completeBaseName() + QLatin1Char('.') + word +
                    text(target().extension));
}

void ExportDialog::showTarget() {
    if (exports::targets().empty() || m_store.state().model.empty() || running()) return;
    suggestPath();
    m_summary->setText(text(target().summary));
    const auto& layers = m_store.state().model.layers();
    m_refused->setRowCount(0);
    for (const auto& layer : layers) {
        const auto& scheme = m_store.state().recipe.schemeOf(layer.name);
        if (scheme.isFloat() || layer.stored) continue;
        const std::string reason = target().whyNot(layer, scheme);
        if (reason.empty()) continue;
        const int row = m_refused->rowCount();
        if (row == 200) break;
        m_refused->insertRow(row);
        m_refused->setItem(row, 0, new QTableWidgetItem(QString::fromStdString(layer.name)));
        m_refused->setItem(row, 1, new QTableWidgetItem(QString::fromStdString(reason)));
    }
    m_refused->setColumnWidth(0, 200);
    const int refused = m_refused->rowCount();
    m_refused->setVisible(refused > 0);
    m_fit->setText(refused == 0
                       ? tr("This target holds all %1 layers under their schemes.").arg(layers.size())
                       : tr("This target cannot hold %1 of %2 layers as planned:").arg(refused).arg(layers.size()));
}

void ExportDialog::browse() {
    const QString path = QFileDialog::getSaveFileName(this, tr("Export to"), m_path->text(), {}, nullptr,
                                                      QFileDialog::DontConfirmOverwrite);
    if (!path.isEmpty()) setPath(path);
}

void ExportDialog::start() {
    if (running() || m_path->text().isEmpty()) return;
    m_results->setRowCount(0);
    m_steps.clear();
    m_headline->hide();
    m_results->show();
    m_refused->hide();
    m_fit->hide();
    setRunning(true);
    m_number = m_jobs.startExport(m_target->currentData().toString(), m_path->text(), m_external->isChecked(),
                                  m_verify->isChecked(), m_faster->isChecked());
}

void ExportDialog::setRunning(bool running) {
    for (QWidget* widget :
         {static_cast<QWidget*>(m_target), static_cast<QWidget*>(m_path), static_cast<QWidget*>(m_external),
          static_cast<QWidget*>(m_faster), static_cast<QWidget*>(m_verify), static_cast<QWidget*>(m_start)})
        widget->setEnabled(!running);
    m_close->setText(running ? tr("Cancel") : tr("Close"));
    m_copy->setVisible(!running);
}

void ExportDialog::addRow(const QString& name, const QString& outcome, const QString& detail, bool ok) {
    const int row = m_results->rowCount();
    m_results->insertRow(row);
    m_results->setItem(row, 0, new QTableWidgetItem(name));
    auto* word = new QTableWidgetItem(outcome);
    word->setForeground(ok ? theme().ok : theme().error);
    m_results->setItem(row, 1, word);
    m_results->setItem(row, 2, new QTableWidgetItem(detail));
    m_results->setColumnWidth(0, 190);
    m_results->setColumnWidth(1, 80);
    m_results->scrollToBottom();
}

void ExportDialog::onStep(int number, const QString& step, std::optional<bool> ok, const QString& detail) {
    if (number == 0 || number != m_number) return;
    m_step = ok ? QString() : step;
    const QString word = !ok ? tr("…") : *ok ? tr("✓ done") : tr("✗ failed"), words = inWindow(detail);
    const auto found = m_steps.find(step);
    if (found == m_steps.end()) {
        m_steps[step] = m_results->rowCount();
        return addRow(step, word, words, ok.value_or(true));
    }
    m_results->item(found->second, 1)->setText(word);
    m_results->item(found->second, 1)->setForeground(ok.value_or(true) ? theme().ok : theme().error);
    m_results->item(found->second, 2)->setText(words);
}

void ExportDialog::onProgress(int number, double fraction, const QString& what) {
    const auto found = m_steps.find(m_step);
    if (number == 0 || number != m_number || found == m_steps.end()) return;
    m_results->item(found->second, 2)->setText(QStringLiteral("%1 · %2").arg(percentText(fraction), what));
}

void ExportDialog::onExported(int number, const std::shared_ptr<const exports::Exported>& exported) {
    if (number == 0 || number != m_number) return;
    for (const auto& note : exported->notes) addRow(tr("note"), QString(), QString::fromStdString(note), true);
    std::size_t kept = 0;
    for (const auto& layer : exported->layers) kept += layer.status != analysis::Status::Quantized;
    QString headline = tr("%1 written").arg(bytesText(exported->bytes));
    bool ok = true;
    if (exported->verification) {
        for (const auto& check : exported->verification->checks) {
            const QString name = QString::fromStdString(check.name);
            if (!m_steps.contains(name))
                addRow(name, check.ok ? tr("✓ holds") : tr("✗ fails"), QString::fromStdString(check.detail), check.ok);
        }
        for (const auto& output : exported->verification->outputs) {
            QString figures =
                tr("SQNR %1, cosine %2").arg(dbUnitText(output.sqnrDb), QString::number(output.cosine, 'f', 6));
            if (output.sameTop1) figures += tr(", same first choice %1").arg(percentText(*output.sameTop1));
            if (output.synthetic) figures += tr(" (synthetic inputs)");
            addRow(tr("output"), QString(), figures + QLatin1Char('\n') + QString::fromStdString(output.conditions),
                   true);
        }
        ok = exported->verification->ok();
        headline += ok ? tr(" and proved right") : tr(", but a check does not hold");
    } else {
        headline += tr(", not proved");
    }
    if (kept > 0) headline += tr("; %1 of %2 layers stay as they were").arg(kept).arg(exported->layers.size());
    m_folder->show();
    finish(headline + QLatin1Char('.'), ok ? "ok" : "bad");
}

void ExportDialog::onFailed(int number, const Error& error) {
    if (number == 0 || number != m_number) return;
    if (error.code == ErrorCode::Cancelled)
        return finish(QFileInfo::exists(m_path->text()) ? tr("Cancelled. The older file is untouched.") : tr("Cancelled. Nothing was written."), "bad");
    const int last = m_results->rowCount() - 1;
    const QString words = inWindow(QString::fromStdString(error.line()));
    if (last >= 0 && m_results->item(last, 2)->text() == words)
        m_results->scrollToBottom();  // the step that failed says it
    else
        addRow(tr("error"), tr("✗ failed"), words, false);
    finish(QFileInfo::exists(m_path->text()) ? tr("Not exported. The older file is untouched.") : tr("Not exported. Nothing was written."), "bad");
}

void ExportDialog::finish(const QString& headline, const char* tone) {
    m_number = 0;
    setRunning(false);
    m_headline->setText(headline);
    QPalette colours = m_headline->palette();
    colours.setColor(QPalette::WindowText, QLatin1String(tone) == QLatin1String("ok") ? theme().ok : theme().error);
    m_headline->setPalette(colours);
    m_headline->setStyleSheet(QStringLiteral("color: %1").arg(colours.color(QPalette::WindowText).name()));
    m_headline->show();
    Q_EMIT message(QStringLiteral("%1: %2").arg(QFileInfo(m_path->text()).fileName(), headline));
}

void ExportDialog::copy() const {
    QStringList lines{m_headline->text(), m_path->text()};
    for (int row = 0; row < m_results->rowCount(); ++row) {
        QStringList cells;
        for (int c = 0; c < 3; ++c)
            cells << m_results->item(row, c)->text().replace(QLatin1Char('\n'), QLatin1Char(' '));
        lines << cells.join(QLatin1Char('\t'));
    }
    QApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

void ExportDialog::reject() {
    if (running())
        m_jobs.cancelExport(m_number);
    else
        QDialog::reject();
}

}  // namespace roundoff::ui
