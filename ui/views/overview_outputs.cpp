#include "ui/views/overview_outputs.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/shell/numbers.h"
#include "ui/views/overview_tile.h"

namespace roundoff::ui {
namespace {

/// A mean and its standard error with as many digits as the error bears.
QString meanText(double value, double error, double factor) {
    value *= factor, error *= factor;
    if (!(error > 0)) return significantText(value, 3);
    const int decimals = std::clamp(-int(std::floor(std::log10(error))), 0, 6);
    return QStringLiteral("%1 ± %2").arg(value, 0, 'f', decimals).arg(error, 0, 'f', decimals);
}

const analysis::Evaluation* evaluationOf(const State& state, std::size_t column) {
    if (!state.comparison || column >= state.comparison->reports.size()) return nullptr;
    const auto& report = state.comparison->reports[column];
    return report.output ? &*report.output : nullptr;
}

QString percentPair(double before, double after) {
    const auto figure = [](double share) { return share == 1 ? QStringLiteral("100") : QString::number(share * 100, 'f', 1); };
    return QStringLiteral("%1 → %2 %").arg(figure(before), figure(after));
}

}  // namespace

OverviewOutputs::OverviewOutputs(OverviewTile* output, QWidget* parent)
    : QWidget(parent), m_output(output), m_conditions(new QLabel(this)), m_act(new QPushButton(this)) {
    setObjectName(QStringLiteral("overviewOutputs"));
    auto* row = new QHBoxLayout;
    row->setSpacing(10);
    for (auto& tile : m_tiles) {
        tile = new OverviewTile({}, this);
        row->addWidget(tile, 1);
    }
    m_tiles[0]->setObjectName(QStringLiteral("outputTile0"));
    m_tiles[1]->setObjectName(QStringLiteral("outputTile1"));
    m_tiles[2]->setObjectName(QStringLiteral("outputTile2"));
    m_conditions->setObjectName(QStringLiteral("outputConditions"));
    m_conditions->setProperty("look", QStringLiteral("small"));
    m_conditions->setWordWrap(true);
    m_act->setObjectName(QStringLiteral("outputAct"));
    m_act->setProperty("look", QStringLiteral("link"));
    auto* below = new QHBoxLayout;
    below->addWidget(m_conditions, 1);
    below->addWidget(m_act, 0, Qt::AlignTop);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addLayout(row);
    column->addLayout(below);
    connect(m_act, &QPushButton::clicked, this, [this] { Q_EMIT wished(m_wish); });
    connect(m_output, &OverviewTile::clicked, this, [this] { Q_EMIT wished(m_wish); });
}

void OverviewOutputs::show(const State& state) {
    const auto* evaluation = evaluationOf(state, 0);
    for (auto* tile : m_tiles) tile->setVisible(evaluation && (evaluation->language || evaluation->accuracy));
    showOutput(state, evaluation);
    if (!evaluation) return showMissing(state);
    m_act->hide();
    m_conditions->setText((evaluation->synthetic ? tr("Synthetic: ") : tr("Whole model on ")) +
                          QString::fromStdString(evaluation->conditions));
    m_conditions->show();
    const auto* other = state.baseline && *state.baseline != 0 ? evaluationOf(state, std::size_t(*state.baseline)) : nullptr;
    const QString name = other ? schemeText(state.comparison->reports[std::size_t(*state.baseline)].recipe.standard) : QString();
    if (evaluation->language) {
        const auto& language = *evaluation->language;
        const auto* base = other && other->language ? &*other->language : nullptr;
        m_tiles[0]->setTitle(tr("Perplexity"));
        m_tiles[0]->show(QStringLiteral("%1 → %2").arg(language.perplexityFloat, 0, 'f', 3).arg(language.perplexity, 0, 'f', 3),
                         base ? tr("%1: %2").arg(name).arg(base->perplexity, 0, 'f', 3)
                              : tr("float → quantized, %1 tokens").arg(countText(language.tokens)));
        m_tiles[1]->setTitle(tr("KL divergence"));
        m_tiles[1]->show(meanText(language.kld.value, language.kld.error, 1),
                         base ? tr("%1: %2").arg(name, meanText(base->kld.value, base->kld.error, 1)) : tr("from float, nats a token"));
        m_tiles[2]->setTitle(tr("Same likeliest token"));
        m_tiles[2]->show(meanText(language.sameTop.value, language.sameTop.error, 100) + QStringLiteral(" %"),
                         base ? tr("%1: %2 %").arg(name, meanText(base->sameTop.value, base->sameTop.error, 100))
                              : tr("as the float model's"));
    } else if (evaluation->accuracy) {
        const auto& accuracy = *evaluation->accuracy;
        const auto* base = other && other->accuracy ? &*other->accuracy : nullptr;
        m_tiles[0]->setTitle(tr("Top-1 accuracy"));
        m_tiles[0]->show(percentPair(accuracy.top1Float, accuracy.top1),
                         base ? tr("%1: %2").arg(name, percentText(base->top1))
                              : tr("float → quantized, %1 samples").arg(countText(accuracy.samples)));
        m_tiles[1]->setTitle(tr("Top-5 accuracy"));
        m_tiles[1]->show(percentPair(accuracy.top5Float, accuracy.top5),
                         base ? tr("%1: %2").arg(name, percentText(base->top5))
                              : tr("float → quantized"));
        m_tiles[2]->setTitle(tr("Same likeliest class"));
        const double same = evaluation->output.rows ? double(evaluation->output.sameTop) / double(evaluation->output.rows) : 0;
        m_tiles[2]->show(QString::number(same * 100, 'f', 1) + QStringLiteral(" %"), tr("as the float model's"));
    }
}

void OverviewOutputs::showOutput(const State& state, const analysis::Evaluation* evaluation) {
    m_output->setLink(!evaluation);
    if (!evaluation) {
        m_output->show(state.outputsStale ? tr("stale") : tr("not measured"),
                       state.measuring               ? tr("measuring…")
                       : !state.data.calibration     ? tr("choose data")
                       : state.outputsStale          ? tr("measure again")
                                                     : tr("measure"),
                       true);
        return;
    }
    const auto& output = evaluation->output;
    const double cosine = output.cosine();
    QString note = !output.leftOut().empty() ? QString::fromStdString(output.leftOut())
                   : std::isnan(cosine) ? tr("cosine undefined: all zero")
                                        : tr("cosine %1").arg(cosine, 0, 'f', 1 - cosine < 1e-4 ? 7 : 5);
    if (const auto* base = state.baseline && *state.baseline != 0 ? evaluationOf(state, std::size_t(*state.baseline)) : nullptr)
        note = tr("%1: %2").arg(schemeText(state.comparison->reports[std::size_t(*state.baseline)].recipe.standard),
                                dbUnitText(base->output.sqnrDb()));
    if (evaluation->synthetic) note = tr("synthetic · %1").arg(note);
    m_output->show(dbUnitText(output.sqnrDb()), note, std::isnan(output.sqnrDb()));
}

void OverviewOutputs::showMissing(const State& state) {
    const bool none = !state.data.calibration;
    m_wish = none ? Wish::ChooseData : Wish::Measure;
    m_conditions->setText(state.measuring      ? tr("The model is running on %1…").arg(dataText(state.data.calibration))
                          : none               ? tr("What comes out of the model is not measured: no data is chosen.")
                          : state.outputsStale ? tr("What comes out of the model was measured under another recipe.")
                                               : tr("What comes out of the model is not measured."));
    m_act->setText(none ? tr("Choose data…") : state.outputsStale ? tr("Measure again") : tr("Measure"));
    m_act->setVisible(!state.measuring);
}

}  // namespace roundoff::ui
