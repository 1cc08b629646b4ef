#include "ui/shell/data_popover.h"

#include <QFileDialog>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QScreen>
#include <QVBoxLayout>

#include "ui/shell/data_preview_card.h"
#include "ui/shell/reading_form.h"
#include "ui/shell/window_words.h"

namespace roundoff::ui {
namespace {

constexpr int kWidth = 452;

QPushButton* button(QWidget* parent, const QString& text, const char* look, const QString& name) {
    auto* one = new QPushButton(text, parent);
    one->setProperty("look", QLatin1String(look));
    one->setObjectName(name);
    return one;
}

}  // namespace

DataPopover::Row DataPopover::row(QGridLayout* grid, int at, const QString& title, const char* name, const QString& other) {
    const QString prefix = QLatin1String(name);
    auto* label = new QLabel(title, this);
    label->setProperty("look", QStringLiteral("muted"));
    Row row{new QLabel(this), button(this, tr("Folder…"), "flat", prefix + QStringLiteral("Folder")),
            button(this, tr("File…"), "flat", prefix + QStringLiteral("File")),
            button(this, other, "flat", prefix + QStringLiteral("Other"))};
    row.value->setObjectName(prefix);
    row.value->setProperty("look", QStringLiteral("heading"));
    row.value->setMinimumWidth(40);
    grid->addWidget(label, at, 0);
    grid->addWidget(row.value, at, 1);
    grid->addWidget(row.folder, at, 2);
    grid->addWidget(row.file, at, 3);
    grid->addWidget(row.other, at, 4);
    return row;
}

DataPopover::DataPopover(Store& store, Jobs& jobs, QWidget* parent)
    : QFrame(parent, Qt::Popup), m_store(store), m_jobs(jobs) {
    setObjectName(QStringLiteral("dataPopover"));
    setProperty("look", QStringLiteral("popup"));
    auto* title = new QLabel(tr("Data to run the model on"), this);
    title->setProperty("look", QStringLiteral("section"));
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(4);
    grid->setVerticalSpacing(4);
    grid->setColumnMinimumWidth(0, 82);
    grid->setColumnStretch(1, 1);
    m_calibration = row(grid, 0, tr("Calibration"), "dataCalibration", tr("Synthetic"));
    m_evaluation = row(grid, 1, tr("Evaluation"), "dataEvaluation", tr("The same"));
    m_calibration.other->setToolTip(tr("Random inputs that fit the model"));
    m_evaluation.other->setToolTip(tr("Judge the whole model on the calibration data"));
    m_beside = button(this, {}, "link", QStringLiteral("dataBeside"));
    m_preview = new DataPreviewCard(this);
    m_reading = new ReadingForm(this);
    m_warning = new QLabel(tr("Synthetic inputs can rank layers wrongly. Every figure that comes of them is marked synthetic."), this);
    m_warning->setProperty("look", QStringLiteral("warn"));
    m_warning->setObjectName(QStringLiteral("dataWarning"));
    m_note = new QLabel(this);
    m_note->setProperty("look", QStringLiteral("small"));
    for (QLabel* label : {m_warning, m_note}) label->setWordWrap(true);
    m_measure = button(this, tr("Measure"), "primary", QStringLiteral("dataMeasure"));
    m_rank = button(this, tr("One layer at a time"), "", QStringLiteral("dataRank"));
    m_rank->setToolTip(tr("Quantize each layer alone, and all but each: the ranking of the Error view"));
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_note, 1);
    buttons->addWidget(m_rank);
    buttons->addWidget(m_measure);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(14, 11, 14, 13);
    column->setSpacing(8);
    column->addWidget(title);
    column->addLayout(grid);
    column->addWidget(m_beside, 0, Qt::AlignLeft);
    column->addWidget(m_preview);
    column->addWidget(m_reading);
    column->addWidget(m_warning);
    column->addLayout(buttons);
    setFixedWidth(kWidth);

    connect(m_calibration.folder, &QPushButton::clicked, this, [this] { browse(true, false); });
    connect(m_calibration.file, &QPushButton::clicked, this, [this] { browse(false, false); });
    connect(m_evaluation.folder, &QPushButton::clicked, this, [this] { browse(true, true); });
    connect(m_evaluation.file, &QPushButton::clicked, this, [this] { browse(false, true); });
    connect(m_calibration.other, &QPushButton::clicked, this, [this] { set(false, calibration::DataSource{}); });
    connect(m_evaluation.other, &QPushButton::clicked, this, [this] { set(true, std::nullopt); });
    connect(m_beside, &QPushButton::clicked, this, [this] {
        DataChoice choice = m_found;
        if (!choice.calibration) choice.calibration = choice.evaluation;
        m_store.setData(choice);
        m_measure->setFocus();
    });
    connect(m_measure, &QPushButton::clicked, this, [this] {
        hide();
        m_jobs.runs().measure();
    });
    connect(m_rank, &QPushButton::clicked, this, [this] {
        hide();
        m_jobs.runs().rank();
    });
    connect(&m_jobs.runs(), &Runs::previewed, this,
            [this](const std::shared_ptr<const calibration::Preview>& preview) {
                m_preview->show(*preview);
                m_unreadable = false;
                showButtons();
                const auto& chosen = m_store.state().data.calibration;
                if (chosen && !preview->samples.empty() && !preview->samples.front().picture) m_arrays = chosen->path;
                showReading();
                fit();
            });
    connect(&m_jobs.runs(), &Runs::previewFailed, this,
            [this](const Error& error) {
                m_preview->say(inWindow(QString::fromStdString(error.line())), true);
                m_unreadable = true;
                showButtons();
                fit();
            });
    connect(m_reading, &ReadingForm::edited, this, &DataPopover::readInAnotherWay);
    connect(m_reading, &ReadingForm::problemChanged, this, [this] {
        showButtons();
        fit();
    });
    connect(&m_store, &Store::changed, this, [this](unsigned changes) {
        if (isVisible() && has(changes, Change::Data)) showChoice();
    });
}

void DataPopover::open(const QPoint& position) {
    m_found = dataBeside(QString::fromStdString(m_store.state().model.empty() ? "" : m_store.state().model.info().path));
    for (auto* source : {&m_found.calibration, &m_found.evaluation})
        if (*source) *source = readAs(std::move(**source), m_store.state().data.calibration);
    m_arrays.clear();
    showChoice();
    QPoint at = position;
    if (const QScreen* screen = QGuiApplication::screenAt(position))
        at.setX(std::min(at.x(), screen->availableGeometry().right() - width() - 8));
    move(at);
    show();
    m_measure->setFocus();
}

void DataPopover::choose(const QString& path) {
    calibration::DataSource source;
    source.path = path.toStdString();
    set(false, source);
}

void DataPopover::browse(bool folder, bool evaluation) {
    const QPoint at = pos();
    hide();
    const QString path = folder ? QFileDialog::getExistingDirectory(parentWidget(), tr("Data folder"))
                                : QFileDialog::getOpenFileName(parentWidget(), tr("Data file"), {},
                                                               tr("Data (*.npy *.npz *.txt);;All files (*)"));
    if (!path.isEmpty()) {
        calibration::DataSource source;
        source.path = path.toStdString();
        set(evaluation, source);
    }
    open(at);
}

void DataPopover::set(bool evaluation, std::optional<calibration::DataSource> source) {
    DataChoice choice = m_store.state().data;
    if (source) source = readAs(std::move(*source), choice.calibration);
    (evaluation ? choice.evaluation : choice.calibration) = std::move(source);
    if (evaluation && choice.evaluation && !choice.calibration) choice.calibration = choice.evaluation;
    m_store.setData(choice);
}

void DataPopover::readInAnotherWay(const calibration::DataSource& source) {
    DataChoice choice = m_store.state().data;
    for (auto* one : {&choice.calibration, &choice.evaluation, &m_found.calibration, &m_found.evaluation})
        if (*one) *one = readAs(std::move(**one), source);
    m_store.setData(choice);
}

void DataPopover::showReading() {
    const State& state = m_store.state();
    ReadingNeeds needs;
    if (state.data.calibration) needs = readingNeeds(state.model, *state.data.calibration);
    if (state.data.calibration && state.data.calibration->path == m_arrays) needs.pictures = false;
    m_reading->show(state.data.calibration.value_or(calibration::DataSource{}), needs);
}

/// Words that wrap need their height before the window is as high as its content.
void DataPopover::fit() {
    layout()->activate();
    resize(kWidth, layout()->totalHeightForWidth(kWidth));
}

void DataPopover::showChoice() {
    const State& state = m_store.state();
    const auto elided = [](QLabel* label, const QString& text) {
        label->setText(label->fontMetrics().elidedText(text, Qt::ElideMiddle, 150));
        label->setToolTip(text);
    };
    elided(m_calibration.value, dataText(state.data.calibration));
    elided(m_evaluation.value, state.data.evaluation ? dataText(state.data.evaluation) : tr("the same"));
    const bool found = (m_found.calibration || m_found.evaluation) && !sameData(m_found, state.data);
    QStringList names;
    for (const auto& one : {m_found.calibration, m_found.evaluation})
        if (one) names << dataText(one);
    m_beside->setVisible(found);
    const QString offer = tr("Beside the model: use %1").arg(names.join(tr(" and ")));
    m_beside->ensurePolished();
    m_beside->setText(m_beside->fontMetrics().elidedText(offer, Qt::ElideRight, kWidth - 36));
    m_beside->setToolTip(offer);
    m_warning->setVisible(state.data.synthetic());
    m_unreadable = false;
    if (state.data.calibration) {
        m_preview->say(tr("Reading…"), false);
        m_jobs.runs().preview(*state.data.calibration);
    } else {
        m_preview->say(tr("Without data Roundoff knows the weights' errors only. Choose %1: then it runs the model and shows what "
                          "comes out of every layer.").arg(dataTypes()), false);
    }
    showReading();
    showButtons();
    fit();
}

void DataPopover::showButtons() {
    const State& state = m_store.state();
    const bool ready = state.data.calibration && !state.measuring && m_reading->valid() && !m_unreadable;
    const std::size_t columns = m_store.unmeasured(false).size();
    m_measure->setEnabled(ready && columns > 0);
    m_rank->setEnabled(ready && !m_store.unmeasured(true).empty());
    m_note->setText(!state.data.calibration ? QString()
                    : state.measuring       ? tr("Measuring…")
                    : columns == 0          ? tr("Everything is measured.")
                    : columns == 1          ? tr("1 scheme to measure")
                                            : tr("%1 schemes to measure").arg(columns));
}

}  // namespace roundoff::ui
