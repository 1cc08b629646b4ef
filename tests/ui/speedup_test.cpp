#include <gtest/gtest.h>

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <cmath>

#include "tests/ui/charts_fixture.h"
#include "tests/ui/fake_engine.h"
#include "ui/charts/roofline_chart.h"
#include "ui/models/speed_model.h"
#include "ui/shell/jobs.h"
#include "ui/shell/theme.h"
#include "ui/views/speedup_view.h"

namespace roundoff::ui::tests {
namespace {

/// Four layers: faster, slower with its reason, noisy, and one that could not be timed.
std::shared_ptr<const SpeedResult> someSpeed(const State& state) {
    auto speed = std::make_shared<SpeedResult>();
    speed->recipe = state.recipe;
    speed->conditions = QStringLiteral("2 threads, AVX-512 VNNI, ONNX Runtime 1.29.0");
    speed->rows = {
        {0, SpeedFigure{4.0, 0.1, 50, {}}, SpeedFigure{1.0, 0.05, 50, {}}, QStringLiteral("compute"), {}, 2e9, 4e6, 1e6},
        {1, SpeedFigure{0.020, 0.001, 50, {}}, SpeedFigure{0.040, 0.002, 50, {}}, QStringLiteral("memory"),
         QStringLiteral("too small: the conversions take longer than the product"), 1e6, 4e5, 1e5},
        {2, SpeedFigure{1.0, 0.4, 80, QStringLiteral("the middle half spreads over 40 %")}, SpeedFigure{0.9, 0.3, 80, QStringLiteral("the middle half spreads over 40 %")}, {}, {}, 0, 0, 0},
        {3, std::nullopt, std::nullopt, {}, QStringLiteral("its operator stands in a branch of the graph"), 0, 0, 0},
    };
    speed->whole = SpeedRow{-1, SpeedFigure{6.0, 0.2, 30, {}}, SpeedFigure{2.4, 0.1, 30, {}}, {}, {}, 0, 0, 0};
    speed->projections = {{QStringLiteral("Phone"), QStringLiteral("data sheet of the maker"),
                           {{0, 8.0, 2.0, QStringLiteral("compute")}, {1, 0.1, 0.05, QStringLiteral("memory")}}}};
    speed->ceilings = {2e10, 1e12, 4e12};
    return speed;
}

class Speedup : public testing::Test {
protected:
    Speedup() : state(makeState({{"a"}, {"b"}, {"c"}, {"d"}}, "int8")) {
        view.resize(800, 560);
        view.QWidget::show();
        view.show(state, unsigned(Change::All));
    }
    template <class W>
    W* child(const char* name) {
        W* found = view.findChild<W*>(QLatin1String(name));
        EXPECT_NE(found, nullptr) << name;
        return found;
    }
    void give() {
        state.speed = someSpeed(state);
        view.show(state, unsigned(Change::Data));
    }
    QString cell(int row, int column) { return child<QTableView>("speedRows")->model()->index(row, column).data().toString(); }

    State state;
    SpeedupView view;
};

TEST_F(Speedup, WithoutAMeasurementNoNumberCarriesTheBadge) {
    EXPECT_FALSE(child<QLabel>("speedBadge")->isVisible());
    EXPECT_FALSE(child<QTableView>("speedRows")->isVisible());
    QSignalSpy wished(&view, &View::wished);
    child<QPushButton>((std::string("wish") + std::to_string(int(Wish::MeasureSpeed))).c_str())->click();
    ASSERT_EQ(wished.size(), 1);
    EXPECT_EQ(wished[0][0].value<Wish>(), Wish::MeasureSpeed);

    // A projection alone is no measurement either.
    auto projected = std::make_shared<SpeedResult>(*someSpeed(state));
    projected->rows.clear();
    projected->whole.reset();
    state.speed = projected;
    view.show(state, unsigned(Change::Data));
    EXPECT_FALSE(child<QLabel>("speedBadge")->isVisible());
    auto* source = child<QComboBox>("speedSource");
    source->setCurrentIndex(1);
    Q_EMIT source->activated(1);
    EXPECT_EQ(child<QLabel>("speedBadge")->text(), QStringLiteral("Projected"));
    for (const auto* label : view.findChildren<QLabel*>()) {
        EXPECT_FALSE(label->isVisible() && label->text() == QStringLiteral("Measured"));
    }
}

TEST_F(Speedup, MeasuredRowsGiveRatioReasonAndSpread) {
    give();
    EXPECT_EQ(child<QLabel>("speedBadge")->text(), QStringLiteral("Measured"));
    EXPECT_TRUE(child<QLabel>("speedConditions")->text().contains(QStringLiteral("AVX-512 VNNI")));
    EXPECT_TRUE(child<QLabel>("speedConditions")->text().contains(QStringLiteral("n = 30, IQR 0.20 ms")));
    EXPECT_EQ(cell(0, SpeedModel::Name), QStringLiteral("Whole model"));
    EXPECT_EQ(cell(0, SpeedModel::Ratio), QStringLiteral("2.50 ×"));
    EXPECT_EQ(cell(1, SpeedModel::Ratio), QStringLiteral("4.00 ×"));
    EXPECT_EQ(cell(2, SpeedModel::Float), QStringLiteral("20.0 µs"));
    EXPECT_EQ(cell(2, SpeedModel::Ratio), QStringLiteral("0.50 ×"));
    EXPECT_TRUE(cell(2, SpeedModel::Reason).contains(QStringLiteral("too small")));
    EXPECT_EQ(cell(4, SpeedModel::Ratio), QString(QChar(0x2014))) << "not timed, not zero";
    const auto* model = child<QTableView>("speedRows")->model();
    EXPECT_TRUE(model->index(3, SpeedModel::Float).data(Qt::ToolTipRole).toString().contains(QStringLiteral("noisy")));
    EXPECT_FALSE(model->index(1, SpeedModel::Float).data(SpeedModel::ProjectedRole).toBool());
}

TEST_F(Speedup, AProjectionIsHatchedAndHasATotalOfItsOwn) {
    give();
    auto* source = child<QComboBox>("speedSource");
    source->setCurrentIndex(1);
    Q_EMIT source->activated(1);
    EXPECT_EQ(cell(0, SpeedModel::Float), QStringLiteral("8.10 ms")) << "the projections alone add up";
    EXPECT_EQ(cell(0, SpeedModel::Quantized), QStringLiteral("2.05 ms"));
    const auto* model = child<QTableView>("speedRows")->model();
    EXPECT_EQ(model->rowCount(), 3);
    for (int row = 0; row < 3; ++row) EXPECT_TRUE(model->index(row, SpeedModel::Ratio).data(SpeedModel::ProjectedRole).toBool());
    EXPECT_TRUE(child<QLabel>("speedConditions")->text().contains(QStringLiteral("not run")));
    EXPECT_FALSE(child<QPushButton>("speedRoofline")->isEnabled()) << "arrows are of measured times";
}

TEST_F(Speedup, TheRooflineChoosesLayersAndTheFilterAppliesToRows) {
    give();
    child<QPushButton>("speedRoofline")->click();
    auto* chart = child<RooflineChart>("rooflineChart");
    ASSERT_TRUE(chart->isVisible());
    chart->grab();
    QSignalSpy chosen(&view, &View::layerChosen);
    QTest::mouseClick(chart, Qt::LeftButton, {}, chart->tipOf(1).toPoint());
    ASSERT_EQ(chosen.size(), 1);
    EXPECT_EQ(chosen[0][0].toInt(), 1);
    child<QPushButton>("speedTable")->click();
    state.visible = {1};
    view.show(state, unsigned(Change::Filter));
    EXPECT_EQ(child<QTableView>("speedRows")->model()->rowCount(), 2);
    EXPECT_EQ(cell(1, SpeedModel::Name), QStringLiteral("b"));
    child<QTableView>("speedRows")->setCurrentIndex(child<QTableView>("speedRows")->model()->index(1, 0));
    EXPECT_EQ(chosen.size(), 2);
}

TEST_F(Speedup, CopiesEveryDigit) {
    give();
    QTest::keyClick(&view, Qt::Key_C, Qt::ControlModifier);
    const QStringList lines = QGuiApplication::clipboard()->text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    ASSERT_EQ(lines.size(), 6);
    EXPECT_DOUBLE_EQ(lines[3].split(QLatin1Char('\t'))[1].toDouble(), 0.020);
}

TEST(SpeedRuns, AnEditLeavesNoTimeOfAnotherRecipe) {
    FakeEngine engine;
    Store store;
    Jobs jobs(engine, store);
    jobs.open(QStringLiteral("model.onnx"));
    Q_EMIT engine.opened(engine.openNumber, makeModel({{"a"}, {"b"}}));
    jobs.runs().time();
    EXPECT_EQ(engine.timeNumber, 0) << "not while a comparison takes the machine";
    engine.finishAll();
    ASSERT_NE(engine.timeNumber, 0);
    EXPECT_TRUE(store.state().timing);
    EXPECT_EQ(engine.speedCommand.recipe, store.state().recipe);
    DataChoice choice;
    choice.calibration = calibration::DataSource{};
    store.setData(choice);
    jobs.runs().measure();
    EXPECT_EQ(engine.measures, 0) << "nor beside another run of the model";
    auto speed = std::make_shared<SpeedResult>();
    speed->recipe = store.state().recipe;
    Q_EMIT engine.timed(engine.timeNumber, speed);
    EXPECT_FALSE(store.state().timing);
    EXPECT_EQ(store.state().speed, speed);
    EXPECT_EQ(engine.measures, 1) << "what waited goes on";
    store.setSchemes({1}, schemeOf("int3"));
    EXPECT_EQ(store.state().speed, nullptr);
    EXPECT_TRUE(store.state().speedStale);
    store.undoStack().undo();
    EXPECT_EQ(store.state().speed, speed);
}

class SpeedPictures : public testing::TestWithParam<bool> {
protected:
    void SetUp() override { setTheme(GetParam() ? ThemeChoice::Dark : ThemeChoice::Light); }
    void TearDown() override { setTheme(ThemeChoice::Light); }
};

TEST_P(SpeedPictures, Draw) {
    State state = makeState({{"layers.0.attn.q_proj"}, {"layers.0.mlp.down_proj"}, {"layers.1.attn.q_proj"}, {"lm_head"}}, "int8", {}, 1);
    SpeedupView view;
    const auto keep = [&](const char* name) {
        QApplication::processEvents();
        const QPixmap picture = view.grab();
        EXPECT_FALSE(picture.isNull());
        const QString folder = qEnvironmentVariable("ROUNDOFF_PICTURES");
        if (!folder.isEmpty())
            picture.save(QDir(folder).filePath(QLatin1String(name) + (GetParam() ? QStringLiteral("-dark.png") : QStringLiteral("-light.png"))));
    };
    view.resize(640, 520);
    view.QWidget::show();
    view.show(state, unsigned(Change::All));
    keep("speed-empty");
    state.speed = someSpeed(state);
    view.show(state, unsigned(Change::Data));
    keep("speed-measured");
    view.findChild<QPushButton*>(QStringLiteral("speedRoofline"))->click();
    keep("speed-roofline");
    auto* source = view.findChild<QComboBox*>(QStringLiteral("speedSource"));
    source->setCurrentIndex(1);
    Q_EMIT source->activated(1);
    keep("speed-projected");
    view.resize(410, 500);
    keep("speed-narrow");
}

INSTANTIATE_TEST_SUITE_P(Themes, SpeedPictures, testing::Bool(), [](const auto& one) { return one.param ? "dark" : "light"; });

}  // namespace
}  // namespace roundoff::ui::tests
