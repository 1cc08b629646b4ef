#include "ui/views/distribution_view.h"

#include <QJsonArray>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <algorithm>
#include <cmath>

#include "core/schemes/number_format.h"
#include "ui/charts/axis.h"
#include "ui/charts/channel_strip.h"
#include "ui/charts/clip_curve.h"
#include "ui/charts/histogram_plot.h"
#include "ui/charts/paint.h"
#include "ui/shell/numbers.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {
namespace {

using schemes::Granularity;
using schemes::Range;
using schemes::Symmetry;

QString qtext(std::string_view text) { return QString::fromUtf8(text.data(), qsizetype(text.size())); }

/// Non-empty bins, counted up to three.
int occupied(const analysis::Histogram& histogram) {
    int found = 0;
    for (const std::uint64_t count : histogram.counts) {
        if (count > 0 && ++found > 2) break;
    }
    return found;
}

/// "channel 17", "group 3 of channel 17", "the block from row 128 and column 0 on".
QString gridName(const analysis::Distribution& close, const analysis::BlockGrid& grid) {
    const auto& granularity = close.granularity;
    const auto length = std::max(granularity.columns, 1U);
    switch (granularity.kind) {
        case Granularity::Kind::Channel: return DistributionView::tr("channel %1").arg(grid.channel);
        case Granularity::Kind::Group:
            return DistributionView::tr("group %1 of channel %2").arg(grid.group).arg(grid.channel);
        case Granularity::Kind::Block:
            return DistributionView::tr("the block of channels from %1 and inputs from %2 on")
                .arg(grid.channel / std::max(granularity.rows, 1U) * granularity.rows)
                .arg(grid.position / length * length);
        default: return DistributionView::tr("the tensor");
    }
}

}  // namespace

DistributionView::DistributionView(QWidget* parent) : View(parent) {
    build();
    retranslate();
    showEmpty({}, tr("Open a model to see how its weights are distributed."));
}

Symmetry DistributionView::symmetry() const {
    // The scheme's own convention, unless the lock says the other kind.
    if (m_mirror->isChecked() == schemes::isSymmetric(m_scheme.weight.symmetry)) return m_scheme.weight.symmetry;
    return m_mirror->isChecked() ? Symmetry::Symmetric : Symmetry::Asymmetric;
}

bool DistributionView::trying() const {
    return m_bits && (m_plot->clipLow() != m_home.low || m_plot->clipHigh() != m_home.high ||
                      symmetry() != m_scheme.weight.symmetry);
}

void DistributionView::showEmpty(const QString& title, const QString& words) {
    m_subject = {};
    m_bits.reset();
    m_title->setText(title);
    m_legend->setText({});
    m_note->hide();
    m_clipRow->hide();
    m_cards->hide();
    m_plot->setWords(words);
    for (auto* button : {m_log, m_fit, m_autofit, m_reset}) button->setEnabled(false);
}

void DistributionView::show(const State& state, unsigned changes) {
    using enum Change;
    const unsigned mine = (Model | Recipe) | (Results | Change::Distribution) | (Selection | Theme);
    if ((changes & mine) == 0) return;
    if (state.model.empty()) return showEmpty({}, tr("Open a model to see how its weights are distributed."));
    const auto& layers = state.model.layers();
    if (state.current < 0 || std::size_t(state.current) >= layers.size()) {
        return showEmpty({}, layers.empty() ? tr("This model has no layers with weights.")
                                            : tr("Choose a layer in the table to see its weights."));
    }
    const auto& layer = layers[std::size_t(state.current)];
    const bool close = state.distribution && state.distribution->layer == std::size_t(state.current);
    const auto* statistics = close ? &state.distribution->statistics : state.statistics(state.current);
    if (!statistics) {
        const auto* report = state.report(state.current);
        QString words = state.running ? tr("Reading the weights…")
                                      : tr("Not read yet. Run the comparison to see this layer's weights.");
        if (report && report->status == analysis::Status::Skipped) words = tr("Skipped: %1").arg(qtext(report->reason));
        return showEmpty(qtext(layer.name), words);
    }
    Subject subject{state.current, close ? state.distribution : nullptr, nullptr};
    if (!close) subject.statisticsOf = state.comparison.get();
    if (subject == m_subject && !has(changes, Theme)) return;
    if (!(subject == m_subject)) {
        // While only statistics are there, every new result is a new comparison; the histogram stays the same.
        const bool same = !close && m_subject.layer == subject.layer && !m_subject.distribution;
        m_subject = std::move(subject);
        m_statistics = *statistics;
        if (!same) fill(state);
    }
    fillWords(state);
    fillCards();
}

void DistributionView::fill(const State& state) {
    const auto* close = m_subject.distribution.get();
    m_scheme = close ? close->scheme : state.recipe.schemeOf(state.model.layers()[std::size_t(state.current)].name);
    m_rule.reset();
    m_points.clear();
    m_bits.reset();
    m_grid = {};
    m_gridLevels.clear();
    const auto finite = m_statistics.count - std::min(m_statistics.count, m_statistics.nan + m_statistics.inf);
    const int bins = occupied(histogram());
    QString words;
    if (m_statistics.count == 0) {
        words = tr("This weight has no elements.");
    } else if (finite == 0) {
        words = tr("No finite value: %1 NaN, %2 infinite. There is nothing to draw or to quantize.")
                    .arg(countText(m_statistics.nan), countText(m_statistics.inf));
    } else if (m_statistics.min == m_statistics.max) {
        words = tr("Constant: all %1 weights are %2.").arg(countText(finite), numberText(m_statistics.min, 6));
    } else if (bins <= 2) {
        words = tr("Only two values: every weight is %1 or %2, or closer to one of them than %3.")
                    .arg(numberText(m_statistics.min, 6), numberText(m_statistics.max, 6),
                         numberText(histogram().binWidth()));
    }
    const bool plotted = words.isEmpty();
    for (auto* button : {m_log, m_fit}) button->setEnabled(plotted);
    if (close) {
        m_strip->setCounts(plotted ? close->channelCounts : std::vector<std::uint32_t>(), close->channelRows,
                           close->valueColumns, close->channels, histogram().low, histogram().high);
    } else {
        m_strip->setCounts({}, 0, 0, 0, 0, 0);
    }
    if (!plotted) {
        m_plot->setWords(words);
        m_curve->setCurve({});
        return;
    }
    m_bits = integerBits(m_scheme.weight);
    HistogramContent content;
    content.values = histogram();
    content.adjustable = m_bits.has_value();
    if (close) {
        content.quantized = close->dequantized;
        content.levels = close->levels;
    }
    content.uniform = m_bits.has_value();
    m_home = wholeRange(histogram(), m_scheme.weight.symmetry);
    if (!content.levels.empty()) m_home = {content.levels.front(), content.levels.back()};
    content.low = m_home.low;
    content.high = m_home.high;
    const auto& layer = state.model.layers()[std::size_t(state.current)];
    content.name = QStringLiteral("%1, %2").arg(qtext(layer.name), qtext(schemes::shortText(m_scheme)));
    {
        const QSignalBlocker plot(m_plot);
        m_mirror->setChecked(schemes::isSymmetric(m_scheme.weight.symmetry));
        m_plot->setSymmetric(m_mirror->isChecked());
    }
    m_plot->setContent(std::move(content));
    showGridOf(-1);
    if (close && m_grid.found() && close->channels > 0)
        m_strip->setHome(int(m_grid.channel * close->channelRows / close->channels));
    if (m_bits) m_points = clipCurve(histogram(), *m_bits, symmetry());
}

void DistributionView::fillWords(const State& state) {
    const auto& layer = state.model.layers()[std::size_t(state.current)];
    m_title->setText(qtext(layer.name));
    const auto& tensors = state.model.tensors();
    const QString type = layer.weight < tensors.size() ? qtext(tensor::name(tensors[layer.weight].type)) : tr("float");
    const QString scheme = qtext(schemes::shortText(m_scheme));
    const bool isFloat = m_scheme.weight.format == "float";
    const auto* close = m_subject.distribution.get();

    QStringList parts;
    parts << tr("%1 filled").arg(type);
    if (close && !isFloat) {
        const bool stems = !close->levels.empty() && close->levels.size() <= 64;
        parts << (stems                  ? tr("%1 as stems").arg(scheme)
                  : close->levels.empty() ? tr("%1 as outline, per bin").arg(scheme)
                                          : tr("%1 as outline, per level").arg(scheme));
    }
    parts << tr("%1 bins of %2").arg(countText(histogram().counts.size()), numberText(histogram().binWidth()));
    parts << tr("%1 weights").arg(countText(m_statistics.count));
    if (m_statistics.nan > 0) parts << tr("%1 NaN, not drawn").arg(countText(m_statistics.nan));
    if (m_statistics.inf > 0) parts << tr("%1 infinite, not drawn").arg(countText(m_statistics.inf));
    m_legend->setText(parts.join(QStringLiteral(" · ")));

    const auto* report = state.report(state.current);
    m_kept = report && report->status == analysis::Status::Kept ? qtext(report->reason) : QString();
    fillNote();
}

void DistributionView::fillNote() {
    const auto* close = m_subject.distribution.get();
    const QString scheme = qtext(schemes::shortText(m_scheme));
    QStringList notes;
    if (!m_kept.isEmpty()) {
        notes << tr("Stays float: %1.").arg(m_kept);
    } else if (m_scheme.weight.format == "float") {
        notes << tr("This layer stays float, so there is no grid to draw.");
    } else if (!close) {
        notes << tr("Quantizing the layer to draw what becomes of it…");
    } else {
        if (!m_gridLevels.empty()) {
            const bool coarsest = m_grid.index == close->coarsest.index;
            const QString count = countText(m_gridLevels.size());
            QString which = close->occurring ? tr("The ticks are the %1 values that %2 takes").arg(count, gridName(*close, m_grid))
                            : m_bits         ? tr("The ticks are the levels of %1, step %2")
                                           .arg(gridName(*close, m_grid), numberText(std::abs(m_grid.scale)))
                                             : tr("The ticks are the %1 levels of %2").arg(count, gridName(*close, m_grid));
            which += !coarsest          ? QStringLiteral(".")
                     : close->occurring ? tr(", where the largest value lies.")
                                        : tr(", the coarsest grid of all.");
            if (close->channelRows > 1 && !close->unitLevels.empty() && showsStrip()) which += tr(" Click a channel at the bottom right for its own.");
            notes << which;
        } else if (!close->levels.empty() && close->occurring) {
            notes << tr("The levels are the values that occur.");
        }
        const bool one = !close->levels.empty();
        if (!m_bits && close->occurring)
            notes << tr("The blocks of %1 have scales of their own within, so the clip handles do not act.").arg(scheme);
        else if (!m_bits)
            notes << tr("The levels of %1 are unevenly spaced, so the clip handles do not act.").arg(scheme);
        else if (!one)
            notes << tr("The handles try one clip for all of them (per-tensor trial).");
    }
    m_note->setText(notes.join(QLatin1Char(' ')));
    m_note->setVisible(!notes.isEmpty());
}

void DistributionView::showGridOf(int row) {
    const auto* close = m_subject.distribution.get();
    m_grid = {};
    m_gridLevels.clear();
    if (!close || !close->levels.empty() || m_scheme.weight.format == "float") return;
    m_grid = close->coarsest;
    m_gridLevels = analysis::levelsOf(*close, m_grid);
    if (row >= 0 && std::size_t(row) < close->rowGrids.size()) {
        const auto levels = analysis::levelsOf(*close, close->rowGrids[std::size_t(row)]);
        if (!levels.empty()) m_grid = close->rowGrids[std::size_t(row)], m_gridLevels = levels;
    }
    m_plot->setSample(m_gridLevels, gridName(*close, m_grid));
}

void DistributionView::fillCards() {
    const auto* close = m_subject.distribution.get();
    m_clipRow->setVisible(m_bits.has_value());
    m_autofit->setEnabled(m_bits.has_value());
    m_cards->setVisible(close != nullptr || m_bits.has_value());
    const bool trial = trying();
    m_reset->setEnabled(trial);

    std::vector<ClipCurve::Point> curve;
    for (const ClipPoint& point : m_points) curve.push_back({point.share, point.mse});
    m_curve->setCurve(std::move(curve));

    double rounding = NAN, clipping = NAN, total = NAN, sqnr = NAN;
    if (m_bits) {
        const ClipRange range{m_plot->clipLow(), m_plot->clipHigh()};
        const auto estimate = analysis::estimateClip(histogram(), *m_bits, symmetry(), range.low, range.high);
        const bool oneScale = trial || m_scheme.weight.granularity.kind == Granularity::Kind::Tensor;
        if (oneScale) {
            rounding = estimate.roundingMse;
            clipping = estimate.clippingMse;
            total = rounding + clipping;
            sqnr = estimate.sqnrDb;
            m_step->setText(tr("%1 levels, step %2").arg(countText(std::uint64_t(estimate.levels)), numberText(estimate.step)) +
                            QStringLiteral(" · ") + tr("%1 clipped").arg(percentText(estimate.clippedShare)));
        } else {
            m_step->setText(tr("median step %1").arg(numberText(close ? close->scale : NAN)));
        }
        const ClipRange whole = wholeRange(histogram(), symmetry());
        const double span = whole.high - whole.low;
        m_curve->setCurrent(span > 0 ? (range.high - range.low) / span : 1, estimate.roundingMse + estimate.clippingMse);
        const QSignalBlocker low(m_low), high(m_high);
        if (!m_low->hasFocus() || !m_low->isModified()) m_low->setText(numberText(range.low, 4));
        if (!m_high->hasFocus() || !m_high->isModified()) m_high->setText(numberText(range.high, 4));
    }
    QString delta;
    const double own = close && close->error.count > 0 ? close->error.sqnrDb() : NAN;
    if (!trial && std::isfinite(own)) {
        // Measured; the part that clipping takes of it is an estimate.
        total = close->error.mse();
        sqnr = own;
        if (!std::isnan(clipping)) {
            clipping = std::min(clipping, total);
            rounding = total - clipping;
        }
    } else if (trial && std::isfinite(own) && std::isfinite(sqnr)) {
        const double change = sqnr - own;
        const QString sign = change < -0.05 ? QStringLiteral("−") : QStringLiteral("+");
        delta = QStringLiteral(" (%1%2)").arg(sign, QString::number(std::abs(change), 'f', 1));
    }
    const QColor colour = !trial || delta.isEmpty() ? theme().text
                          : sqnr >= own             ? theme().ok
                                                    : theme().warn;
    const QString unit = std::isfinite(sqnr) ? QStringLiteral(" dB") : QString();
    m_figures->setText(QStringLiteral("<p style=\"line-height:136%\">%1<br>%2<br>%3<br><b style=\"color:%4\">%5%6%7</b></p>")
                           .arg(numberText(rounding), numberText(clipping), numberText(total), colour.name(),
                                dbText(sqnr), unit, delta));
    m_origin->setText(trial              ? tr("estimated; change against %1").arg(qtext(schemes::shortText(m_scheme)))
                      : close            ? tr("measured on every weight")
                                         : tr("estimated from the bins"));
    const auto scheme = trial ? wanted() : std::nullopt;
    m_use->setVisible(scheme.has_value());
    if (scheme) m_use->setText(tr("Use %1").arg(qtext(schemes::shortText(*scheme))));
}

void DistributionView::tried() {
    if (!m_bits) return;
    const ClipRange range{m_plot->clipLow(), m_plot->clipHigh()};
    m_plot->setTrial(trying() ? clipLevels(*m_bits, symmetry(), range) : std::vector<double>());
    fillCards();
}

void DistributionView::tryRange(const ClipRange& range, std::optional<Range> rule) {
    if (!m_bits || !(range.high > range.low)) return;
    m_plot->setClip(range.low, range.high);
    m_rule = rule;
    tried();
}

void DistributionView::typed() {
    double low = 0, high = 0;
    const bool lowGood = parseNumber(m_low->text(), low), highGood = parseNumber(m_high->text(), high);
    const bool lowChanged = m_low->isModified(), highChanged = m_high->isModified();
    m_low->setModified(false);
    m_high->setModified(false);
    if (!lowChanged && !highChanged) return;
    if (!lowGood || !highGood || !m_bits) {
        Q_EMIT messageWanted(tr("A clip is a number such as 0.235 or 2e-3."));
        return fillCards();
    }
    if (m_mirror->isChecked()) {
        const double size = std::abs(highChanged ? high : low);
        low = -size;
        high = size;
    }
    if (!(high > low)) {
        Q_EMIT messageWanted(tr("The lower clip must be below the upper one."));
        return fillCards();
    }
    tryRange({low, high}, {});
}

void DistributionView::reset() {
    {
        const QSignalBlocker plot(m_plot);
        m_mirror->setChecked(schemes::isSymmetric(m_scheme.weight.symmetry));
        m_plot->setSymmetric(m_mirror->isChecked());
    }
    if (m_bits) m_points = clipCurve(histogram(), *m_bits, symmetry());
    tryRange(m_home, {});
}

std::optional<schemes::Scheme> DistributionView::wanted() const {
    if (!m_bits) return {};
    schemes::Scheme scheme = m_scheme;
    scheme.weight.granularity = {};
    scheme.weight.symmetry = symmetry();
    if (m_rule) {
        scheme.weight.range = *m_rule;
    } else {
        // A clip set by hand is the percentile that keeps as many values; only a mirrored one says the same thing.
        if (!schemes::isSymmetric(symmetry())) return {};
        const ClipRange range{m_plot->clipLow(), m_plot->clipHigh()};
        const double kept = std::floor(shareWithin(histogram(), range) * 1e5) / 1e3;
        if (kept < 50) return {};
        scheme.weight.range = kept >= 100 ? Range{} : Range{Range::Rule::Percentile, kept};
    }
    const auto parsed = schemes::parseScheme(schemes::text(scheme));
    if (!parsed || !(*parsed == scheme)) return {};  // the format has no such range, symmetry or granularity
    if (scheme == m_scheme) return {};
    return scheme;
}

void DistributionView::keyPressEvent(QKeyEvent* event) {
    if (event->modifiers() == (Qt::ControlModifier | Qt::ShiftModifier) && event->key() == Qt::Key_C) {
        copyPicture(m_plot);
        Q_EMIT messageWanted(tr("Copied the histogram as a picture."));
        return;
    }
    View::keyPressEvent(event);
}

View* createDistributionView(QWidget* parent) { return new DistributionView(parent); }

QJsonObject DistributionView::plotState() const {
    return {{QStringLiteral("x"), QJsonArray{m_plot->viewLow(), m_plot->viewHigh()}},
            {QStringLiteral("logarithmic"), m_plot->logarithmic()},
            {QStringLiteral("handles"), QJsonArray{m_plot->clipLow(), m_plot->clipHigh()}},
            {QStringLiteral("trial"), trying()}};
}

}  // namespace roundoff::ui
