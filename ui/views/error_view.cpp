#include "ui/views/error_view.h"

#include <QJsonArray>
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
#include <algorithm>
#include <cmath>

#include "ui/charts/axis.h"
#include "ui/charts/bar_list.h"
#include "ui/charts/paint.h"
#include "ui/charts/point_chart.h"
#include "ui/charts/scheme_legend.h"
#include "ui/shell/numbers.h"
#include "ui/shell/theme.h"
#include "ui/views/empty_state.h"
#include "ui/views/error_alone.h"
#include "ui/views/error_series.h"
#include "ui/views/header.h"

namespace roundoff::ui {
namespace {


/// What bars can show: an accumulated figure stands beside its isolated one.
const std::vector<Metric>& barMetrics() {
    static const std::vector<Metric> all = [] {
        std::vector<Metric> some;
        for (const Metric metric : metrics())
            if (!ofOutput(metric) || accumulatedOf(metric)) some.push_back(metric);
        return some;
    }();
    return all;
}

}  // namespace

ErrorView::ErrorView(QWidget* parent) : View(parent) {
    setObjectName(QStringLiteral("errorView"));
    setProperty("look", QStringLiteral("page"));
    setAttribute(Qt::WA_StyledBackground);

    m_title = new QLabel;
    m_title->setObjectName(QStringLiteral("errorTitle"));
    m_title->setProperty("look", QStringLiteral("title"));
    m_legend = new QLabel;
    m_legend->setObjectName(QStringLiteral("errorLegend"));
    m_legend->setProperty("look", QStringLiteral("muted"));
    m_legend->setWordWrap(true);
    m_header = new QBoxLayout(QBoxLayout::LeftToRight);
    m_header->setSpacing(6);
    m_header->addWidget(m_title, 1);
    auto* segments = new QHBoxLayout;
    segments->setSpacing(6);
    m_header->addLayout(segments);
    m_pages = new QButtonGroup(this);
    for (const char* name : {"errorBars", "errorCumulative", "errorScatter", "errorAlone"}) {
        auto* button = new QPushButton;
        button->setObjectName(QLatin1String(name));
        button->setProperty("look", QStringLiteral("segment"));
        button->setCheckable(true);
        m_pages->addButton(button, int(m_pages->buttons().size()));
        segments->addWidget(button);
    }
    segments->addStretch();
    m_pages->button(Bars)->setChecked(true);

    m_metric = new QComboBox;
    m_metric->setObjectName(QStringLiteral("errorMetric"));
    for (const Metric metric : barMetrics()) m_metric->addItem(pairName(metric));
    m_scheme = new QComboBox;
    m_scheme->setObjectName(QStringLiteral("errorScheme"));
    m_scheme->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_order = new QPushButton;
    m_order->setObjectName(QStringLiteral("errorOrder"));
    m_order->setProperty("look", QStringLiteral("segment"));
    m_order->setCheckable(true);
    m_order->setChecked(true);
    m_schemes = new SchemeLegend;
    auto* controls = new QHBoxLayout;
    controls->setSpacing(8);
    controls->addWidget(m_metric);
    controls->addWidget(m_scheme);
    controls->addWidget(m_order);
    m_aloneFigure = new QComboBox;
    m_aloneFigure->setObjectName(QStringLiteral("errorAloneFigure"));
    m_aloneFigure->addItems({QString(), QString()});
    controls->addWidget(m_aloneFigure);
    controls->addWidget(m_schemes, 1000);
    controls->addStretch(1);

    m_bars = new BarList;
    m_cumulative = new PointChart(PointChart::Kind::Line);
    m_cumulative->setObjectName(QStringLiteral("cumulativeChart"));
    m_scatter = new PointChart(PointChart::Kind::Markers);
    m_scatter->setObjectName(QStringLiteral("scatterChart"));
    m_alone = new BarList;
    m_alone->setObjectName(QStringLiteral("aloneBars"));
    m_words = new EmptyState;
    m_words->setObjectName(QStringLiteral("errorWords"));
    m_stack = new QStackedWidget;
    for (QWidget* page : {static_cast<QWidget*>(m_bars), static_cast<QWidget*>(m_cumulative),
                          static_cast<QWidget*>(m_scatter), static_cast<QWidget*>(m_alone),
                          static_cast<QWidget*>(m_words)}) {
        m_stack->addWidget(page);
    }
    auto* page = new QVBoxLayout(this);
    page->setContentsMargins(16, 12, 16, 14);
    page->setSpacing(8);
    page->addLayout(m_header);
    page->addWidget(m_legend);
    page->addLayout(controls);
    page->addWidget(m_stack, 1);

    connect(m_pages, &QButtonGroup::idClicked, this, [this](int id) {
        m_page = Page(id);
        rebuild();
    });
    connect(m_metric, &QComboBox::currentIndexChanged, this, &ErrorView::rebuild);
    connect(m_metric, &QComboBox::activated, this, [this] { m_metricChosen = true; });
    connect(m_scheme, &QComboBox::currentIndexChanged, this, &ErrorView::rebuild);
    connect(m_order, &QPushButton::toggled, this, &ErrorView::rebuild);
    connect(m_aloneFigure, &QComboBox::currentIndexChanged, this, &ErrorView::rebuild);
    connect(m_words, &EmptyState::wished, this, &View::wished);
    for (auto* bars : {m_bars, m_alone}) {
        connect(bars, &BarList::barClicked, this, &View::layerChosen);
        connect(bars, &BarList::barHovered, this, &View::layerHovered);
    }
    for (auto* chart : {m_cumulative, m_scatter}) {
        connect(chart, &PointChart::chosen, this, &View::layerChosen);
        connect(chart, &PointChart::hovered, this, &View::layerHovered);
    }
    retranslate();
    rebuild();
}

void ErrorView::retranslate() {
    m_pages->button(Bars)->setText(tr("Bars"));
    m_pages->button(Cumulative)->setText(tr("Cumulative"));
    m_pages->button(Scatter)->setText(tr("Scatter"));
    m_pages->button(OneByOne)->setText(tr("One at a time"));
    m_pages->button(OneByOne)->setToolTip(tr("The model's outputs with one layer quantized, and with all but one"));
    m_aloneFigure->setAccessibleName(tr("Figure"));
    m_aloneFigure->setItemText(0, tr("Only this layer quantized"));
    m_aloneFigure->setItemText(1, tr("All but this layer quantized"));
    m_order->setText(tr("Worst first"));
    m_order->setToolTip(tr("Worst layer first, or the model's order"));
    m_metric->setAccessibleName(tr("Metric"));
    m_scheme->setAccessibleName(tr("Scheme"));
    for (int i = 0; i < m_metric->count(); ++i) m_metric->setItemText(i, pairName(barMetrics()[std::size_t(i)]));
    m_cumulative->setAccessibleName(tr("Share of the noise by layers"));
    m_scatter->setAccessibleName(tr("SQNR against parameters"));
}

Metric ErrorView::metric() const { return barMetrics()[std::size_t(std::max(0, m_metric->currentIndex()))]; }

std::size_t ErrorView::column() const { return std::size_t(std::max(0, m_scheme->currentIndex())); }

void ErrorView::show(const State& state, unsigned changes) {
    using enum Change;
    if (changes == unsigned(Hover)) {
        m_state.hovered = state.hovered;
        return highlight();
    }
    m_state = state;
    if ((changes & ((Model | Recipe) | (Results | Filter) | unsigned(Data))) != 0) {
        fillSchemes();
        preferOutputs();
        rebuild();
    } else if (has(changes, Theme)) {
        rebuild();
    } else {
        highlight();
    }
}

/// What comes out of a layer counts more than what its weight lost.
void ErrorView::preferOutputs() {
    if (m_metricChosen) return;
    const Metric wanted = hasOutputs(m_state, column()) ? Metric::OutputIsolated : Metric::Sqnr;
    const QSignalBlocker block(m_metric);
    m_metric->setCurrentIndex(int(std::find(barMetrics().begin(), barMetrics().end(), wanted) - barMetrics().begin()));
}

void ErrorView::fillSchemes() {
    const QSignalBlocker block(m_scheme);
    QStringList schemes;
    if (m_state.comparison) {
        for (const auto& report : m_state.comparison->reports) {
            schemes << QString::fromStdString(schemes::shortText(report.recipe.standard));
        }
    }
    const int kept = m_scheme->currentIndex();
    m_scheme->clear();
    m_scheme->addItems(schemes);
    m_scheme->setCurrentIndex(kept >= 0 && kept < schemes.size() ? kept : schemes.isEmpty() ? -1 : 0);
}

QString ErrorView::emptyWords() const {
    if (m_state.model.empty()) return tr("Open a model to see where the error lies.");
    if (m_state.model.layers().empty()) return tr("This model has no layers with weights.");
    if (!m_state.comparison || m_state.comparison->reports.empty()) {
        return m_state.running ? tr("The first layers are on their way…")
                               : tr("Nothing measured yet. Choose a scheme and press Run.");
    }
    if (m_state.visible.empty()) return tr("No layer passes the filter.");
    return {};
}

void ErrorView::rebuild() {
    const QString words = emptyWords();
    for (auto* button : m_pages->buttons()) button->setEnabled(words.isEmpty());
    m_metric->setVisible(words.isEmpty() && m_page == Bars);
    m_scheme->setVisible(words.isEmpty() && m_page == Bars && m_scheme->count() > 1);
    m_order->setVisible(words.isEmpty() && m_page == Bars);
    m_schemes->setVisible(words.isEmpty() && (m_page == Cumulative || m_page == Scatter));
    m_aloneFigure->setVisible(words.isEmpty() && m_page == OneByOne);
    if (!words.isEmpty()) {
        m_title->setText(tr("Error by layer"));
        m_legend->setText({});
        m_words->say(words);
        m_stack->setCurrentIndex(Words);
        setAccessibleDescription(words);
        return;
    }
    m_stack->setCurrentIndex(m_page);
    if (m_page == Bars) rebuildBars();
    if (m_page == Cumulative) rebuildCumulative();
    if (m_page == Scatter) rebuildScatter();
    if (m_page == OneByOne) rebuildAlone();
    fitHeader(m_header, contentsRect().width() - 32);
    highlight();
}

void ErrorView::rebuildBars() {
    BarPlot plot = errorBars(m_state, column(), metric(), m_order->isChecked());
    m_title->setText(metricTitle(metric()));
    QStringList legend;
    legend << m_scheme->currentText();
    legend << (plot.bars.size() == 1 ? tr("1 layer") : tr("%1 layers").arg(countText(plot.bars.size())));
    const bool pairs = accumulatedOf(metric()).has_value();
    if (pairs && !hasOutputs(m_state, column())) {
        QString words = tr("What comes out of the layers is not measured.");
        const auto actions = waysToMeasure(m_state, words);
        m_title->setText(pairName(metric()));
        m_legend->setText({});
        m_words->say(words, actions);
        m_stack->setCurrentIndex(Words);
        setAccessibleDescription(words);
        return;
    }
    if (pairs) {
        m_title->setText(inDecibels(metric()) ? tr("Output SQNR by layer, dB") : tr("Cosine of the outputs by layer"));
        legend << tr("solid = this layer alone, hatched = all layers quantized") << tr("on %1").arg(dataText(m_state.data.calibration));
    }
    if (inDecibels(metric())) legend << tr("grid of 6.02 dB = 1 bit");
    if (isCosine(metric())) legend << tr("bar = 1 − cosine");
    if (plot.scale == Axis::Scale::Log) legend << tr("logarithmic");
    if (m_state.baseline && std::size_t(*m_state.baseline) != column()) {
        legend << tr("dark mark = %1").arg(m_scheme->itemText(*m_state.baseline));
    }
    m_legend->setText(legend.join(QStringLiteral(" · ")));
    QString summary = legend.join(QStringLiteral(", "));
    const auto worst = std::find_if(plot.bars.begin(), plot.bars.end(), [](const Bar& bar) { return !std::isnan(bar.value); });
    if (m_order->isChecked() && worst != plot.bars.end()) {
        summary += tr("; worst %1 %2").arg(worst->name, worst->text);
    }
    m_bars->setAccessibleDescription(summary);
    setAccessibleDescription(summary);
    m_bars->setBars(std::move(plot.bars), plot.scale, plot.low, plot.high, plot.step,
                    theme().series[column() % theme().series.size()]);
}

void ErrorView::rebuildAlone() {
    const Alone what = m_aloneFigure->currentIndex() == 1 ? Alone::Gain : Alone::Loss;
    m_title->setText(what == Alone::Loss ? tr("The model's outputs with one layer quantized, SQNR in dB")
                                         : tr("What the outputs gain where one layer stays float, dB"));
    if (!hasRanking(m_state)) {
        QString words = tr("Which layer costs most? Each is quantized alone, and all but each, and the model run.");
        auto actions = waysToMeasure(m_state, words);
        for (auto& action : actions)
            if (action.wish == Wish::Measure) action = {tr("Rank the layers"), Wish::Rank};
        m_legend->setText({});
        m_words->say(words, actions);
        m_aloneFigure->hide();
        m_stack->setCurrentIndex(Words);
        setAccessibleDescription(words);
        return;
    }
    BarPlot plot = aloneBars(m_state, what);
    QStringList legend{QString::fromStdString(schemes::shortText(m_state.recipe.standard)),
                       tr("on %1").arg(dataText(m_state.data.calibration)), tr("costliest on top")};
    legend << (what == Alone::Loss ? tr("against float") : tr("against all layers quantized"));
    m_legend->setText(legend.join(QStringLiteral(" · ")));
    QString summary = m_legend->text();
    if (!plot.bars.empty() && !std::isnan(plot.bars.front().value))
        summary += tr("; costliest %1 %2").arg(plot.bars.front().name, plot.bars.front().text);
    m_alone->setAccessibleDescription(summary);
    setAccessibleDescription(summary);
    m_alone->setBars(std::move(plot.bars), plot.scale, plot.low, plot.high, plot.step, theme().series[0]);
    if (what == Alone::Gain) m_alone->setOrigin(0);
}

void ErrorView::rebuildCumulative() {
    PointPlot plot = cumulativeNoise(m_state);
    m_title->setText(tr("Share of the weight noise"));
    QStringList parts;
    std::vector<SchemeLegend::Entry> entries;
    for (const ChartSeries& series : plot.series) {
        int of = 0;
        const int needed = layersForShare(m_state, std::size_t(series.scheme), 0.8, of);
        entries.push_back({series.name, series.scheme});
        if (parts.size() < 3) parts << tr("%1: %2 of %3 layers = 80 %").arg(series.name).arg(needed).arg(of);
    }
    if (plot.series.empty()) parts << tr("no noise to share: nothing is quantized yet, or all of it exactly");
    m_legend->setText(parts.join(QStringLiteral(" · ")));
    m_schemes->setEntries(std::move(entries), true);
    m_cumulative->setAccessibleDescription(m_legend->text());
    setAccessibleDescription(m_legend->text());
    QString guide;
    if (!plot.series.empty()) {
        int of = 0;
        const int needed = layersForShare(m_state, std::size_t(plot.series.front().scheme), 0.8, of);
        guide = needed == 1 ? tr("1 layer = 80 %") : tr("%1 layers = 80 %").arg(needed);
    }
    m_cumulative->setGuide(80, guide);
    m_cumulative->setSeries(std::move(plot.series), plot.axes);
}

void ErrorView::rebuildScatter() {
    PointPlot plot = errorAgainstSize(m_state);
    m_title->setText(tr("SQNR against size"));
    m_legend->setText(plot.series.empty() ? tr("no layer has a figure yet")
                                          : tr("upper right: big and safe · lower left: small and cheap to promote"));
    std::vector<SchemeLegend::Entry> entries;
    for (const ChartSeries& series : plot.series) entries.push_back({series.name, series.scheme});
    m_schemes->setEntries(std::move(entries), false);
    m_scatter->setAccessibleDescription(m_legend->text());
    setAccessibleDescription(m_legend->text());
    m_scatter->setSeries(std::move(plot.series), plot.axes);
}

void ErrorView::highlight() {
    for (auto* bars : {m_bars, m_alone}) {
        bars->setCurrent(m_state.current);
        bars->setHovered(m_state.hovered);
    }
    for (auto* chart : {m_cumulative, m_scatter}) {
        chart->setCurrent(m_state.current);
        chart->setHovered(m_state.hovered);
    }
}

void ErrorView::resizeEvent(QResizeEvent* event) {
    View::resizeEvent(event);
    fitHeader(m_header, contentsRect().width() - 32);
}

void ErrorView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        rebuild();
    }
    View::changeEvent(event);
}

bool ErrorView::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->key() == Qt::Key_C && (key->modifiers() & Qt::ControlModifier)) {
            event->accept();
            return true;
        }
    }
    return View::event(event);
}

void ErrorView::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy) && m_state.comparison && !m_state.model.empty()) {
        const auto plot = errorBars(m_state, column(), metric(), m_order->isChecked());
        QString text = QStringLiteral("layer\t%1\n").arg(metricName(metric()));
        for (const Bar& bar : plot.bars) {
            const double value = metricValue(metric(), m_state.report(bar.id, column()));
            text += bar.name + QLatin1Char('\t');
            if (!std::isnan(value)) text += QString::number(value, 'g', 17);
            text += QLatin1Char('\n');
        }
        QGuiApplication::clipboard()->setText(text);
        Q_EMIT messageWanted(tr("Copied with every digit; rows: %1.").arg(plot.bars.size()));
        return;
    }
    if (event->modifiers() == (Qt::ControlModifier | Qt::ShiftModifier) && event->key() == Qt::Key_C) {
        copyPicture(this);
        Q_EMIT messageWanted(tr("Copied the chart as a picture."));
        return;
    }
    View::keyPressEvent(event);
}

View* createErrorView(QWidget* parent) { return new ErrorView(parent); }

QJsonObject ErrorView::plotState() const {
    QJsonObject root;
    for (const auto& [name, chart] : {std::pair{"cumulative", m_cumulative}, std::pair{"scatter", m_scatter}}) {
        const ChartAxes& axes = chart->axes();
        root.insert(QLatin1String(name), QJsonObject{{QStringLiteral("x"), QJsonArray{axes.xLow, axes.xHigh}},
                                                     {QStringLiteral("y"), QJsonArray{axes.yLow, axes.yHigh}}});
    }
    return root;
}

}  // namespace roundoff::ui
