#include <gtest/gtest.h>

#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <cmath>

#include "tests/ui/charts_fixture.h"
#include "ui/models/layer_columns.h"
#include "ui/models/layer_model.h"
#include "ui/views/compare_table.h"
#include "ui/views/empty_state.h"
#include "ui/views/error_alone.h"
#include "ui/views/error_view.h"

namespace roundoff::ui::tests {
namespace {

analysis::ModelError at(double db) {
    const double noise = std::pow(10.0, -db / 10);
    analysis::ModelError error;
    static_cast<analysis::ValueError&>(error) = {1.0, noise, 1.0, 1.0 - noise / 2, 100};
    return error;
}

/// Four layers; layer 3 has no twin, layer 2 is kept float.
State measuredState() {
    State state = makeState({{"a"}, {"b"}, {"c"}, {"d"}}, "int4", {"int8"});
    auto comparison = std::make_shared<analysis::Comparison>(*state.comparison);
    const double own[]{30, 12, 0, 0}, all[]{30, 11, 0, 9};
    for (int column = 0; column < 2; ++column) {
        auto& report = comparison->reports[std::size_t(column)];
        for (int i = 0; i < 4; ++i) {
            auto& layer = report.layers[std::size_t(i)];
            if (i == 2) {
                layer.status = analysis::Status::Kept;
                layer.reason = "excluded";
                layer.weight.reset();
                layer.output = analysis::LayerOutput{};
                continue;
            }
            layer.output = analysis::LayerOutput{at(own[i] + 20 * column), at(all[i] + 20 * column), ""};
            if (i == 3) {
                layer.output->isolated.reset();
                layer.output->reason = "its operator stands in a branch of the graph";
            }
            if (column == 0) layer.alone = analysis::Sensitivity{at(own[i] + 5), at(9 + i)};
        }
        report.output.emplace();
        static_cast<analysis::ValueError&>(report.output->output) = at(8 + 20 * column);
        report.output->conditions = "4 samples";
    }
    state.comparison = comparison;
    state.data.calibration = calibration::DataSource{};
    state.allQuantized = at(8);
    return state;
}

TEST(OutputBars, FiguresOfAPartOfTheSamplesSaySo) {
    State state = measuredState();
    auto comparison = std::make_shared<analysis::Comparison>(*state.comparison);
    auto& output = *comparison->reports[0].layers[1].output;
    output.samples = 3;
    output.wanted = 8;
    output.reason = "stopped after 3 of 8 samples";
    state.comparison = comparison;
    const BarPlot plot = errorBars(state, 0, Metric::OutputIsolated, true);
    EXPECT_TRUE(plot.bars[0].tooltip.contains(QStringLiteral("12.0  |  11.0 dB; stopped after 3 of 8 samples"))) << plot.bars[0].tooltip.toStdString();
    EXPECT_FALSE(plot.bars[1].tooltip.contains(QStringLiteral("stopped")));
}

TEST(OutputBars, PairIsolatedWithAccumulatedWorstOnTop) {
    const State state = measuredState();
    const BarPlot plot = errorBars(state, 0, Metric::OutputIsolated, true);
    ASSERT_EQ(plot.bars.size(), 4U);
    EXPECT_EQ(plot.bars[0].id, 1);
    EXPECT_NEAR(plot.bars[0].value, 12, 1e-9);
    EXPECT_NEAR(plot.bars[0].second, 11, 1e-9);
    EXPECT_EQ(plot.bars[0].text, QStringLiteral("12.0  |  11.0 dB"));
    EXPECT_EQ(plot.bars[1].id, 0);
    const auto& noTwin = *std::find_if(plot.bars.begin(), plot.bars.end(), [](const Bar& bar) { return bar.id == 3; });
    EXPECT_TRUE(std::isnan(noTwin.value));
    EXPECT_NEAR(noTwin.second, 9, 1e-9) << "half a pair is shown as what it is";
    EXPECT_LE(plot.low, 9);
    EXPECT_GE(plot.high, 30);
    const auto& kept = *std::find_if(plot.bars.begin(), plot.bars.end(), [](const Bar& bar) { return bar.id == 2; });
    EXPECT_TRUE(kept.faint);
    EXPECT_TRUE(kept.tooltip.contains(QStringLiteral("excluded")));
}

TEST(OutputBars, OneAtATimeIsSortedByCost) {
    const State state = measuredState();
    ASSERT_TRUE(hasRanking(state));
    const BarPlot loss = aloneBars(state, Alone::Loss);
    EXPECT_EQ(loss.bars[0].id, 3);
    EXPECT_EQ(loss.bars[1].id, 1);
    EXPECT_TRUE(std::isnan(loss.bars.back().value)) << "the kept layer was not tried";
    const BarPlot gain = aloneBars(state, Alone::Gain);
    EXPECT_EQ(gain.bars[0].id, 3);
    EXPECT_NEAR(gain.bars[0].value, 12 - 8, 1e-9) << "all but this layer against all of them";
    EXPECT_TRUE(gain.bars[0].text.startsWith(QLatin1Char('+')));
    State other = state;
    other.allQuantized->count = 7;  // of other samples
    EXPECT_TRUE(std::isnan(aloneBars(other, Alone::Gain).bars[0].value)) << "no difference between different samples";
}

TEST(OutputColumns, GiveTheFigureOrTheReason) {
    const State state = measuredState();
    LayerModel model(state);
    const auto cell = [&](int layer, const char* id, int role) { return model.index(layer, layerColumn(id)).data(role); };
    EXPECT_EQ(cell(0, "isolated", Qt::DisplayRole).toString(), QStringLiteral("30.0"));
    EXPECT_EQ(cell(1, "accumulated", Qt::DisplayRole).toString(), QStringLiteral("11.0"));
    EXPECT_NEAR(cell(1, "isolated", LayerModel::ValueRole).toDouble(), 12, 1e-9);
    EXPECT_GT(cell(1, "isolated", LayerModel::HeatRole).toDouble(), cell(0, "isolated", LayerModel::HeatRole).toDouble());
    EXPECT_TRUE(cell(0, "isolated", Qt::ToolTipRole).toString().contains(QStringLiteral("synthetic 4")));
    EXPECT_EQ(cell(3, "isolated", Qt::DisplayRole).toString(), QString(QChar(0x2014)));
    EXPECT_TRUE(cell(3, "isolated", Qt::ToolTipRole).toString().contains(QStringLiteral("branch")));
    const State bare = makeState({{"a"}}, "int4");
    LayerModel unmeasured(bare);
    EXPECT_TRUE(unmeasured.index(0, layerColumn("accumulated")).data(Qt::ToolTipRole).toString().contains(QStringLiteral("not measured")));
    EXPECT_FALSE(layerFigure(bare, 0, QStringLiteral("isolated")));
    EXPECT_NEAR(*layerFigure(state, 0, QStringLiteral("isolated")), 30, 1e-9);
}

TEST(OutputCompare, HasTheModelsOutputsAsTotals) {
    const State state = measuredState();
    CompareTable table;
    table.fill(state, Metric::OutputAccumulated, CompareMode::Value, {});
    EXPECT_NEAR(table.value(1, 0), 11, 1e-9);
    EXPECT_NEAR(table.value(1, 1), 31, 1e-9);
    EXPECT_EQ(table.total(0).text, QStringLiteral("8.0"));
    EXPECT_EQ(table.total(1).text, QStringLiteral("28.0"));
    table.fill(state, Metric::OutputIsolated, CompareMode::Value, {});
    EXPECT_TRUE(table.total(0).faint) << "isolated errors have no sum";
    EXPECT_TRUE(table.cell(3, 0).tooltip.contains(QStringLiteral("branch")));
    table.fill(state, Metric::OutputAccumulated, CompareMode::Delta, {});
    EXPECT_EQ(table.cell(1, 1).text, QStringLiteral("+20.0"));
}

TEST(ErrorViewOutputs, SaysWhatIsMissingAndOffersIt) {
    ErrorView view;
    view.resize(900, 600);
    view.QWidget::show();
    State state = makeState({{"a"}, {"b"}}, "int4");
    view.show(state, unsigned(Change::All));
    auto* metric = view.findChild<QComboBox*>(QStringLiteral("errorMetric"));
    metric->setCurrentText(QStringLiteral("Output SQNR"));
    Q_EMIT metric->activated(metric->currentIndex());
    QSignalSpy wished(&view, &View::wished);
    const auto button = [&](Wish wish) { return view.findChild<QPushButton*>(QStringLiteral("wish%1").arg(int(wish))); };
    ASSERT_NE(button(Wish::UseSynthetic), nullptr);
    EXPECT_TRUE(button(Wish::UseSynthetic)->isVisible());
    button(Wish::UseSynthetic)->click();
    ASSERT_EQ(wished.size(), 1);
    EXPECT_EQ(wished[0][0].value<Wish>(), Wish::UseSynthetic);
    state.data.calibration = calibration::DataSource{};
    view.show(state, unsigned(Change::Data));
    ASSERT_NE(button(Wish::Measure), nullptr);
    EXPECT_TRUE(button(Wish::Measure)->isVisible());
    view.findChild<QPushButton*>(QStringLiteral("errorAlone"))->click();
    ASSERT_NE(button(Wish::Rank), nullptr);
    EXPECT_TRUE(button(Wish::Rank)->isVisible());

    view.show(measuredState(), unsigned(Change::All));
    EXPECT_FALSE(button(Wish::Rank)->isVisible());
    auto* legend = view.findChild<QLabel*>(QStringLiteral("errorLegend"));
    EXPECT_TRUE(legend->text().contains(QStringLiteral("synthetic 4")));
    view.findChild<QPushButton*>(QStringLiteral("errorBars"))->click();
    EXPECT_TRUE(legend->text().contains(QStringLiteral("synthetic 4")));
    EXPECT_TRUE(legend->text().contains(QStringLiteral("hatched")));
}

}  // namespace
}  // namespace roundoff::ui::tests
