#include "ui/views/compare_view.h"

#include <QButtonGroup>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "ui/charts/paint.h"
#include "ui/views/header.h"

namespace roundoff::ui {
CompareView::CompareView(QWidget* parent) : View(parent) {
    setObjectName(QStringLiteral("compareView"));
    setProperty("look", QStringLiteral("page"));
    setAttribute(Qt::WA_StyledBackground);

    m_title = new QLabel;
    m_title->setObjectName(QStringLiteral("compareTitle"));
    m_title->setProperty("look", QStringLiteral("title"));
    m_legend = new QLabel;
    m_legend->setObjectName(QStringLiteral("compareLegend"));
    m_legend->setProperty("look", QStringLiteral("muted"));
    m_legend->setWordWrap(true);
    m_metric = new QComboBox;
    m_metric->setObjectName(QStringLiteral("compareMetric"));
    m_metric->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    for (const Metric metric : metrics()) m_metric->addItem(metricName(metric));

    m_header = new QBoxLayout(QBoxLayout::LeftToRight);
    m_header->setSpacing(6);
    m_header->addWidget(m_title, 1);
    auto* controls = new QHBoxLayout;
    controls->setSpacing(6);
    m_header->addLayout(controls);
    controls->addWidget(m_metric);
    controls->addSpacing(6);
    m_modes = new QButtonGroup(this);
    for (const char* name : {"compareValue", "compareDelta", "compareRank"}) {
        auto* button = new QPushButton;
        button->setObjectName(QLatin1String(name));
        button->setProperty("look", QStringLiteral("segment"));
        button->setCheckable(true);
        m_modes->addButton(button, int(m_modes->buttons().size()));
        controls->addWidget(button);
    }
    controls->addStretch();
    m_modes->button(0)->setChecked(true);

    m_matrix = new HeatMatrix;
    m_words = new QLabel;
    m_words->setObjectName(QStringLiteral("compareWords"));
    m_words->setProperty("look", QStringLiteral("muted"));
    m_words->setAlignment(Qt::AlignCenter);
    m_words->setWordWrap(true);
    m_pages = new QStackedWidget;
    m_pages->addWidget(m_words);
    m_pages->addWidget(m_matrix);

    auto* page = new QVBoxLayout(this);
    page->setContentsMargins(16, 12, 16, 14);
    page->setSpacing(6);
    page->addLayout(m_header);
    page->addWidget(m_legend);
    page->addWidget(m_pages, 1);

    connect(m_metric, &QComboBox::currentIndexChanged, this, &CompareView::rebuild);
    connect(m_modes, &QButtonGroup::idClicked, this, [this](int id) {
        m_mode = CompareMode(id);
        rebuild();
    });
    connect(m_matrix, &HeatMatrix::rowClicked, this, &View::layerChosen);
    connect(m_matrix, &HeatMatrix::rowHovered, this, &View::layerHovered);
    connect(m_matrix, &HeatMatrix::headerClicked, this, &CompareView::sortBy);
    retranslate();
    rebuild();
}

void CompareView::retranslate() {
    m_metric->setAccessibleName(tr("Metric"));
    for (int i = 0; i < m_metric->count(); ++i) m_metric->setItemText(i, metricName(metrics()[std::size_t(i)]));
    m_modes->button(0)->setText(tr("Value"));
    m_modes->button(1)->setText(tr("Δ baseline"));
    m_modes->button(1)->setAccessibleName(tr("Difference from the baseline"));
    m_modes->button(2)->setText(tr("Rank"));
}

void CompareView::show(const State& state, unsigned changes) {
    using enum Change;
    if (changes != unsigned(Hover)) m_state = state;
    if ((changes & ((Model | Recipe) | (Results | Filter))) != 0) {
        rebuild();
    } else {
        if (has(changes, Selection)) m_matrix->setCurrent(state.current);
        if (has(changes, Hover)) m_matrix->setHovered(state.hovered);
        if (has(changes, Theme)) m_matrix->viewport()->update();
    }
}

void CompareView::rebuild() {
    const Metric metric = metrics()[std::size_t(std::max(0, m_metric->currentIndex()))];
    m_table.fill(m_state, metric, m_mode, m_sort);
    m_title->setText(metricTitle(metric));
    fitHeader(m_header, contentsRect().width() - 32);
    QString words;
    if (m_state.model.empty()) {
        words = tr("Open a model to compare schemes on it.");
    } else if (m_state.model.layers().empty()) {
        words = tr("This model has no layers with weights.");
    } else if (m_table.columns() == 0) {
        words = m_state.running ? tr("The first layers are on their way…")
                                : tr("Nothing compared yet. Choose schemes and press Run.");
    } else if (m_table.rows() == 0) {
        words = tr("No layer passes the filter.");
    }
    const bool shown = words.isEmpty();
    m_words->setText(words);
    m_pages->setCurrentIndex(shown ? 1 : 0);
    for (auto* button : m_modes->buttons()) button->setEnabled(shown);
    if (!shown) {
        m_matrix->setSource(nullptr);
        m_legend->setText({});
        setAccessibleDescription(words);
        return;
    }
    QStringList legend;
    if (m_mode == CompareMode::Value) legend << tr("one colour scale over all columns");
    if (m_mode == CompareMode::Delta) {
        const QString reference = m_table.schemeOf(m_table.reference());
        legend << (m_state.baseline ? tr("difference from %1").arg(reference)
                                    : tr("difference from %1 (float has no error to subtract)").arg(reference));
    }
    if (m_mode == CompareMode::Rank) legend << tr("1 = least error of the row");
    if (m_table.marksBest()) legend << tr("bold = best of the same bit width");
    if (ofOutput(metric) && m_state.data.calibration) legend << tr("on %1").arg(dataText(m_state.data.calibration));
    if (m_table.columns() == 1) legend << tr("add schemes under Compare for more columns");
    m_legend->setText(legend.join(QStringLiteral(" · ")));

    const bool filtered = std::size_t(m_table.rows()) < m_state.model.layers().size();
    m_matrix->setSource(nullptr);
    m_matrix->setColumns(tr("Layer"), ofOutput(metric) ? tr("the model's outputs") : filtered ? tr("shown, weighted by size") : tr("weighted by size"),
                         m_table.headers(m_state.running));
    m_matrix->setSource(&m_table);
    m_matrix->setSort(m_sort.column, m_sort.descending);
    m_matrix->setCurrent(m_state.current);
    m_matrix->setHovered(m_state.hovered);

    QStringList figures;
    for (int column = 0; column < m_table.columns(); ++column) {
        figures << QStringLiteral("%1 %2").arg(m_table.schemeOf(column), m_table.total(column).text);
    }
    const QString summary = tr("%1 of %2 layers, weighted by size: %3.")
                                .arg(metricName(metric), QString::number(m_table.rows()),
                                     figures.join(QStringLiteral(", ")));
    m_matrix->setAccessibleDescription(summary);
    setAccessibleDescription(summary);
}

void CompareView::sortBy(int column) {
    // Worst first, best first, the table's own order.
    const Metric metric = metrics()[std::size_t(std::max(0, m_metric->currentIndex()))];
    const bool worstDescending = column >= 0 && (m_mode == CompareMode::Rank || !higherIsBetter(metric));
    if (m_sort.column != column) {
        m_sort = {column, worstDescending};
    } else if (m_sort.descending == worstDescending) {
        m_sort.descending = !worstDescending;
    } else {
        m_sort = {};
    }
    rebuild();
}

void CompareView::resizeEvent(QResizeEvent* event) {
    View::resizeEvent(event);
    fitHeader(m_header, contentsRect().width() - 32);
}

void CompareView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        rebuild();
    }
    View::changeEvent(event);
}

bool CompareView::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_C && (key->modifiers() & Qt::ControlModifier)) {
            event->accept();
            return true;
        }
    }
    return View::event(event);
}

void CompareView::keyPressEvent(QKeyEvent* event) {
    if (m_table.rows() > 0 && event->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(m_table.tsv());
        Q_EMIT messageWanted(tr("Copied with every digit; rows: %1.").arg(m_table.rows()));
        return;
    }
    if (event->modifiers() == (Qt::ControlModifier | Qt::ShiftModifier) && event->key() == Qt::Key_C) {
        copyPicture(this);
        Q_EMIT messageWanted(tr("Copied the matrix as a picture."));
        return;
    }
    View::keyPressEvent(event);
}

View* createCompareView(QWidget* parent) { return new CompareView(parent); }

}  // namespace roundoff::ui
