// Errors of layers' outputs: what must hold between them, and against exported files.
#include "core/analysis/measure.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "core/analysis/compare.h"
#include "core/analysis/rank.h"
#include "core/analysis/run.h"
#include "core/base/cpu.h"
#include "core/exports/target.h"
#include "core/formats/format.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_folder.h"

namespace roundoff::analysis {
namespace {

namespace fs = std::filesystem;

const fs::path kSamples = fs::path(ROUNDOFF_SOURCE_DIR) / "resources/samples";

class Measure : public testing::Test {
protected:
    model::Model open(const char* name) { return formats::openModel((kSamples / name).string(), m_job).value(); }
    Comparison compared(const model::Model& model, const std::string& text, const CompareOptions& options = {}) {
        return compare(model, std::vector<Recipe>{{schemes::parseScheme(text).value(), {}}}, options, m_job).value();
    }
    Job m_job;
    const calibration::DataSource m_synthetic{{}, 3, 1};
};

TEST_F(Measure, AloneAndTogetherAgreeWhereTheyMust) {
    const auto model = open("digits.onnx");
    auto comparison = compared(model, "int6");
    ASSERT_TRUE(measureOutputs(model, comparison, m_synthetic, {}, m_job));
    const Report& report = comparison.reports[0];
    for (const LayerReport& layer : report.layers) {
        ASSERT_TRUE(layer.output && layer.output->isolated && layer.output->accumulated);
        EXPECT_EQ(layer.output->isolated->count, layer.output->accumulated->count);
        // The signal is the float model's output in both.
        EXPECT_NEAR(layer.output->isolated->signal / layer.output->accumulated->signal, 1, 1e-6);
    }
    // Nothing stands before the first layer, nothing behind the last.
    EXPECT_NEAR(report.layers.front().output->isolated->sqnrDb(), report.layers.front().output->accumulated->sqnrDb(), 1e-3);
    EXPECT_NEAR(report.layers.back().output->accumulated->sqnrDb(), report.output->output.sqnrDb(), 1e-9);
    EXPECT_TRUE(report.output->synthetic);
}

TEST_F(Measure, TheAccumulatedErrorIsThatOfTheExportedFile) {
    const auto model = open("digits.onnx");
    auto comparison = compared(model, "int5");
    ASSERT_TRUE(measureOutputs(model, comparison, m_synthetic, {}, m_job));
    test::TempFolder folder;
    exports::ExportOptions options;
    options.verify = false;
    const auto done = exports::exportModel(model, comparison.reports[0].recipe, *exports::findTarget("onnx-fakequant"),
                                     folder.path() / "out.onnx", options, m_job);
    ASSERT_TRUE(done) << done.error().line();
    const runtime::SessionOptions plain{runtime::SessionOptions::Level::None, 1, 0};
    auto reference = runtime::Session::open(model.info().path, plain).value();
    auto exported = runtime::Session::open(folder.path() / "out.onnx", plain).value();
    OutputError error;
    const auto samples = runtime::syntheticSamples(model, 3, 64, 1).value();
    for (const auto& sample : samples)
        error.addOutputs(reference.run(sample, m_job).value(), exported.run(sample, m_job).value());
    EXPECT_NEAR(comparison.reports[0].output->output.sqnrDb(), error.sqnrDb(), 1e-3);
}

TEST_F(Measure, GroupsThatFitIntoMemoryChangeNoFigure) {
    const auto model = open("digits.onnx");
    auto together = compared(model, "int8"), apart = together;
    ASSERT_TRUE(measureOutputs(model, together, m_synthetic, {}, m_job));
    MeasureOptions tight;
    // As low as it goes: what the refusal says would do.
    for (tight.memoryLimit = 1'000'000; !measureOutputs(model, apart, m_synthetic, tight, m_job);) tight.memoryLimit += 250'000;
    EXPECT_LT(tight.memoryLimit, physicalMemory());
    for (std::size_t i = 0; i < model.layers().size(); ++i) {
        const auto &a = *together.reports[0].layers[i].output, &b = *apart.reports[0].layers[i].output;
        EXPECT_NEAR(a.isolated->sqnrDb(), b.isolated->sqnrDb(), 1e-3) << i;
        EXPECT_NEAR(a.accumulated->sqnrDb(), b.accumulated->sqnrDb(), 1e-3) << i;
    }
}

TEST_F(Measure, OnlyOneLayerQuantizedIsTheSameAsOneLayerAlone) {
    const auto model = open("digits.onnx");
    const std::string name = model.layers()[2].name;
    CompareOptions only;
    only.selection.only = "^" + name + "$";
    auto one = compared(model, "int4", only), all = compared(model, "int4");
    MeasureOptions ranking;
    ranking.ranking = true;
    ASSERT_TRUE(measureOutputs(model, one, m_synthetic, {}, m_job));
    ASSERT_TRUE(measureOutputs(model, all, m_synthetic, ranking, m_job));
    const Report &report = all.reports[0], &alone = one.reports[0];
    ASSERT_TRUE(report.layers[2].alone);
    EXPECT_NEAR(report.layers[2].alone->only.sqnrDb(), alone.output->output.sqnrDb(), 1e-3);
    EXPECT_FALSE(alone.layers[3].output);
    EXPECT_FALSE(alone.layers[3].alone);
    // The last layer's own error is all that comes out where it alone is quantized.
    EXPECT_NEAR(report.layers.back().alone->only.sqnrDb(), report.layers.back().output->isolated->sqnrDb(), 1e-3);
    for (const LayerReport& layer : report.layers) EXPECT_GT(layer.alone->only.sqnrDb(), report.output->output.sqnrDb());
}

TEST_F(Measure, RankingsInLittleMemoryCountEverySample) {
    const auto model = open("digits.onnx");
    auto roomy = compared(model, "int4").reports[0], tight = roomy;
    const auto data = calibration::loadDataset(model, m_synthetic, 99, m_job).value();
    const Weights weights = quantizedWeights(model, roomy, m_job).value();
    ASSERT_TRUE(rank({model, data, weights, nullptr, 1'000'000'000, nullptr, ""}, roomy, m_job));
    ASSERT_TRUE(rank({model, data, weights, nullptr, 0, nullptr, ""}, tight, m_job));
    for (std::size_t i = 0; i < model.layers().size(); ++i) {
        const Sensitivity &a = *roomy.layers[i].alone, &b = *tight.layers[i].alone;
        EXPECT_EQ(b.only.samples, 3U);
        EXPECT_EQ(a.only.noise, b.only.noise) << i;
        EXPECT_EQ(a.without.noise, b.without.noise) << i;
    }
}

TEST_F(Measure, AStoppedRankingGoesOn) {
    const auto model = open("digits.onnx");
    auto comparison = compared(model, "int4");
    MeasureOptions ranking;
    ranking.ranking = true;
    std::stop_source stop;
    Job stopping(stop.get_token(), [&](double, std::string_view what) {
        std::size_t tried = 0;
        for (const LayerReport& layer : comparison.reports[0].layers) tried += layer.alone.has_value();
        if (what.find("one at a time") != std::string_view::npos && tried == 4) stop.request_stop();
    });
    EXPECT_EQ(measureOutputs(model, comparison, m_synthetic, ranking, stopping).error().code, ErrorCode::Cancelled);
    std::vector<ValueError> kept;
    for (const LayerReport& layer : comparison.reports[0].layers)
        if (layer.alone) kept.push_back(layer.alone->only);
    ASSERT_EQ(kept.size(), 4U);
    ASSERT_TRUE(measureOutputs(model, comparison, m_synthetic, ranking, m_job));
    for (const LayerReport& layer : comparison.reports[0].layers) EXPECT_TRUE(layer.alone);
}

/// Nothing of layers that no sample went through, and figures of a part of the samples that say so.
TEST_F(Measure, AStopLeavesFiguresOfTheFinishedSamplesAndSaysSo) {
    const auto model = open("digits.onnx");
    const auto before = compared(model, "int4");
    const auto stoppedAt = [&](std::size_t sample) {
        auto comparison = before;
        std::size_t begun = 0;
        std::stop_source stop;
        Job job(stop.get_token(), [&](double, std::string_view what) {
            if (what.find("through the layers") != std::string_view::npos && begun++ == sample) stop.request_stop();
        });
        const auto done = measureOutputs(model, comparison, m_synthetic, {}, job);
        EXPECT_EQ(done.error().code, ErrorCode::Cancelled);
        return comparison.reports[0];
    };
    const Report none = stoppedAt(0), two = stoppedAt(2);
    EXPECT_FALSE(none.output);
    for (const LayerReport& layer : none.layers) EXPECT_FALSE(layer.output);
    auto whole = before;
    ASSERT_TRUE(measureOutputs(model, whole, {{}, 2, 1}, {}, m_job));
    ASSERT_TRUE(two.output);
    EXPECT_TRUE(two.output->partial());
    EXPECT_EQ(two.output->conditions.find("stopped after 2 of 3 synthetic samples"), 0U) << two.output->conditions;
    EXPECT_EQ(two.output->output.noise, whole.reports[0].output->output.noise);
    for (std::size_t i = 0; i < two.layers.size(); ++i) {
        const LayerOutput &part = *two.layers[i].output, &all = *whole.reports[0].layers[i].output;
        EXPECT_TRUE(part.partial());
        EXPECT_FALSE(all.partial());
        EXPECT_EQ(part.reason, "stopped after 2 of 3 samples");
        EXPECT_EQ(part.isolated->noise, all.isolated->noise);
        EXPECT_EQ(part.accumulated->noise, all.accumulated->noise);
    }
}

TEST_F(Measure, OutputsThatAreNoNumbersHaveNoFigures) {
    const test::TempFolder folder;
    const auto graph = test::GraphBuilder()
                           .input("x", tensor::ElementType::Float32, {4, 32})
                           .floats("nan", {1}, {std::nanf("")})
                           .floats("w", {32, 32}, test::gaussian(32 * 32, 1))
                           .node("Add", {"x", "nan"}, {"lost"})
                           .node("MatMul", {"lost", "w"}, {"y"})
                           .output("y", tensor::ElementType::Float32, {4, 32});
    const auto model = formats::openModel(folder.write("nan.onnx", test::onnxModel(graph)).string(), m_job).value();
    auto comparison = compared(model, "int8");
    ASSERT_TRUE(measureOutputs(model, comparison, m_synthetic, {}, m_job));
    const LayerOutput& output = *comparison.reports[0].layers[0].output;
    EXPECT_FALSE(output.isolated);
    EXPECT_FALSE(output.accumulated);
    EXPECT_EQ(output.reason, "its output holds no finite number");
}

/// In another run of the program, where nothing is left of the comparison.
TEST_F(Measure, AStoppedRankingGoesOnFromTheStore) {
    const auto model = open("digits.onnx");
    const test::TempFolder folder;
    const calibration::Store store(folder.path());
    const auto source = calibration::parseDataSource((kSamples / "digits.calib").string(), 0).value();
    const auto tried = [&](Comparison& comparison, const calibration::Store* kept, std::size_t stopAfter) {
        std::size_t count = 0;
        const auto stop = std::make_unique<std::stop_source>();
        Job job(stop->get_token(), [&](double, std::string_view what) {
            if (what.find("one at a time") == std::string_view::npos) return;
            if (count++ == stopAfter) stop->request_stop();
        });
        MeasureOptions ranking;
        ranking.ranking = true;
        ranking.store = kept;
        const auto done = measureOutputs(model, comparison, source, ranking, job);
        EXPECT_EQ(bool(done), count <= stopAfter);
        return count;
    };
    auto first = compared(model, "int4"), second = first, other = compared(model, "int5"), anew = first;
    tried(first, &store, 4);
    EXPECT_EQ(tried(second, &store, 100), model.layers().size() - 4);
    EXPECT_EQ(tried(other, &store, 100), model.layers().size());
    EXPECT_EQ(tried(anew, nullptr, 100), model.layers().size());
    for (std::size_t i = 0; i < model.layers().size(); ++i) {
        const Sensitivity &kept = *second.reports[0].layers[i].alone, &fresh = *anew.reports[0].layers[i].alone;
        EXPECT_EQ(kept.only.noise, fresh.only.noise);
        EXPECT_EQ(kept.without.product, fresh.without.product);
        EXPECT_EQ(kept.only.accuracy->top1, fresh.only.accuracy->top1);
        EXPECT_EQ(kept.only.sameTop, fresh.only.sameTop);
    }
}

/// Two operators share a weight; what one computes on is signed, and never is for the other.
TEST_F(Measure, AWeightOfTwoUsesIsTriedOnTheInputOfEach) {
    const test::TempFolder folder;
    const auto graph = test::GraphBuilder()
                           .input("x", tensor::ElementType::Float32, {4, 32})
                           .floats("w", {32, 32}, test::gaussian(32 * 32, 1))
                           .node("Relu", {"x"}, {"positive"})
                           .node("MatMul", {"positive", "w"}, {"a"})
                           .node("MatMul", {"x", "w"}, {"b"})
                           .node("Add", {"a", "b"}, {"y"})
                           .output("y", tensor::ElementType::Float32, {4, 32});
    const auto model = formats::openModel(folder.write("tied.onnx", test::onnxModel(graph)).string(), m_job).value();
    auto comparison = compared(model, "int8/uint8");
    calibration::Calibration calibration;
    ASSERT_TRUE(run(model, comparison, {.calibration = m_synthetic, .evaluation = {}}, calibration, m_job));
    EXPECT_GT(comparison.reports[0].layers[0].output->isolated->sqnrDb(), 30);
}

TEST_F(Measure, WeightsStoredAsHalvesAndUsedAsFloats) {
    const test::TempFolder folder;
    std::vector<std::uint16_t> halves(32 * 32);
    const auto values = test::gaussian(32 * 32, 2);
    for (std::size_t i = 0; i < halves.size(); ++i) halves[i] = values[i] < 0 ? 0xB800 : 0x3A00;  // -0.5, 0.75
    const auto graph = test::GraphBuilder()
                           .input("x", tensor::ElementType::Float32, {4, 32})
                           .tensor(test::rawTensor("w", tensor::ElementType::Float16, {32, 32}, test::bytesOf(halves)))
                           .node("Cast", {"w"}, {"wide"}, {{"to", 1}})
                           .node("MatMul", {"x", "wide"}, {"y"})
                           .output("y", tensor::ElementType::Float32, {4, 32});
    const auto model = formats::openModel(folder.write("halves.onnx", test::onnxModel(graph)).string(), m_job).value();
    auto comparison = compared(model, "int4");
    const auto measured = measureOutputs(model, comparison, m_synthetic, {}, m_job);
    ASSERT_TRUE(measured) << measured.error().line();
    EXPECT_GT(comparison.reports[0].layers[0].output->isolated->sqnrDb(), 10);
}

TEST_F(Measure, LanguageModelsWork) {
    const auto model = open("shakespeare.onnx");
    auto comparison = compared(model, "int8");
    ASSERT_TRUE(measureOutputs(model, comparison, {{}, 1, 1}, {}, m_job));
    for (const LayerReport& layer : comparison.reports[0].layers) {
        ASSERT_TRUE(layer.output && layer.output->isolated && layer.output->accumulated);
        EXPECT_GT(layer.output->isolated->sqnrDb(), 25);
    }
}

TEST_F(Measure, StaticActivationsWithoutDataSaySo) {
    const auto model = open("digits.onnx");
    auto comparison = compared(model, "int8/uint8");
    RunOptions options;
    options.evaluation = m_synthetic;
    calibration::Calibration none;
    const auto done = run(model, comparison, options, none, m_job);
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().line().find("--calib"), std::string::npos) << done.error().line();
}

}  // namespace
}  // namespace roundoff::analysis
