#include "ui/views/activations_view.h"

#include <QCoreApplication>
#include <QEvent>
#include <QJsonArray>
#include <QLabel>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/analysis/smoothing.h"
#include "core/calibration/trial.h"
#include "ui/charts/axis.h"
#include "ui/charts/channel_bars.h"
#include "ui/charts/range_bands.h"
#include "ui/charts/value_histogram.h"
#include "ui/shell/numbers.h"
#include "ui/views/empty_state.h"
#include "ui/views/input_map_card.h"
#include "ui/views/smoothing_card.h"

namespace roundoff::ui {
namespace {
constexpr int kNarrow = 520;  ///< below, the two upper plots stand one above the other

/// "largest channels, to the median: 118 (4.0 ×), 3 (3.2 ×), 77 (3.1 ×)"; nothing where there are too few to stand apart.
QString largestChannels(const std::vector<float>& magnitudes) {
    constexpr std::ptrdiff_t kNamed = 3;
    const double median = analysis::spreadOf(magnitudes).median;
    if (std::ssize(magnitudes) <= kNamed || !(median > 0)) return {};
    std::vector<std::size_t> order(magnitudes.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::partial_sort(order.begin(), order.begin() + kNamed, order.end(), [&](std::size_t a, std::size_t b) {
        return magnitudes[a] != magnitudes[b] ? magnitudes[a] > magnitudes[b] : a < b;
    });
    QStringList words;
    for (std::size_t i = 0; i < kNamed; ++i)
        words << QStringLiteral("%1 (%2 ×)").arg(order[i]).arg(double(magnitudes[order[i]]) / median, 0, 'f', 1);
    return QCoreApplication::translate("ActivationsView", "largest channels, to the median: %1").arg(words.join(QStringLiteral(", ")));
}
}  // namespace

ActivationsView::ActivationsView(QWidget* parent) : View(parent) {
    setProperty("look", QStringLiteral("page"));
    setAttribute(Qt::WA_StyledBackground);
    m_title = new QLabel(this);
    m_title->setObjectName(QStringLiteral("activationsTitle"));
    m_title->setProperty("look", QStringLiteral("title"));
    m_title->setMinimumWidth(40);
    m_legend = new QLabel(this);
    m_legend->setObjectName(QStringLiteral("activationsLegend"));
    m_notes = new QLabel(this);
    m_notes->setObjectName(QStringLiteral("activationsNotes"));
    for (QLabel* label : {m_legend, m_notes}) {
        label->setProperty("look", QStringLiteral("muted"));
        label->setWordWrap(true);
    }
    m_bands = new RangeBands;
    m_histogram = new ValueHistogram;
    m_channels = new ChannelBars;
    m_map = new InputMapCard;
    m_smoothing = new SmoothingCard;
    m_empty = new EmptyState;

    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* plots = new QWidget;
    plots->setProperty("look", QStringLiteral("page"));
    m_pair = new QBoxLayout(QBoxLayout::LeftToRight);
    m_pair->setSpacing(18);
    m_pair->addWidget(m_bands, 1);
    m_pair->addWidget(m_histogram, 1);
    auto* column = new QVBoxLayout(plots);
    column->setContentsMargins(0, 4, 4, 0);
    column->setSpacing(12);
    column->addLayout(m_pair, 5);
    column->addWidget(m_notes);
    column->addWidget(m_channels, 4);
    column->addWidget(m_smoothing);
    column->addWidget(m_map, 5);
    scroll->setWidget(plots);
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(scroll);
    m_stack->addWidget(m_empty);
    auto* page = new QVBoxLayout(this);
    page->setContentsMargins(16, 12, 12, 12);
    page->setSpacing(4);
    page->addWidget(m_title);
    page->addWidget(m_legend);
    page->addWidget(m_stack, 1);
    connect(m_empty, &EmptyState::wished, this, &View::wished);
    connect(m_smoothing, &SmoothingCard::smoothed, m_channels, &ChannelBars::setOutline);
    rebuild();
}

void ActivationsView::show(const State& state, unsigned changes) {
    using enum Change;
    if (changes == unsigned(Hover)) return;
    const bool other = has(changes, Model) || m_state.model.empty();
    m_state = state;
    if (other) {
        m_inputs.clear();
        if (!state.model.empty())
            for (const auto& values : calibration::layerValues(state.model)) m_inputs.push_back(QString::fromStdString(values.input));
    }
    if ((changes & ((Model | Recipe) | (Selection | Data) | unsigned(Theme))) != 0) rebuild();
}

const calibration::Observation* ActivationsView::observation() const {
    if (!m_state.calibration || m_state.current < 0 || std::size_t(m_state.current) >= m_inputs.size()) return nullptr;
    const auto found = m_state.calibration->values.find(m_inputs[std::size_t(m_state.current)].toStdString());
    return found == m_state.calibration->values.end() ? nullptr : &found->second;
}

void ActivationsView::say(const QString& words, bool offer) {
    QString text = words;
    const auto actions = offer ? waysToMeasure(m_state, text) : std::vector<EmptyState::Action>{};
    m_empty->say(text, actions);
    m_stack->setCurrentIndex(1);
    m_legend->clear();
    setAccessibleDescription(text);
}

void ActivationsView::rebuild() {
    const bool layer = !m_state.model.empty() && m_state.current >= 0 && std::size_t(m_state.current) < m_inputs.size();
    m_title->setText(layer ? tr("Input of %1").arg(QString::fromStdString(m_state.model.layers()[std::size_t(m_state.current)].name))
                           : tr("Activations"));
    if (m_state.model.empty()) return say(tr("Open a model to see what flows through it."), false);
    if (!layer) return say(tr("Select a layer to see what flows into it."), false);
    if (!m_state.calibration)
        return say(tr("What flows into the layers is not known: the model has not been run on any data."), true);
    const auto* seen = observation();
    if (!seen) return say(tr("The input of this layer was not watched: it holds no floats, or its operator stands in a branch of the graph."), false);
    m_stack->setCurrentIndex(0);
    QStringList legend;
    if (m_state.calibration->synthetic) legend << tr("synthetic");
    legend << m_inputs[std::size_t(m_state.current)] << QString::fromStdString(tensor::text(seen->shape))
           << QString::fromStdString(m_state.calibration->conditions);
    m_legend->setText(legend.join(QStringLiteral(" · ")));
    showPlots(*seen);
    showClip(*seen);
    showMap();
    showSmoothing(*seen);
}

void ActivationsView::showPlots(const calibration::Observation& seen) {
    std::vector<RangeBands::Band> bands;
    for (const auto& band : seen.bands) bands.push_back({double(band.low), double(band.high)});
    m_bands->setBands(std::move(bands), seen.samples);
    m_histogram->setCounts(seen.counts, seen.limit, double(seen.moments.min), double(seen.moments.max), seen.zeros);
    m_channels->setMagnitudes(seen.channelAbsmax);
}

void ActivationsView::showClip(const calibration::Observation& seen) {
    const auto& scheme = m_state.recipe.schemeOf(m_state.model.layers()[std::size_t(m_state.current)].name);
    QStringList notes;
    const auto& moments = seen.moments;
    const double count = double(std::max<std::uint64_t>(1, moments.finite()));
    const double rms = std::sqrt(moments.sum2 / count), most = std::max(std::abs(double(moments.min)), std::abs(double(moments.max)));
    notes << tr("%1 to %2").arg(numberText(double(moments.min)), numberText(double(moments.max)))
          << tr("crest %1").arg(rms > 0 ? QString::number(most / rms, 'f', 1) : dashText())
          << tr("%1 zeros").arg(percentText(double(moments.zeros) / count));
    if (const QString largest = largestChannels(seen.channelAbsmax); !largest.isEmpty()) notes << largest;
    if (moments.nan + moments.inf > 0) notes << tr("%1 NaN or infinite").arg(countText(moments.nan + moments.inf));
    if (moments.min == moments.max) notes << tr("constant: nothing can be learned of its range");
    calibration::ActivationRange range;
    if (!scheme.activation) {
        notes << tr("this scheme leaves activations in float");
    } else if (scheme.activation->timing == schemes::Timing::Dynamic) {
        notes << tr("the range is found anew at every run (dynamic)");
    } else {
        range = calibration::rangeOf(seen, *scheme.activation);
    }
    m_bands->setClip(range.low, range.high);
    m_histogram->setClip(range.low, range.high);
    if (range.low != range.high)
        notes << tr("dashed = kept by %1: %2 to %3, %4 clipped")
                     .arg(schemeText(scheme), numberText(range.low), numberText(range.high), percentText(m_histogram->clippedShare()));
    m_notes->setText(notes.join(QStringLiteral(" · ")));
    setAccessibleDescription(m_legend->text() + QStringLiteral("; ") + m_notes->text());
}

void ActivationsView::showMap() {
    const auto& known = m_state.inputMap;
    if (known && known->layer == std::size_t(m_state.current)) return m_map->show(*known);
    m_map->say(m_state.measuring || m_state.timing ? tr("Comes once the model's present run has ended…") : tr("Running one sample…"));
    Q_EMIT wished(Wish::MapInput);
}

void ActivationsView::showSmoothing(const calibration::Observation& seen) {
    const auto& channels = m_state.channels;
    if (!channels || channels->layer != std::size_t(m_state.current))
        return m_smoothing->say(tr("The weight's channels are being read…"));
    m_smoothing->setChannels({seen.channelAbsmax, seen.channelSum2, seen.moments.finite()}, channels->weight);
}

void ActivationsView::resizeEvent(QResizeEvent* event) {
    View::resizeEvent(event);
    m_pair->setDirection(width() < kNarrow ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
}

void ActivationsView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) rebuild();
    View::changeEvent(event);
}

QJsonObject ActivationsView::plotState() const {
    QJsonArray outliers;
    for (const std::size_t j : m_channels->outliers()) outliers.append(int(j));
    return {{QStringLiteral("outliers"), outliers}, {QStringLiteral("alpha"), m_smoothing->alpha()},
            {QStringLiteral("largestFirst"), m_map->largestFirst()}};
}

View* createActivationsView(QWidget* parent) { return new ActivationsView(parent); }

}  // namespace roundoff::ui
