#include "ui/views/overview.h"

#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>
#include <cmath>

#include "ui/models/speed_model.h"
#include "ui/shell/finding_card.h"
#include "ui/shell/numbers.h"
#include "ui/views/overview_bars.h"
#include "ui/views/overview_outputs.h"
#include "ui/views/overview_strip.h"
#include "ui/views/overview_tile.h"

namespace roundoff::ui {
namespace {

constexpr std::size_t kCards = 8;

class Overview final : public View {
public:
    explicit Overview(QWidget* parent) : View(parent) {
        auto* scroll = new QScrollArea(this);
        scroll->setWidgetResizable(true);
        scroll->setFrameShape(QFrame::NoFrame);
        scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        auto* outer = new QVBoxLayout(this);
        outer->setContentsMargins(0, 0, 0, 0);
        outer->addWidget(scroll);
        auto* page = new QWidget(scroll);
        page->setProperty("look", QStringLiteral("page"));
        scroll->setWidget(page);

        auto* column = new QVBoxLayout(page);
        column->setContentsMargins(16, 12, 16, 16);
        column->setSpacing(0);
        auto* tiles = new QGridLayout;
        tiles->setSpacing(10);
        const auto tile = [&](const QString& title, int row, int place) {
            auto* one = new OverviewTile(title, page);
            tiles->addWidget(one, row, place);
            tiles->setColumnStretch(place, 1);
            return one;
        };
        m_size = tile(tr("Size of the weights"), 0, 0);
        m_sqnr = tile(tr("Weight SQNR"), 0, 1);
        m_bits = tile(tr("Bits per weight"), 0, 2);
        m_worst = tile(tr("Worst layer"), 1, 0);
        auto* output = tile(tr("Output SQNR"), 1, 1);
        output->setObjectName(QStringLiteral("outputTile"));
        m_speed = tile(tr("Speed"), 1, 2);
        m_worst->setLink(true);
        m_worst->setNameNote();
        column->addLayout(tiles);
        column->addSpacing(10);
        m_outputs = new OverviewOutputs(output, page);
        column->addWidget(m_outputs);

        column->addSpacing(14);
        column->addWidget(section(tr("Bits per layer, in model order; width = bytes")));
        column->addSpacing(6);
        m_strip = new OverviewStrip(page);
        column->addWidget(m_strip);
        column->addSpacing(14);
        m_weakTitle = section({});
        column->addWidget(m_weakTitle);
        column->addSpacing(4);
        m_bars = new OverviewBars(page);
        column->addWidget(m_bars);
        column->addSpacing(16);
        m_findingsTitle = section(tr("Findings"));
        column->addWidget(m_findingsTitle);
        column->addSpacing(6);
        m_cards = new QGridLayout;
        m_cards->setSpacing(10);
        m_cards->setColumnStretch(0, 1);
        m_cards->setColumnStretch(1, 1);
        column->addLayout(m_cards);
        m_more = section({});
        column->addWidget(m_more);
        column->addStretch();

        connect(m_worst, &OverviewTile::clicked, this, [this] {
            if (m_worstLayer >= 0) Q_EMIT layerChosen(m_worstLayer);
        });
        connect(m_speed, &OverviewTile::clicked, this, [this] { Q_EMIT wished(Wish::MeasureSpeed); });
        connect(m_outputs, &OverviewOutputs::wished, this, &View::wished);
        connect(m_strip, &OverviewStrip::layerChosen, this, &View::layerChosen);
        connect(m_strip, &OverviewStrip::layerHovered, this, &View::layerHovered);
        connect(m_bars, &OverviewBars::layerChosen, this, &View::layerChosen);
        connect(m_bars, &OverviewBars::layerHovered, this, &View::layerHovered);
    }

    void show(const State& state, unsigned changes) override {
        if (state.model.empty()) return;
        if (changes & (Change::Model | Change::Results) || has(changes, Change::Data)) showTiles(state);
        if (changes & (Change::Model | Change::Results) || has(changes, Change::Data)) m_outputs->show(state);
        m_strip->show(state);
        m_bars->show(state);
        const std::size_t shown = m_bars->rows();
        m_weakTitle->setVisible(shown > 0);
        const bool byOutput = ranksByOutput(state);
        m_weakTitle->setText(shown == 1 ? byOutput ? tr("Weakest layer by output SQNR, quantized alone") : tr("Weakest layer by weight SQNR")
                             : byOutput ? tr("%1 weakest layers by output SQNR, each quantized alone").arg(shown)
                                        : tr("%1 weakest layers by weight SQNR").arg(shown));
        if (changes & (Change::Model | Change::Results)) showFindings(state);
    }

private:
    QLabel* section(const QString& text) {
        auto* label = new QLabel(text, this);
        label->setProperty("look", QStringLiteral("section"));
        return label;
    }

    void showTiles(const State& state) {
        if (!state.comparison || state.comparison->reports.empty()) return;
        const auto& report = state.comparison->reports.front();
        const auto total = report.total();
        const auto layers = report.layers.size();
        const QString soFar =
            total.pending > 0 ? tr("%1 of %2 layers so far").arg(layers - total.pending).arg(layers) : QString();
        if (total.quantized + total.kept + total.skipped == 0) {
            m_size->show(bytesText(total.bytesBefore), tr("pending"));
            m_sqnr->show(dashText(), tr("pending"), true);
            m_bits->show(dashText(), tr("pending"), true);
        } else {
            const double factor = total.bytesAfter > 0 ? double(total.bytesBefore) / double(total.bytesAfter) : 0;
            m_size->show(sizeChangeText(total.bytesBefore, total.bytesAfter),
                         soFar.isEmpty() ? tr("%1 × smaller").arg(factor, 0, 'f', 1) : soFar);
            const QString counts =
                total.kept + total.skipped == 0
                    ? tr("all %1 layers quantized").arg(total.quantized)
                    : tr("%1 quantized, %2 stay float").arg(total.quantized).arg(total.kept + total.skipped);
            m_sqnr->show(dbUnitText(total.weightSqnrDb), soFar.isEmpty() ? counts : soFar,
                         std::isnan(total.weightSqnrDb));
            m_bits->show(QString::number(total.bitsPerWeight, 'f', 2),
                         soFar.isEmpty() ? tr("codes and scales together") : soFar);
        }
        m_worstLayer = -1;
        double worst = INFINITY;
        const bool byOutput = ranksByOutput(state);
        for (std::size_t i = 0; i < layers; ++i) {
            const double db = rankDb(report.layers[i], byOutput);
            if (db < worst) worst = db, m_worstLayer = int(i);
        }
        m_worst->setTitle(byOutput ? tr("Worst layer's output") : tr("Worst layer's weights"));
        if (m_worstLayer >= 0)
            m_worst->show(dbUnitText(worst),
                          QString::fromStdString(state.model.layers()[std::size_t(m_worstLayer)].name));
        else
            m_worst->show(dashText(), total.pending ? tr("pending") : tr("no layer lost anything"), true);
        const auto& whole = state.speed ? state.speed->whole : std::optional<SpeedRow>();
        m_speed->setLink(!whole);
        if (whole && whole->floating && whole->quantized) {
            const bool noisy = !whole->floating->noise.isEmpty() || !whole->quantized->noise.isEmpty();
            m_speed->show(QStringLiteral("%1%2 ×").arg(noisy ? QStringLiteral("~") : QString()).arg(whole->speedup(), 0, 'f', 2),
                          QStringLiteral("%1: %2 → %3").arg(noisy ? tr("noisy") : tr("measured"), millisecondsText(whole->floating->medianMs),
                                                            millisecondsText(whole->quantized->medianMs)));
        } else {
            m_speed->show(state.speedStale ? tr("stale") : tr("not measured"),
                          state.timing ? tr("measuring…") : state.speedStale ? tr("measure again") : tr("measure"), true);
        }
    }

    void showFindings(const State& state) {
        const auto& findings = state.comparison ? state.comparison->findings : std::vector<analysis::Finding>{};
        QStringList key;
        for (const auto& finding : findings) key << QString::fromStdString(finding.message);
        const auto* report = state.report(0);
        m_findingsTitle->setVisible(!findings.empty() || (report && !state.running));
        m_findingsTitle->setText(
            !findings.empty()      ? tr("Findings")
            : ranksByOutput(state) ? tr("Findings on the weights: none. No layer is broken, weak, or beaten at its size")
                                   : tr("Findings: none. No layer is broken, weak, or beaten at its size"));
        if (key == m_shownFindings) return;
        m_shownFindings = key;
        const std::size_t shown = std::min(kCards, findings.size());
        while (m_pool.size() < shown) {
            auto* card = new FindingCard(this);
            m_cards->addWidget(card, int(m_pool.size()) / 2, int(m_pool.size()) % 2, Qt::AlignTop);
            connect(card, &FindingCard::layerChosen, this, &View::layerChosen);
            connect(card, &FindingCard::schemeWanted, this, [this](int layer, const schemes::Scheme& scheme) {
                Q_EMIT schemeWanted({layer}, scheme);
            });
            m_pool.push_back(card);
        }
        for (std::size_t i = 0; i < m_pool.size(); ++i) {
            m_pool[i]->setVisible(i < shown);
            if (i >= shown) continue;
            const int layer = findings[i].layer;
            m_pool[i]->show(
                findings[i],
                layer >= 0 ? QString::fromStdString(state.model.layers()[std::size_t(layer)].name) : QString(), true);
        }
        m_more->setVisible(findings.size() > shown);
        m_more->setText(tr("and %1 more").arg(findings.size() - shown));
    }

    OverviewTile *m_size, *m_sqnr, *m_bits, *m_worst, *m_speed;
    OverviewOutputs* m_outputs;
    OverviewStrip* m_strip;
    OverviewBars* m_bars;
    QLabel *m_weakTitle, *m_findingsTitle, *m_more;
    QGridLayout* m_cards;
    std::vector<FindingCard*> m_pool;
    QStringList m_shownFindings;
    int m_worstLayer = -1;
};

}  // namespace

View* createOverview(QWidget* parent) { return new Overview(parent); }

}  // namespace roundoff::ui
