#include <gtest/gtest.h>

#include <QCoreApplication>
#include <QSignalSpy>
#include <algorithm>
#include <cmath>

#include "app/worker/measure.h"
#include "tests/ui/charts_fixture.h"
#include "tests/ui/fake_engine.h"
#include "ui/shell/jobs.h"

namespace roundoff::ui {
namespace {

using tests::makeModel;
using tests::schemeOf;

analysis::ModelError errorOf(double noise) {
    analysis::ModelError error;
    static_cast<analysis::ValueError&>(error) = {1.0, noise, 1.0, 1.0 - noise / 2, 10};
    return error;
}

class Measure : public testing::Test {
protected:
    Measure() : jobs(engine, store) {}

    void open() {
        std::vector<tests::LayerPlan> plan;
        for (int i = 0; i < 4; ++i) plan.push_back({"layer" + std::to_string(i), 16, 64});
        jobs.open(QStringLiteral("/somewhere/model.onnx"));
        Q_EMIT engine.opened(engine.openNumber, makeModel(plan));
    }
    void chooseData() {
        DataChoice choice;
        choice.calibration = calibration::DataSource{};
        store.setData(choice);
    }
    /// Answers the last measurement with a figure of its own for every layer and column.
    void answer(bool partial = false) {
        Measurement result;
        result.partial = partial;
        for (const std::size_t column : engine.measureCommand.columns) {
            auto report = engine.measureCommand.comparison->reports[column];
            for (std::size_t i = 0; i < report.layers.size(); ++i) {
                report.layers[i].output =
                    analysis::LayerOutput{errorOf(0.01 * double(i + 1)), errorOf(0.1 * double(i + 1)), ""};
                if (engine.measureCommand.ranking) report.layers[i].alone = analysis::Sensitivity{errorOf(0.2), errorOf(0.3)};
            }
            report.output = analysis::Evaluation{};
            report.output->output.ValueError::operator=(errorOf(0.5));
            result.comparison.reports.push_back(std::move(report));
        }
        auto seen = std::make_shared<calibration::Calibration>();
        seen->samples = 4;
        result.calibration = seen;
        Q_EMIT engine.measured(engine.measureNumber, std::make_shared<const Measurement>(std::move(result)));
    }
    const analysis::LayerOutput* output(int layer, std::size_t column = 0) {
        const auto* report = store.state().report(layer, column);
        return report && report->output ? &*report->output : nullptr;
    }
    void settle() { QCoreApplication::processEvents(); }

    tests::FakeEngine engine;
    Store store;
    Jobs jobs;
};

TEST_F(Measure, WaitsForTheComparisonAndAsksForEveryColumn) {
    open();
    jobs.runs().measure();
    EXPECT_EQ(engine.measures, 0) << "no data is chosen";
    chooseData();
    jobs.runs().measure();
    EXPECT_EQ(engine.measures, 0) << "the comparison still runs";
    EXPECT_FALSE(jobs.runs().idle());
    engine.finishAll();
    ASSERT_EQ(engine.measures, 1);
    EXPECT_EQ(engine.measureCommand.columns.size(), 5U);
    EXPECT_TRUE(store.state().measuring);
    EXPECT_TRUE(jobs.status().running);
    Q_EMIT engine.progress(engine.measureNumber, 0.5, QStringLiteral("sample 3 of 4"));
    EXPECT_TRUE(jobs.status().text.contains(QStringLiteral("synthetic 4")));
    EXPECT_DOUBLE_EQ(jobs.status().fraction, 0.5);
    answer();
    EXPECT_FALSE(jobs.status().running);
    EXPECT_TRUE(jobs.runs().idle());
    for (std::size_t column = 0; column < 5; ++column) ASSERT_NE(output(3, column), nullptr);
    EXPECT_TRUE(store.unmeasured(false).empty());
    EXPECT_EQ(store.state().calibration->samples, 4U);
}

TEST(MeasuredOutputs, APartOfTheSamplesReplacesNothing) {
    analysis::Report whole;
    whole.layers.resize(1);
    whole.layers[0].output = analysis::LayerOutput{errorOf(0.1), errorOf(0.2), "", 8, 8};
    whole.output.emplace().samples = 8;
    analysis::Report part = whole;
    part.layers[0].output->samples = part.output->samples = 3;
    part.output->wanted = 8;
    MeasuredOutputs measured;
    measured.take(part);
    analysis::Report shown = part;
    measured.fill(shown);
    EXPECT_EQ(shown.layers[0].output->samples, 3U) << "better than none";
    measured.take(whole);
    measured.take(part);
    measured.fill(shown);
    EXPECT_EQ(shown.layers[0].output->samples, 8U);
    EXPECT_EQ(shown.output->samples, 8U);
}

TEST_F(Measure, AnEditLeavesNoFigureThatNoLongerHolds) {
    open();
    chooseData();
    engine.finishAll();
    jobs.runs().measure();
    answer();
    store.setSchemes({2}, schemeOf("int8"));
    settle();
    engine.finishAll();
    // The unchanged layers' own error holds; what builds up through all of them does not.
    ASSERT_NE(output(0), nullptr);
    EXPECT_TRUE(output(0)->isolated);
    EXPECT_FALSE(output(0)->accumulated);
    EXPECT_NE(output(0)->reason.find("stale"), std::string::npos);
    EXPECT_FALSE(output(2)->accumulated);
    EXPECT_FALSE(store.state().comparison->reports[0].output);
    EXPECT_TRUE(store.state().outputsStale);
    EXPECT_TRUE(store.state().comparison->reports[1].output) << "the other columns are as they were";
    // Layer 2 under int8 was measured too: column 1 is int8.
    ASSERT_TRUE(output(2)->isolated);
    EXPECT_EQ(output(2)->isolated->noise, output(2, 1)->isolated->noise);

    EXPECT_EQ(store.unmeasured(false), std::vector<std::size_t>{0});
    store.undoStack().undo();
    settle();
    EXPECT_TRUE(output(0)->accumulated) << "undo brings the figures back without running the model";
    EXPECT_FALSE(store.state().outputsStale);
    EXPECT_EQ(engine.measures, 1);
}

TEST_F(Measure, ResultsThatStreamInDoNotWipeOutputs) {
    open();
    chooseData();
    engine.finishAll();
    jobs.runs().measure();
    answer();
    store.setCompared({schemeOf("int8"), schemeOf("int5")});
    settle();
    engine.finishAll();
    EXPECT_TRUE(output(1, 0)->accumulated);
    EXPECT_TRUE(output(1, 1)->accumulated);
    EXPECT_FALSE(output(1, 2)->isolated);
    EXPECT_EQ(store.unmeasured(false), std::vector<std::size_t>{2});
}

TEST_F(Measure, OtherDataForgetsAndCancelKeepsWhatIsDone) {
    open();
    chooseData();
    engine.finishAll();
    jobs.runs().measure();
    jobs.cancel();
    ASSERT_FALSE(engine.cancelled.empty());
    EXPECT_EQ(engine.cancelled.back(), engine.measureNumber);
    EXPECT_TRUE(jobs.status().cancelling);
    answer(true);
    EXPECT_FALSE(jobs.status().running);
    ASSERT_NE(output(0), nullptr);
    EXPECT_EQ(store.unmeasured(false).size(), 5U) << "partial: there is more to measure";

    DataChoice other;
    other.calibration = calibration::DataSource{};
    other.calibration->synthetic = 8;
    store.setData(other);
    EXPECT_EQ(output(0), nullptr);
    EXPECT_EQ(store.state().calibration, nullptr);
    EXPECT_FALSE(store.state().outputsStale);
}

TEST_F(Measure, StaleAnswersAreDroppedAndFailuresTold) {
    open();
    chooseData();
    engine.finishAll();
    jobs.runs().measure();
    const int first = engine.measureNumber;
    jobs.runs().measure();
    EXPECT_NE(engine.measureNumber, first);
    Q_EMIT engine.measured(first, std::make_shared<const Measurement>());
    EXPECT_TRUE(jobs.status().running);
    QSignalSpy told(&jobs, &Jobs::failed);
    Q_EMIT engine.failed(engine.measureNumber, Error{ErrorCode::BadInput, "digits", "no samples", ""});
    EXPECT_EQ(told.size(), 1);
    EXPECT_FALSE(jobs.status().running);
    jobs.runs().measure();
    Q_EMIT engine.failed(engine.measureNumber, Error{ErrorCode::Cancelled, "", "cancelled", ""});
    EXPECT_EQ(told.size(), 1) << "a cancelled run is no failure";
}

TEST_F(Measure, RankingIsOfTheWorkingSchemeAlone) {
    open();
    chooseData();
    engine.finishAll();
    jobs.runs().rank();
    EXPECT_EQ(engine.measureCommand.columns, std::vector<std::size_t>{0});
    EXPECT_TRUE(engine.measureCommand.ranking);
    answer();
    EXPECT_TRUE(store.state().report(0)->alone);
    EXPECT_TRUE(store.unmeasured(true).empty());
    EXPECT_EQ(store.unmeasured(false).size(), 4U);
}

TEST_F(Measure, TheLayersChannelsAreReadOnceActivationsAreKnown) {
    open();
    engine.finishAll();
    EXPECT_EQ(engine.channelsNumber, 0);
    chooseData();
    jobs.runs().measure();
    answer();
    EXPECT_NE(engine.channelsNumber, 0);
    Q_EMIT engine.channelsRead(engine.channelsNumber, std::make_shared<const analysis::InputChannels>(analysis::InputChannels{0, {{1.0F}}}));
    ASSERT_NE(store.state().channels, nullptr);
    store.setCurrent(2);
    EXPECT_EQ(engine.channelsLayer, 2U);
}

TEST_F(Measure, ALayersInputIsMappedWhereAViewAsksForIt) {
    open();
    engine.finishAll();
    jobs.runs().map();
    EXPECT_EQ(engine.maps, 0) << "nothing is known of activations";
    chooseData();
    jobs.runs().measure();
    answer();
    EXPECT_EQ(engine.maps, 0) << "nobody looks";
    jobs.runs().map();
    jobs.runs().map();
    EXPECT_EQ(engine.maps, 1) << "under way";
    const int first = engine.mapNumber;
    store.setCurrent(2);
    EXPECT_NE(std::ranges::find(engine.cancelled, first), engine.cancelled.end());
    jobs.runs().map();
    EXPECT_EQ(engine.mapLayer, 2U);
    Q_EMIT engine.mapped(first, std::make_shared<const calibration::ActivationMap>());
    EXPECT_EQ(store.state().inputMap, nullptr) << "of the layer before";
    Q_EMIT engine.mapped(engine.mapNumber, std::make_shared<const calibration::ActivationMap>());
    ASSERT_NE(store.state().inputMap, nullptr);
    EXPECT_EQ(store.state().inputMap->layer, 2U);
    jobs.runs().map();
    EXPECT_EQ(engine.maps, 2) << "known";
    store.setCurrent(1);
    jobs.runs().map();
    Q_EMIT engine.failed(engine.mapNumber, Error{ErrorCode::BadInput, "digits", "no samples", "Look"});
    EXPECT_EQ(store.state().inputMap->map, nullptr);
    EXPECT_EQ(store.state().inputMap->problem, QStringLiteral("digits: no samples. Look."));
    DataChoice other;
    other.calibration = calibration::DataSource{};
    other.calibration->synthetic = 8;
    store.setData(other);
    EXPECT_EQ(store.state().inputMap, nullptr);
}

TEST(MeasureReally, RunsTheDigits) {
    const auto model = tests::openSample("digits.onnx");
    const State state = tests::makeState(model, "int8", {"int4"}, 0);
    MeasureCommand command{model, state.comparison, {1}, {}, {}, false};
    command.data.path = std::string(ROUNDOFF_SOURCE_DIR) + "/resources/samples/digits.calib";
    Job job;
    const auto result = worker::measure(command, {}, job);
    ASSERT_TRUE(result) << result.error().line();
    ASSERT_EQ(result->comparison.reports.size(), 1U);
    EXPECT_EQ(result->comparison.reports[0].recipe.standard, schemeOf("int4"));
    ASSERT_TRUE(result->comparison.reports[0].output);
    ASSERT_TRUE(result->comparison.reports[0].output->accuracy);
    EXPECT_EQ(result->comparison.reports[0].output->accuracy->samples, 100U);
}

TEST(MeasureReally, StoppedAtOnceItKeepsNothing) {
    const auto model = tests::openSample("digits.onnx");
    const State state = tests::makeState(model, "int8", {}, 0);
    std::stop_source stop;
    stop.request_stop();
    Job job(stop.get_token(), {}, 1);
    const auto result = worker::measure({model, state.comparison, {}, {}, {}, false}, {}, job);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::Cancelled);
}

}  // namespace
}  // namespace roundoff::ui
