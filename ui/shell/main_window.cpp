#include "ui/shell/main_window.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <QTableView>
#include <QTime>
#include <QUndoView>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/cpu.h"
#include "core/schemes/number_format.h"
#include "ui/shell/banner.h"
#include "ui/shell/data_desk.h"
#include "ui/shell/drop_overlay.h"
#include "ui/shell/export_dialog.h"
#include "ui/shell/file_drop.h"
#include "ui/shell/inspector.h"
#include "ui/shell/job_strip.h"
#include "ui/shell/layers_pane.h"
#include "ui/shell/numbers.h"
#include "ui/shell/preprocess_dialog.h"
#include "ui/shell/recent_files.h"
#include "ui/shell/start_page.h"
#include "ui/shell/state_dump.h"
#include "ui/shell/top_bar.h"
#include "ui/shell/view_stack.h"
#include "ui/shell/window_words.h"

namespace roundoff::ui {
namespace {

constexpr int kLayoutVersion = 1;

QFrame* rule(QWidget* parent) {
    auto* line = new QFrame(parent);
    line->setProperty("look", QStringLiteral("rule"));
    line->setFixedHeight(1);
    return line;
}

}  // namespace

MainWindow::MainWindow(Engine& engine, const QString& samplePath, QWidget* parent)
    : QMainWindow(parent), m_jobs(engine, m_store), m_actions(*this, m_store.undoStack()), m_sample(samplePath) {
    setObjectName(QStringLiteral("mainWindow"));
    setMinimumSize(900, 560);
    build();
    connectActions();
    const QSettings settings;
    m_actions.inspector->setChecked(settings.value(QStringLiteral("window/inspector"), true).toBool());
    resize(1440, 900);
    restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    if (settings.value(QStringLiteral("window/version")).toInt() == kLayoutVersion)
        m_columns->restoreState(settings.value(QStringLiteral("window/columns")).toByteArray());
    onStore(unsigned(Change::All));
    showRecent();
}

MainWindow::~MainWindow() {
    // The panes refer to the store, which is a member: they go first.
    m_store.disconnect(this);
    delete m_export;
    delete m_preprocess;
    delete m_desk;
    delete m_drop;
    delete takeCentralWidget();
}

void MainWindow::build() {
    auto* central = new QWidget(this);
    central->setProperty("look", QStringLiteral("panel"));
    m_top = new TopBar(m_store, {m_actions.open, m_actions.run, m_actions.cancel, m_actions.exportModel}, central);
    m_banners = new BannerArea(central);
    m_pages = new QStackedWidget(central);
    m_start = new StartPage(m_pages);
    m_start->setSampleAvailable(!m_sample.isEmpty());
    m_actions.sample->setEnabled(!m_sample.isEmpty());
    m_work = new QSplitter(Qt::Vertical, m_pages);
    m_columns = new QSplitter(Qt::Horizontal, m_work);
    m_columns->setObjectName(QStringLiteral("columns"));
    m_layers = new LayersPane(m_store, m_columns);
    m_views = new ViewStack(m_store, m_columns);
    m_inspector = new Inspector(m_columns);
    m_layers->setMinimumWidth(260);
    m_views->setMinimumWidth(380);
    m_inspector->setMinimumWidth(238);
    m_inspector->setMaximumWidth(420);
    for (QWidget* pane :
         {static_cast<QWidget*>(m_layers), static_cast<QWidget*>(m_views), static_cast<QWidget*>(m_inspector)})
        m_columns->addWidget(pane);
    m_columns->setChildrenCollapsible(false);
    m_columns->setHandleWidth(1);
    m_columns->setStretchFactor(0, 30);
    m_columns->setStretchFactor(1, 50);
    m_columns->setStretchFactor(2, 18);
    m_columns->setSizes({556, 620, 262});

    m_log = new QTabWidget(m_work);
    m_log->setDocumentMode(true);
    m_messages = new QPlainTextEdit(m_log);
    m_messages->setReadOnly(true);
    m_messages->setFrameShape(QFrame::NoFrame);
    m_messages->setMaximumBlockCount(1000);
    m_messages->setObjectName(QStringLiteral("messages"));
    m_messages->setAccessibleName(tr("Messages"));
    auto* history = new QUndoView(&m_store.undoStack(), m_log);
    history->setEmptyLabel(tr("As opened"));
    history->setObjectName(QStringLiteral("history"));
    m_log->addTab(m_messages, tr("Messages"));
    m_log->addTab(history, tr("History"));
    m_work->addWidget(m_columns);
    m_work->addWidget(m_log);
    m_work->setHandleWidth(1);
    m_work->setSizes({800, 150});
    m_log->hide();

    m_strip = new JobStrip(central);
    m_pages->addWidget(m_start);
    m_pages->addWidget(m_work);
    auto* column = new QVBoxLayout(central);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_top);
    column->addWidget(rule(central));
    column->addWidget(m_banners);
    column->addWidget(m_pages, 1);
    column->addWidget(m_strip);
    setCentralWidget(central);
    m_drop = new FileDrop(m_store, this);
    m_desk = new DataDesk(m_store, m_jobs, this);
    m_desk->setAnchor(m_top->dataButton());

    m_statusModel = new QLabel(this);
    m_statusSize = new QLabel(this);
    m_statusMachine =
        new QLabel(tr("%1 threads · %2").arg(hardwareThreads()).arg(QString::fromStdString(instructionSet())), this);
    m_statusTheme = new QPushButton(this);
    m_statusTheme->setProperty("look", QStringLiteral("flat"));
    m_statusTheme->setToolTip(tr("Switch between light and dark"));
    for (QLabel* label : {m_statusModel, m_statusSize, m_statusMachine}) {
        label->setContentsMargins(8, 0, 8, 0);
        statusBar()->addWidget(label);
    }
    m_statusNote = new QLabel(this);
    m_statusNote->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_statusNote->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_noteTimer.setSingleShot(true);
    m_noteTimer.setInterval(6000);
    connect(&m_noteTimer, &QTimer::timeout, m_statusNote, &QLabel::clear);
    statusBar()->addWidget(m_statusNote, 1);
    statusBar()->addPermanentWidget(m_statusTheme);
    statusBar()->setSizeGripEnabled(false);
}

void MainWindow::connectActions() {
    const auto on = [this](QAction* action, auto slot) { connect(action, &QAction::triggered, this, slot); };
    on(m_actions.open, [this] {
        const QString path = QFileDialog::getOpenFileName(
            this, tr("Open model"), {},
            tr("Models (*%1)").arg(acceptedTypes().replace(QStringLiteral(", "), QStringLiteral(" *"))) +
                QStringLiteral(";;") + tr("All files (*)"));
        if (!path.isEmpty()) openPath(path);
    });
    on(m_actions.sample, [this] { openSample(); });
    on(m_actions.exportModel, [this] { showExport(); });
    on(m_actions.preprocess, [this] { showPreprocess(); });
    on(m_actions.quit, [this] { close(); });
    on(m_actions.copy, [this] { m_layers->copyToClipboard(); });
    on(m_actions.find, [this] { m_top->focusFilter(); });
    on(m_actions.clearFilter, [this] { m_top->setFilter({}); });
    on(m_actions.run, [this] { m_jobs.run(); });
    on(m_actions.cancel, [this] { m_jobs.cancel(); });
    on(m_actions.data, [this] { m_desk->openChooser(); });
    on(m_actions.measure, [this] { m_desk->take(Wish::Measure); });
    on(m_actions.rank, [this] { m_desk->take(Wish::Rank); });
    on(m_actions.speed, [this] { m_desk->take(Wish::MeasureSpeed); });
    on(m_actions.next, [this] { m_layers->move(1); });
    on(m_actions.previous, [this] { m_layers->move(-1); });
    on(m_actions.fewerBits, [this] { stepBits(-1); });
    on(m_actions.moreBits, [this] { stepBits(1); });
    on(m_actions.leaveFloat, [this] { m_store.setSchemes(m_store.state().selected, schemes::Scheme{}); });
    on(m_actions.resetScheme,
       [this] { m_store.setSchemes(m_store.state().selected, m_store.state().recipe.standard); });
    connect(m_actions.inspector, &QAction::toggled, m_inspector, &QWidget::setVisible);
    connect(m_actions.messages, &QAction::toggled, m_log, &QWidget::setVisible);
    on(m_actions.resetLayout, [this] {
        m_columns->setSizes({556, 620, 262});
        m_actions.inspector->setChecked(true);
        m_actions.messages->setChecked(false);
    });
    on(m_actions.nextPane, [this] { nextPane(); });
    on(m_actions.light, [this] { applyTheme(ThemeChoice::Light, true); });
    on(m_actions.dark, [this] { applyTheme(ThemeChoice::Dark, true); });
    on(m_actions.system, [this] { applyTheme(ThemeChoice::System, true); });
    on(m_actions.keys, [this] { showKeys(); });
    on(m_actions.about, [this] {
        QMessageBox::about(
            this, tr("Roundoff"),
            tr("Roundoff %1 shows what quantization does to a neural network, layer by layer.\n\nGPL-3.0-or-later.")
                .arg(QLatin1String(ROUNDOFF_VERSION)));
    });
    for (int i = 0; i < int(m_actions.views.size()); ++i)
        on(m_actions.views[i], [this, i] { m_views->setCurrentIndex(i); });

    connect(m_statusTheme, &QPushButton::clicked, this,
            [this] { applyTheme(theme().dark ? ThemeChoice::Light : ThemeChoice::Dark, true); });
    connect(m_start, &StartPage::openWanted, m_actions.open, &QAction::trigger);
    connect(m_start, &StartPage::sampleWanted, this, &MainWindow::openSample);
    connect(m_start, &StartPage::pathWanted, this, &MainWindow::openPath);
    connect(m_top, &TopBar::filterChanged, m_layers, &LayersPane::setFilter);
    connect(m_layers, &LayersPane::filterWanted, m_top, &TopBar::addFilter);
    connect(m_inspector, &Inspector::schemeWanted, &m_store, &Store::setSchemes);
    connect(m_views, &ViewStack::messageWanted, this, &MainWindow::note);
    connect(m_views, &ViewStack::wished, m_desk, &DataDesk::take);
    connect(m_top->dataButton(), &QPushButton::clicked, m_desk, &DataDesk::openChooser);
    connect(m_drop, &FileDrop::modelDropped, this, &MainWindow::openPath);
    connect(m_drop, &FileDrop::dataDropped, m_desk, &DataDesk::drop);
    connect(m_drop, &FileDrop::refused, this, &MainWindow::onFailed);
    connect(m_strip, &JobStrip::cancelWanted, &m_jobs, &Jobs::cancel);
    connect(m_strip, &JobStrip::resumeWanted, &m_jobs, &Jobs::run);
    connect(&m_store, &Store::changed, this, &MainWindow::onStore);
    connect(&m_store.undoStack(), &QUndoStack::indexChanged, this,
            [this] { setWindowModified(m_store.undoStack().index() > 0); });
    connect(&m_jobs, &Jobs::statusChanged, this, [this] { updateActions(); });
    connect(&m_jobs, &Jobs::opened, this, &MainWindow::onOpened);
    connect(&m_jobs, &Jobs::failed, this, &MainWindow::onFailed);
}

void MainWindow::onStore(unsigned changes) {
    if (has(changes, Change::Data)) m_banners->clear();  // what they say may be of the data before
    m_layers->update(changes);
    m_top->update(changes);
    m_inspector->show(m_store.state(), changes);
    m_views->update(changes);
    if (changes & (Change::Model | Change::Recipe) || has(changes, Change::Results)) {
        showStatus();
        updateActions();
    }
    if (has(changes, Change::Model)) {
        const bool open = !m_store.state().model.empty();
        m_pages->setCurrentIndex(open ? 1 : 0);
        m_top->setVisible(open);
        setWindowTitle(open ? tr("%1[*] · Roundoff").arg(m_store.state().title) : tr("Roundoff"));
    }
}

void MainWindow::updateActions() {
    const State& state = m_store.state();
    const bool open = !state.model.empty(), running = m_jobs.status().running;
    const std::size_t layers = open ? state.model.layers().size() : 0;
    m_actions.run->setEnabled(open && !running &&
                              m_store.missing().has_value());  // asked last: it looks at every layer
    m_actions.cancel->setEnabled(running && !m_jobs.status().cancelling);
    m_actions.exportModel->setEnabled(open && layers > 0 && !exports::targets().empty());
    for (QAction* action :
         {m_actions.next, m_actions.previous, m_actions.fewerBits, m_actions.moreBits, m_actions.leaveFloat,
          m_actions.resetScheme, m_actions.copy, m_actions.find, m_actions.clearFilter})
        action->setEnabled(layers > 0);
    for (QAction* action : m_actions.views) action->setEnabled(open);
    m_actions.preprocess->setEnabled(open);
    for (QAction* action : {m_actions.data, m_actions.measure, m_actions.rank, m_actions.speed}) action->setEnabled(layers > 0);
    m_strip->show(m_jobs.status(), running ? 0 : m_store.pendingLayers(), layers);
}

void MainWindow::openPath(const QString& path) {
    m_banners->clear();
    m_jobs.open(path);
}

void MainWindow::openSample() {
    if (!m_sample.isEmpty()) openPath(m_sample);
}

void MainWindow::onOpened(const QString& path) {
    RecentFiles::add(path);
    showRecent();
    note(tr("Opened %1").arg(QFileInfo(path).fileName()));
    m_layers->table().setFocus();
}

void MainWindow::onFailed(const Error& error) {
    m_banners->add(error);
    note(inWindow(QString::fromStdString(error.line())));
}

void MainWindow::note(const QString& text) {
    m_messages->appendPlainText(QTime::currentTime().toString(QStringLiteral("HH:mm:ss  ")) + text);
    m_statusNote->setText(text);
    m_noteTimer.start();
}

void MainWindow::showStatus() {
    const State& state = m_store.state();
    m_statusTheme->setText(theme().dark ? tr("Dark") : tr("Light"));
    m_statusModel->setVisible(!state.model.empty());
    m_statusSize->setVisible(!state.model.empty());
    if (state.model.empty()) return;
    const auto& info = state.model.info();
    QStringList parts{QString::fromStdString(info.format).toUpper()};
    const auto opset = info.opsets.find("");
    if (opset != info.opsets.end()) parts << tr("opset %1").arg(opset->second);
    if (!state.model.layers().empty()) {
        const auto type = tensor::name(state.model.tensors()[state.model.layers().front().weight].type);
        parts << QString::fromUtf8(type.data(), qsizetype(type.size()));
    }
    QStringList steps;
    for (const model::Preprocessing& step : info.preprocessing)
        steps << QString::fromStdString(step.title + ": " + step.words);
    if (std::ranges::any_of(info.preprocessing, &model::Preprocessing::kept)) parts << tr("preprocessed");
    m_statusModel->setToolTip(steps.join(QLatin1Char('\n')));
    m_statusModel->setText(parts.join(QStringLiteral(" · ")));
    QString size = tr("%1 parameters").arg(countText(info.parameters));
    if (state.comparison && !state.comparison->reports.empty()) {
        const auto total = state.comparison->reports.front().total();
        size += QStringLiteral(" · ") + (total.pending > 0 ? bytesText(total.bytesBefore)
                                                           : sizeChangeText(total.bytesBefore, total.bytesAfter));
    }
    m_statusSize->setText(size);
}

void MainWindow::showRecent() {
    const QStringList paths = RecentFiles::list();
    m_start->setRecent(paths);
    m_actions.recent->clear();
    for (const QString& path : paths)
        connect(m_actions.recent->addAction(path), &QAction::triggered, this, [this, path] { openPath(path); });
    m_actions.recent->setEnabled(!paths.isEmpty());
}

void MainWindow::applyTheme(ThemeChoice choice, bool remember) {
    setTheme(choice);
    (choice == ThemeChoice::Light  ? m_actions.light
     : choice == ThemeChoice::Dark ? m_actions.dark
                                   : m_actions.system)
        ->setChecked(true);
    if (remember) QSettings().setValue(QStringLiteral("window/theme"), int(choice));
    m_store.announce(unsigned(Change::Theme));
    showStatus();
}

void MainWindow::stepBits(int direction) {
    const State& state = m_store.state();
    if (state.model.empty() || state.current < 0) return;
    schemes::Scheme scheme = state.recipe.schemeOf(state.model.layers()[std::size_t(state.current)].name);
    const auto* now = schemes::findNumberFormat(scheme.weight.format);
    const schemes::NumberFormat* best = nullptr;
    for (const auto& format : schemes::numberFormats()) {
        if (!now || format.family != now->family || (format.bits - now->bits) * direction <= 0) continue;
        if (!best || std::abs(format.bits - now->bits) < std::abs(best->bits - now->bits)) best = &format;
    }
    if (!best)
        return note(direction > 0 ? tr("There is no larger format in this family.")
                                  : tr("There is no smaller format in this family."));
    scheme.weight.format = best->id;
    m_store.setSchemes(state.selected, scheme);
}

void MainWindow::nextPane() {
    QList<QWidget*> panes;
    panes << m_top << &m_layers->table() << m_views << m_inspector;
    qsizetype at = 0;
    for (qsizetype i = 0; i < panes.size(); ++i)
        if (panes[i] == focusWidget() || panes[i]->isAncestorOf(focusWidget())) at = i;
    for (qsizetype step = 1; step <= panes.size(); ++step) {
        QWidget* pane = panes[(at + step) % panes.size()];
        if (!pane->isVisible()) continue;
        QWidget* target = pane->focusPolicy() != Qt::NoFocus ? pane : pane->nextInFocusChain();
        return target->setFocus(Qt::TabFocusReason);
    }
}

void MainWindow::showKeys() {
    QString rows;
    for (const QAction* action : findChildren<QAction*>())
        if (!action->shortcut().isEmpty() && !action->text().isEmpty())
            rows += QStringLiteral("<tr><td>%1&nbsp;&nbsp;&nbsp;</td><td>%2</td></tr>")
                        .arg(action->shortcut().toString(QKeySequence::NativeText).toHtmlEscaped(),
                             QString(action->text()).remove(QLatin1Char('&')).toHtmlEscaped());
    auto* box = new QMessageBox(QMessageBox::NoIcon, tr("Keys"), QStringLiteral("<table>%1</table>").arg(rows),
                                QMessageBox::Close, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setModal(false);
    box->show();
}

ExportDialog* MainWindow::showExport() {
    if (!m_export) {
        m_export = new ExportDialog(m_store, m_jobs, this);
        connect(m_export, &ExportDialog::message, this, &MainWindow::note);
    }
    m_export->show();
    m_export->raise();
    return m_export;
}

PreprocessDialog* MainWindow::showPreprocess() {
    if (!m_preprocess) m_preprocess = new PreprocessDialog(m_store, m_jobs, this);
    m_preprocess->show();
    m_preprocess->raise();
    return m_preprocess;
}

QByteArray MainWindow::stateJson() {
    return ui::stateJson(m_store, m_jobs, m_top->filterText(), m_views->currentView());
}

void MainWindow::closeEvent(QCloseEvent* event) {
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("window/columns"), m_columns->saveState());
    settings.setValue(QStringLiteral("window/inspector"), m_actions.inspector->isChecked());
    settings.setValue(QStringLiteral("window/version"), kLayoutVersion);
    m_jobs.cancel();
    QMainWindow::closeEvent(event);
}

void MainWindow::keyPressEvent(QKeyEvent* event) {
    // J and K walk through the layers from any view that leaves them alone.
    if (event->modifiers() == Qt::NoModifier && (event->key() == Qt::Key_J || event->key() == Qt::Key_K))
        return m_layers->move(event->key() == Qt::Key_J ? 1 : -1);
    QMainWindow::keyPressEvent(event);
}

}  // namespace roundoff::ui
