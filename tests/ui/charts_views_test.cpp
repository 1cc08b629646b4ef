#include <gtest/gtest.h>

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <cmath>
#include <random>

#include "tests/ui/charts_fixture.h"
#include "ui/charts/channel_strip.h"
#include "ui/charts/bar_list.h"
#include "ui/charts/heat_matrix.h"
#include "ui/charts/histogram_plot.h"
#include "ui/charts/point_chart.h"
#include "ui/views/compare_table.h"
#include "ui/views/error_series.h"
#include "ui/views/view.h"

namespace roundoff::ui::tests {
namespace {

constexpr const char* kViews[] = {"distribution", "error", "compare"};

std::unique_ptr<View> make(const std::string& id) {
    for (const auto& descriptor : viewDescriptors()) {
        if (descriptor.id == id) {
            std::unique_ptr<View> view(descriptor.create(nullptr));
            view->resize(900, 600);
            view->QWidget::show();
            return view;
        }
    }
    return nullptr;
}

/// Shows a state in every page of a view and paints it.
void exercise(View& view, const State& state) {
    view.show(state, unsigned(Change::All));
    EXPECT_FALSE(view.grab().isNull());
    for (auto* button : view.findChildren<QPushButton*>()) {
        if (!button->isEnabled() || !button->isCheckable() || !button->isVisibleTo(&view)) continue;
        button->click();
        EXPECT_FALSE(view.grab().isNull());
    }
    for (auto* box : view.findChildren<QComboBox*>()) {
        for (int i = 0; i < box->count(); ++i) {
            box->setCurrentIndex(i);
            EXPECT_FALSE(view.grab().isNull());
        }
    }
    view.show(state, unsigned(Change::Selection));
    view.show(state, unsigned(Change::Hover));
    view.show(state, unsigned(Change::Theme));
}

/// What the view says in words, all of it.
QString said(const View& view) {
    QString all = view.accessibleDescription();
    for (const auto* label : view.findChildren<QLabel*>()) {
        if (label->isVisibleTo(&view)) all += QLatin1Char('\n') + label->text();
    }
    for (const auto* plot : view.findChildren<HistogramPlot*>()) all += QLatin1Char('\n') + plot->accessibleDescription();
    return all;
}

class Views : public testing::TestWithParam<const char*> {};

TEST_P(Views, sayWhatIsMissing) {
    auto view = make(GetParam());
    ASSERT_TRUE(view);
    exercise(*view, State());
    EXPECT_TRUE(said(*view).contains(QStringLiteral("Open a model"))) << said(*view).toStdString();

    State opened;
    opened.model = makeModel({{"only", 4, 4}});
    opened.visible = {0};
    opened.current = 0;
    exercise(*view, opened);
    EXPECT_TRUE(said(*view).contains(QStringLiteral("Run"))) << said(*view).toStdString();
    opened.running = true;
    exercise(*view, opened);

    State bare;
    bare.model = makeModel({});
    exercise(*view, bare);
    EXPECT_TRUE(said(*view).contains(QStringLiteral("no layers"))) << said(*view).toStdString();
}

TEST_P(Views, surviveOneLayer) {
    auto view = make(GetParam());
    exercise(*view, makeState({{"only", 8, 8}}, "int8"));
    exercise(*view, makeState({{"only", 1, 1}}, "int4:tensor", {"fp8-e4m3"}));
}

TEST_P(Views, surviveNothingFinite) {
    auto view = make(GetParam());
    const std::vector<LayerPlan> plan{{"a", 8, 8, Weights::AllNan}, {"b", 4, 4, Weights::AllNan}};
    for (const char* scheme : {"int8", "int4:tensor", "fp8-e4m3", "log4"}) exercise(*view, makeState(plan, scheme, {"int8"}));
}

TEST_P(Views, surviveOddWeights) {
    auto view = make(GetParam());
    const std::vector<LayerPlan> plan{{"constant", 8, 8, Weights::Constant}, {"two", 8, 8, Weights::TwoValues},
                                      {"some", 32, 32, Weights::SomeNan}};
    for (int layer = 0; layer < 3; ++layer) exercise(*view, makeState(plan, "int4:tensor", {"float"}, layer));
}

TEST_P(Views, surviveTenThousandLayers) {
    auto view = make(GetParam());
    exercise(*view, makeLargeState(10000, 4));
}

TEST_P(Views, surviveReportsShorterThanTheModel) {
    auto view = make(GetParam());
    State state = makeState({{"a", 8, 8}, {"b", 8, 8}, {"c", 8, 8}}, "int8", {"int4"});
    auto cut = std::make_shared<analysis::Comparison>(*state.comparison);
    cut->reports[1].layers.resize(1);
    cut->statistics.clear();
    cut->reports[0].layers[2] = {};
    state.comparison = cut;
    state.current = 2;
    state.baseline = 7;
    state.visible = {0, 1, 2, 99, -1};
    exercise(*view, state);
}

TEST_P(Views, surviveAThousandRandomClicks) {
    auto view = make(GetParam());
    const State state = makeState(languageModel(), "int4:tensor", {"int8", "fp8-e4m3"}, 3);
    view->show(state, unsigned(Change::All));
    std::mt19937 random(5);
    for (const State& shown : {state, State()}) {
        view->show(shown, unsigned(Change::All));
        for (int i = 0; i < 1000; ++i) {
            const QPoint at(int(random() % 900), int(random() % 600));
            QWidget* target = view->childAt(at);
            // A press on a combo box or menu button would open a window of its own and wait there.
            if (!target || qobject_cast<QComboBox*>(target) || target->objectName() == QStringLiteral("distributionAutofit")) continue;
            QTest::mouseClick(target, random() % 8 ? Qt::LeftButton : Qt::RightButton, {}, target->mapFrom(view.get(), at));
            if (i % 50 == 0) QApplication::processEvents();
        }
    }
    QApplication::processEvents();
    EXPECT_FALSE(view->grab().isNull());
}

TEST_P(Views, nameEveryPartForAssistiveTechnology) {
    auto view = make(GetParam());
    view->show(makeState({{"a", 32, 32}}, "int4:tensor"), unsigned(Change::All));
    EXPECT_FALSE(view->objectName().isEmpty());
    for (const auto* child : view->findChildren<QWidget*>()) {
        if (child->focusPolicy() == Qt::NoFocus || !child->isVisibleTo(view.get()) || child->focusProxy()) continue;
        if (child->objectName().startsWith(QStringLiteral("qt_"))) continue;
        const auto* button = qobject_cast<const QPushButton*>(child);
        EXPECT_TRUE(!child->accessibleName().isEmpty() || (button && !button->text().isEmpty()))
            << child->metaObject()->className() << ' ' << child->objectName().toStdString();
    }
}

INSTANTIATE_TEST_SUITE_P(All, Views, testing::ValuesIn(kViews), [](const auto& test) { return std::string(test.param); });

TEST(DistributionView, tellsConstantTwoValuesAndNanInWords) {
    auto view = make("distribution");
    const std::vector<LayerPlan> plan{{"constant", 8, 8, Weights::Constant}, {"two", 8, 8, Weights::TwoValues},
                                      {"nan", 8, 8, Weights::AllNan}, {"some", 32, 32, Weights::SomeNan}};
    const char* expected[] = {"Constant", "two values", "64 NaN", "2 NaN, not drawn"};
    for (int layer = 0; layer < 4; ++layer) {
        view->show(makeState(plan, "int8", {}, layer), unsigned(Change::All));
        EXPECT_TRUE(said(*view).contains(QLatin1String(expected[layer]))) << said(*view).toStdString();
    }
}

TEST(DistributionView, saysWhyHandlesDoNotAct) {
    auto view = make("distribution");
    view->show(makeState({{"a", 64, 64}}, "fp8-e4m3:tensor"), unsigned(Change::All));
    EXPECT_TRUE(said(*view).contains(QStringLiteral("unevenly spaced"))) << said(*view).toStdString();
    view->show(makeState({{"a", 64, 64}}, "int4"), unsigned(Change::All));
    EXPECT_TRUE(said(*view).contains(QStringLiteral("one clip for all"))) << said(*view).toStdString();
}

TEST(DistributionView, theStripChoosesTheChannelWhoseGridIsDrawn) {
    auto view = make("distribution");
    view->resize(960, 700);
    view->QWidget::show();
    const State state = makeState({{"a", 64, 64, Weights::HeavyTail}}, "int4");
    view->show(state, unsigned(Change::All));
    auto* plot = view->findChild<HistogramPlot*>();
    auto* strip = view->findChild<ChannelStrip*>();
    const auto& close = *state.distribution;
    const auto coarsest = levelsOf(close, close.coarsest);
    ASSERT_EQ(plot->gridPixels().size(), coarsest.size());
    EXPECT_DOUBLE_EQ(plot->gridPixels().front(), plot->xOf(coarsest.front()));
    EXPECT_TRUE(said(*view).contains(QStringLiteral("channel %1, step").arg(close.coarsest.channel))) << said(*view).toStdString();
    const int other = close.coarsest.channel == 5 ? 6 : 5;
    const auto levels = levelsOf(close, close.rowGrids[std::size_t(other)]);
    for (int i = 0; i < 64; ++i) QTest::keyClick(strip, Qt::Key_Up);
    for (int i = 0; i < other; ++i) QTest::keyClick(strip, Qt::Key_Down);
    EXPECT_TRUE(said(*view).contains(QStringLiteral("channel %1, step").arg(other))) << said(*view).toStdString();
    ASSERT_FALSE(plot->gridPixels().empty());
    EXPECT_DOUBLE_EQ(plot->gridPixels().front(), plot->xOf(levels.front()));
    EXPECT_TRUE(plot->accessibleDescription().contains(QStringLiteral("channel %1").arg(other)));
    QTest::keyClick(strip, Qt::Key_Escape);
    EXPECT_DOUBLE_EQ(plot->gridPixels().front(), plot->xOf(coarsest.front()));
}

TEST(DistributionView, aTypedClipBecomesAScheme) {
    auto view = make("distribution");
    view->show(makeState({{"a", 128, 128, Weights::HeavyTail}}, "int4:tensor"), unsigned(Change::All));
    auto* plot = view->findChild<HistogramPlot*>();
    auto* high = view->findChild<QLineEdit*>(QStringLiteral("distributionTo"));
    auto* use = view->findChild<QPushButton*>(QStringLiteral("distributionUse"));
    ASSERT_TRUE(plot && high && use);
    EXPECT_FALSE(use->isVisibleTo(view.get()));
    high->selectAll();
    QTest::keyClicks(high, QStringLiteral("0.12"));
    QTest::keyClick(high, Qt::Key_Return);
    EXPECT_DOUBLE_EQ(plot->clipHigh(), 0.12);
    EXPECT_DOUBLE_EQ(plot->clipLow(), -0.12);
    ASSERT_TRUE(use->isVisibleTo(view.get()));
    std::vector<schemes::Scheme> wanted;
    QObject::connect(view.get(), &View::schemeWanted, view.get(),
                     [&](const std::vector<int>&, const schemes::Scheme& scheme) { wanted.push_back(scheme); });
    use->click();
    ASSERT_EQ(wanted.size(), 1U);
    EXPECT_EQ(wanted[0].weight.range.rule, schemes::Range::Rule::Percentile);
    EXPECT_GT(wanted[0].weight.range.percentile, 90);
    EXPECT_LT(wanted[0].weight.range.percentile, 100);
    view->findChild<QPushButton*>(QStringLiteral("distributionReset"))->click();
    EXPECT_FALSE(use->isVisibleTo(view.get()));
}

TEST(DistributionView, keepsTheTrialWhileOtherLayersFinish) {
    auto view = make("distribution");
    State state = makeState({{"a", 64, 64}, {"b", 64, 64}}, "int4:tensor");
    view->show(state, unsigned(Change::All));
    auto* plot = view->findChild<HistogramPlot*>();
    plot->setFocus();
    QTest::keyClick(plot, Qt::Key_Left, Qt::ShiftModifier);
    const double tried = plot->clipHigh();
    state.comparison = std::make_shared<analysis::Comparison>(*state.comparison);
    view->show(state, unsigned(Change::Results));
    EXPECT_EQ(plot->clipHigh(), tried);
}

TEST(CompareTable, figuresAreTheReportsOwn) {
    const State state = makeState(languageModel(), "int8", {"int4", "int4:g32:asym"});
    CompareTable table;
    table.fill(state, Metric::Sqnr, CompareMode::Value, {});
    ASSERT_EQ(table.rows(), 29);
    ASSERT_EQ(table.columns(), 3);
    for (int row = 0; row < table.rows(); ++row) {
        for (int column = 0; column < 3; ++column) {
            EXPECT_EQ(table.value(row, column), state.report(row, std::size_t(column))->weight->sqnrDb());
        }
        // Of the two 4-bit columns exactly one is best; the only 8-bit one has no rival.
        EXPECT_NE(table.cell(row, 1).bold, table.cell(row, 2).bold);
        EXPECT_FALSE(table.cell(row, 0).bold);
    }
}

TEST(CompareTable, deltaRankAndSort) {
    const State state = makeState(languageModel(), "int8", {"int4", "int4:g32:asym"});
    CompareTable table;
    table.fill(state, Metric::Sqnr, CompareMode::Delta, {});
    EXPECT_EQ(table.cell(0, 0).text, QStringLiteral("0"));
    EXPECT_TRUE(table.cell(0, 1).text.startsWith(QChar(0x2212)));
    table.fill(state, Metric::Sqnr, CompareMode::Rank, {});
    EXPECT_EQ(table.cell(0, 0).text, QStringLiteral("1"));
    EXPECT_EQ(table.cell(0, 1).text, QStringLiteral("3"));
    table.fill(state, Metric::Sqnr, CompareMode::Value, {1, false});
    for (int row = 1; row < table.rows(); ++row) EXPECT_LE(table.value(row - 1, 1), table.value(row, 1));
    table.fill(state, Metric::Sqnr, CompareMode::Value, {-1, true});
    EXPECT_EQ(table.name(table.rows() - 1), QStringLiteral("layers.0.attn.k_proj"));
}

TEST(CompareView, copiesEveryDigit) {
    auto view = make("compare");
    const State state = makeState({{"a", 16, 16}, {"b", 16, 16}, {"c", 16, 16}}, "int8", {"int4", "int6", "fp8-e4m3"});
    view->show(state, unsigned(Change::All));
    auto* matrix = view->findChild<HeatMatrix*>();
    QTest::keyClick(matrix, Qt::Key_C, Qt::ControlModifier);
    const QStringList lines = QApplication::clipboard()->text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    ASSERT_EQ(lines.size(), 4);
    for (int row = 0; row < 3; ++row) {
        const QStringList cells = lines[row + 1].split(QLatin1Char('\t'));
        ASSERT_EQ(cells.size(), 5);
        for (int column = 0; column < 4; ++column) {
            EXPECT_EQ(cells[column + 1].toDouble(), state.report(row, std::size_t(column))->weight->sqnrDb());
        }
    }
    QTest::keyClick(matrix, Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
    EXPECT_EQ(QApplication::clipboard()->image().width(), view->width() * 2);
}

TEST(CompareView, clicksChooseAndSort) {
    auto view = make("compare");
    const State state = makeState(languageModel(), "int8", {"int4"}, 2);
    view->show(state, unsigned(Change::All));
    auto* matrix = view->findChild<HeatMatrix*>();
    QSignalSpy chosen(view.get(), &View::layerChosen);
    QTest::mouseClick(matrix->viewport(), Qt::LeftButton, {}, matrix->cellRect(4, 1).center());
    ASSERT_EQ(chosen.count(), 1);
    EXPECT_EQ(chosen[0][0].toInt(), 4);
    const QPoint header(matrix->cellRect(0, 1).center().x(), 10);
    QTest::mouseClick(matrix->viewport(), Qt::LeftButton, {}, header);
    QTest::mouseClick(matrix->viewport(), Qt::LeftButton, {}, matrix->cellRect(0, 1).center());
    ASSERT_EQ(chosen.count(), 2);
    int worst = 0;
    for (int row = 1; row < 29; ++row) {
        if (state.report(row, 1)->weight->sqnrDb() < state.report(worst, 1)->weight->sqnrDb()) worst = row;
    }
    EXPECT_EQ(chosen[1][0].toInt(), worst);
}

TEST(CompareTable, unfinishedCellsSayWhy) {
    State state = makeState({{"a", 16, 16}, {"b", 16, 16}}, "int8");
    auto changed = std::make_shared<analysis::Comparison>(*state.comparison);
    changed->reports[0].layers[0] = {};
    changed->reports[0].layers[1].weight.reset();
    changed->reports[0].layers[1].status = analysis::Status::Skipped;
    changed->reports[0].layers[1].reason = "too small to matter";
    state.comparison = changed;
    CompareTable table;
    table.fill(state, Metric::Mse, CompareMode::Value, {});
    EXPECT_EQ(table.cell(0, 0).text, QStringLiteral("—"));
    EXPECT_TRUE(table.cell(0, 0).tooltip.contains(QStringLiteral("pending")));
    EXPECT_TRUE(table.cell(1, 0).tooltip.contains(QStringLiteral("too small to matter")));
}

TEST(ErrorSeries, cumulativeNoiseEndsAtTheWhole) {
    const State state = makeState(languageModel(), "int4:tensor", {"int8"});
    const PointPlot plot = cumulativeNoise(state);
    ASSERT_EQ(plot.series.size(), 2U);
    for (const auto& series : plot.series) {
        ASSERT_EQ(series.points.size(), 30U);
        EXPECT_EQ(series.points.front().y(), 0);
        EXPECT_NEAR(series.points.back().y(), 100, 1e-9);
        // Ranked from the noisiest: each layer adds no more than the one before it.
        for (std::size_t i = 2; i < series.points.size(); ++i) {
            EXPECT_LE(series.points[i].y() - series.points[i - 1].y(),
                      series.points[i - 1].y() - series.points[i - 2].y() + 1e-9);
        }
    }
    int of = 0;
    const int needed = layersForShare(state, 0, 0.8, of);
    EXPECT_EQ(of, 29);
    EXPECT_GE(plot.series[0].points[std::size_t(needed)].y(), 80);
    EXPECT_LT(plot.series[0].points[std::size_t(needed - 1)].y(), 80);
}

TEST(ErrorSeries, exactAndTinyErrorsKeepTheRestInSight) {
    State state = makeState({{"a", 16, 16}, {"b", 16, 16}, {"c", 16, 16}}, "int8");
    auto changed = std::make_shared<analysis::Comparison>(*state.comparison);
    changed->reports[0].layers[0].weight->noise = 0;
    changed->reports[0].layers[1].weight->noise = 1e-15;
    state.comparison = changed;
    const PointPlot scatter = errorAgainstSize(state);
    ASSERT_EQ(scatter.series.size(), 1U);
    EXPECT_EQ(scatter.series[0].points.size(), 3U);
    for (const QPointF& point : scatter.series[0].points) {
        EXPECT_TRUE(std::isfinite(point.y()));
        EXPECT_GE(point.y(), scatter.axes.yLow);
        EXPECT_LE(point.y(), scatter.axes.yHigh);
    }
    for (const Metric metric : metrics()) {
        const BarPlot bars = errorBars(state, 0, metric, true);
        EXPECT_EQ(bars.bars.size(), 3U);
        if (bars.scale == Axis::Scale::Log) {
            EXPECT_GT(bars.low, 0);
        }
    }
}

TEST(ErrorView, aClickOnAPointChoosesItsLayer) {
    auto view = make("error");
    const State state = makeState({{"small", 16, 16}, {"large", 128, 128}}, "int8");
    view->show(state, unsigned(Change::All));
    view->findChild<QPushButton*>(QStringLiteral("errorScatter"))->click();
    QApplication::processEvents();
    auto* chart = view->findChild<PointChart*>(QStringLiteral("scatterChart"));
    ASSERT_NE(chart, nullptr);
    QSignalSpy chosen(view.get(), &View::layerChosen);
    const QPoint at = chart->positionOf(0, 1).toPoint();
    QWidget* target = chart->childAt(at);
    ASSERT_NE(target, nullptr);
    QTest::mouseClick(target, Qt::LeftButton, {}, target->mapFrom(chart, at));
    QApplication::processEvents();
    ASSERT_EQ(chosen.count(), 1);
    EXPECT_EQ(chosen[0][0].toInt(), 1);
}

TEST(ErrorView, barsAreSortedWorstFirst) {
    const State state = makeState(languageModel(), "int4:tensor");
    for (const Metric metric : metrics()) {
        if (ofOutput(metric)) continue;  // error_outputs_test.cpp
        const auto plot = errorBars(state, 0, metric, true);
        for (std::size_t i = 1; i < plot.bars.size(); ++i) {
            const double before = metricValue(metric, state.report(plot.bars[i - 1].id));
            const double after = metricValue(metric, state.report(plot.bars[i].id));
            EXPECT_GE(badness(metric, before), badness(metric, after)) << metricName(metric).toStdString();
        }
        const auto ordered = errorBars(state, 0, metric, false);
        for (std::size_t i = 0; i < ordered.bars.size(); ++i) EXPECT_EQ(ordered.bars[i].id, int(i));
    }
}

}  // namespace
}  // namespace roundoff::ui::tests
