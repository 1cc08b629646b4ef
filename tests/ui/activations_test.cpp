#include <gtest/gtest.h>

#include <QApplication>
#include <QElapsedTimer>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <cmath>

#include "app/worker/measure.h"
#include "core/calibration/trial.h"
#include "tests/ui/charts_fixture.h"
#include "ui/charts/activation_heat.h"
#include "ui/charts/channel_bars.h"
#include "ui/charts/range_bands.h"
#include "ui/charts/value_histogram.h"
#include "ui/shell/theme.h"
#include "ui/views/activations_view.h"
#include "ui/views/input_map_card.h"
#include "ui/views/smoothing_card.h"

namespace roundoff::ui::tests {
namespace {

TEST(ChannelBars, StarsWhatStandsFarAboveTheMedian) {
    ChannelBars bars;
    std::vector<float> magnitudes(100, 1.0F);
    magnitudes[17] = 9.0F;
    magnitudes[40] = 5.0F;
    magnitudes[41] = 3.9F;  // less than four medians
    bars.setMagnitudes(magnitudes);
    EXPECT_EQ(bars.outliers(), (std::vector<std::size_t>{17, 40}));
    EXPECT_DOUBLE_EQ(bars.median(), 1.0);
    EXPECT_TRUE(bars.accessibleDescription().contains(QStringLiteral("channel 17: 9.0")));
    bars.setMagnitudes(std::vector<float>(5, 2.0F));
    EXPECT_TRUE(bars.outliers().empty());
    bars.setMagnitudes(std::vector<float>(5, 0.0F));
    EXPECT_TRUE(bars.outliers().empty()) << "all dead";
    bars.setMagnitudes({});
    bars.resize(400, 200);
    EXPECT_FALSE(bars.grab().isNull());
    for (const std::size_t count : {1U, 3U, 399U, 400U, 401U, 5000U}) {  // fewer and more channels than pixels
        bars.setMagnitudes(std::vector<float>(count, 1.0F));
        bars.setOutline(std::vector<float>(count, 0.5F));
        EXPECT_FALSE(bars.grab().isNull()) << count;
    }
}

TEST(ValueHistogram, CountsWhatLiesBeyondTheClip) {
    ValueHistogram plot;
    std::vector<std::uint64_t> counts(8, 10);  // edges -4, -3, … 4
    plot.setCounts(counts, 4, -4, 4, 20);
    EXPECT_EQ(plot.clippedShare(), 0.0);
    plot.setClip(-2, 2);
    EXPECT_NEAR(plot.clippedShare(), 20.0 / 100, 1e-12) << "the two bins at the ends; those that the edge meets are kept";
    plot.setClip(-4, 4);
    EXPECT_EQ(plot.clippedShare(), 0.0);
    plot.setCounts({}, 0, 0, 0, 0);
    plot.resize(300, 200);
    EXPECT_FALSE(plot.grab().isNull());
}

std::shared_ptr<const calibration::ActivationMap> mapOf(const std::vector<float>& values, const tensor::Shape& shape) {
    return std::make_shared<const calibration::ActivationMap>(
        calibration::mapOf({tensor::ElementType::Float32, shape, std::as_bytes(std::span(values))}));
}

TEST(ActivationHeat, TellsWhatStandsUnderThePointer) {
    ActivationHeat heat;
    heat.resize(500, 240);
    heat.setMap(mapOf({1, 2, 40, 4, 5, 6}, {1, 2, 3}));
    EXPECT_TRUE(heat.accessibleDescription().contains(QStringLiteral("3 channels by 2 rows; largest: channel 2, token 0: 40.0")))
        << heat.accessibleDescription().toStdString();
    const QRectF box = heat.area();
    const QPointF left(box.left() + 3, box.bottom() - 3);
    EXPECT_EQ(heat.textAt(left), QStringLiteral("channel 0, token 1: 4.00"));
    EXPECT_TRUE(heat.textAt(QPointF(box.right() + 9, 9)).isEmpty());
    heat.setLargestFirst(true);
    EXPECT_EQ(heat.textAt(left), QStringLiteral("channel 2, token 1: 6.00"));
    heat.setMap(mapOf(std::vector<float>(1 * 2 * 3 * 4, 1.0F), {1, 2, 3, 4}));
    EXPECT_EQ(heat.textAt({heat.area().left() + 3, heat.area().bottom() - 3}), QStringLiteral("channel 0, position 11 (row 2, column 3): 1.00"));
    heat.setMap(nullptr, QStringLiteral("not yet"));
    EXPECT_TRUE(heat.textAt(left).isEmpty());
    EXPECT_EQ(heat.accessibleDescription(), QStringLiteral("not yet"));
}

/// Cells beyond the pixels are pooled, so that nothing large is lost between two pixels.
TEST(ActivationHeat, BearsAnySizeAndKeepsTheLargestInSight) {
    ActivationHeat heat;
    for (const std::size_t channels : {1U, 2U, 255U, 256U, 257U, 4000U}) {
        std::vector<float> values(channels * 300, 0.0F);
        values[137 * channels + channels / 2] = 7;
        for (const QSize size : {QSize(220, 160), QSize(301, 203), QSize(900, 600)}) {
            heat.resize(size);
            heat.setMap(mapOf(values, {300, std::int64_t(channels)}));
            EXPECT_FALSE(heat.grab().isNull());
            const QRectF box = heat.area();
            const QPointF near(box.left() + box.width() * (double(channels / 2) + 0.5) / double(channels), box.top() + box.height() * 137.5 / 300);
            bool seen = false;
            for (int i = 0; i < 81 && !seen; ++i) seen = heat.textAt(near + QPointF(i % 9 - 4, i / 9 - 4)).contains(QStringLiteral("token 137: 7.00"));
            EXPECT_TRUE(seen) << channels << " channels at " << size.width();
        }
    }
    for (const float value : {0.0F, 3.0F, NAN, HUGE_VALF, 1e-40F, 3e38F}) {
        heat.setMap(mapOf({value, value}, {1, 2}));
        EXPECT_FALSE(heat.grab().isNull()) << value;
    }
    heat.setMap(mapOf({}, {0, 3}));
    EXPECT_FALSE(heat.grab().isNull());
}

TEST(SmoothingCard, ShowsBothSidesAndWhyNot) {
    SmoothingCard card;
    std::vector<float> outline;
    QObject::connect(&card, &SmoothingCard::smoothed, [&](const std::vector<float>& values) { outline = values; });
    auto* figures = card.findChild<QLabel*>(QStringLiteral("smoothingFigures"));
    auto* slider = card.findChild<QSlider*>(QStringLiteral("smoothingAlpha"));
    // One value a channel: its square is the sum of squares.
    card.setChannels({{1, 1, 16, 1}, {1, 1, 256, 1}, 4}, {{1, 1, 1, 1}, {1, 1, 1, 1}, 4});
    EXPECT_DOUBLE_EQ(card.alpha(), 0.5);
    EXPECT_TRUE(figures->text().contains(QStringLiteral("16.0 → 4.0"))) << figures->text().toStdString();
    EXPECT_TRUE(figures->text().contains(QStringLiteral("1.0 → 4.0")));
    EXPECT_TRUE(figures->text().contains(QStringLiteral("Crest factor (largest ÷ RMS): input 2.0 → 1.8, weight 1.0 → 1.8")))
        << figures->text().toStdString();
    ASSERT_EQ(outline.size(), 4U);
    EXPECT_FLOAT_EQ(outline[2], 4.0F);
    slider->setValue(slider->maximum());
    EXPECT_FLOAT_EQ(outline[2], 1.0F) << "alpha 1 takes all of it";
    card.setChannels({{1, 2, 3, 4}}, {{1}});
    EXPECT_TRUE(figures->text().contains(QStringLiteral("do not pair up")));
    EXPECT_FALSE(slider->isEnabled());
    EXPECT_TRUE(outline.empty());
}

class Activations : public testing::TestWithParam<bool> {
protected:
    void SetUp() override { setTheme(GetParam() ? ThemeChoice::Dark : ThemeChoice::Light); }
    void TearDown() override { setTheme(ThemeChoice::Light); }
};

TEST_P(Activations, OfTheDigitsSampleAreShownForEveryLayer) {
    const auto model = openSample("digits.onnx");
    State state = makeState(model, "int8", {}, 0);
    MeasureCommand command{model, state.comparison, {0}, {}, {}, false};
    command.data.path = std::string(ROUNDOFF_SOURCE_DIR) + "/resources/samples/digits.calib";
    Job job;
    const auto measured = worker::measure(command, {}, job);
    ASSERT_TRUE(measured) << measured.error().line();
    ASSERT_NE(measured->calibration, nullptr);

    ActivationsView view;
    view.resize(700, 700);
    view.QWidget::show();
    view.show(state, unsigned(Change::All));
    QSignalSpy wished(&view, &View::wished);
    auto* synthetic = view.findChild<QPushButton*>(QStringLiteral("wish%1").arg(int(Wish::UseSynthetic)));
    ASSERT_NE(synthetic, nullptr) << "an empty view offers what fills it";
    synthetic->click();
    EXPECT_EQ(wished.size(), 1);

    state.data.calibration = command.data;
    state.calibration = measured->calibration;
    const auto values = calibration::layerValues(model);
    for (int layer = 0; layer < int(model.layers().size()); ++layer) {
        state.current = layer;
        auto channels = analysis::inputChannels(model, std::size_t(layer), job);
        ASSERT_TRUE(channels);
        state.channels = std::make_shared<const analysis::InputChannels>(*channels);
        view.show(state, Change::Selection | Change::Data);
        EXPECT_FALSE(synthetic->isVisible());
        const auto& seen = state.calibration->values.at(values[std::size_t(layer)].input);
        EXPECT_EQ(seen.samples, 100U);
        EXPECT_TRUE(view.findChild<QLabel*>(QStringLiteral("activationsLegend"))->text().contains(QStringLiteral("100 samples of digits.calib")));
        EXPECT_EQ(wished.back()[0].value<Wish>(), Wish::MapInput) << "the map of the layer is not known yet";
        auto map = calibration::activationMap(model, values[std::size_t(layer)].input, command.data, job);
        ASSERT_TRUE(map) << map.error().line();
        state.inputMap = std::make_shared<const InputMap>(
            InputMap{std::size_t(layer), std::make_shared<const calibration::ActivationMap>(std::move(*map)), {}});
        wished.clear();
        view.show(state, unsigned(Change::Data));
        EXPECT_EQ(wished.size(), 0);
        EXPECT_TRUE(view.findChild<QLabel*>(QStringLiteral("inputMapCaption"))->toolTip().contains(QStringLiteral("1 sample of digits.calib")));
        EXPECT_FALSE(view.grab().isNull());
    }
    view.findChild<QPushButton*>(QStringLiteral("inputMapBySize"))->click();
    EXPECT_TRUE(view.plotState()[QStringLiteral("largestFirst")].toBool());
    // A depthwise operator's channels are no input channels of its weight.
    const auto* figures = view.findChild<QLabel*>(QStringLiteral("smoothingFigures"));
    EXPECT_TRUE(figures->text().contains(QStringLiteral("→"))) << "the classifier's pair up";
    state.current = 1;
    state.channels = std::make_shared<const analysis::InputChannels>(*analysis::inputChannels(model, 1, job));
    view.show(state, unsigned(Change::Selection));
    EXPECT_TRUE(figures->text().contains(QStringLiteral("depthwise")));

    // A static activation scheme shows what it keeps.
    state.recipe.standard = schemeOf("int8/uint8");
    view.show(state, unsigned(Change::Recipe));
    EXPECT_TRUE(view.findChild<QLabel*>(QStringLiteral("activationsNotes"))->text().contains(QStringLiteral("kept by int8/uint8")));
    auto made = std::make_shared<calibration::Calibration>(*state.calibration);
    made->synthetic = true;
    state.calibration = made;
    view.show(state, unsigned(Change::Data));
    EXPECT_TRUE(view.findChild<QLabel*>(QStringLiteral("activationsLegend"))->text().startsWith(QStringLiteral("synthetic")));
}

INSTANTIATE_TEST_SUITE_P(Themes, Activations, testing::Bool(), [](const auto& one) { return one.param ? "dark" : "light"; });

}  // namespace
}  // namespace roundoff::ui::tests
