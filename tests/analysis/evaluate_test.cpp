#include "core/analysis/evaluate.h"
#include "core/base/cpu.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stop_token>

#include "core/analysis/compare.h"
#include "core/analysis/tally.h"
#include "core/exports/target.h"
#include "core/formats/format.h"
#include "tests/support/temp_folder.h"

namespace roundoff::analysis {
namespace {

namespace fs = std::filesystem;

const fs::path kSamples = fs::path(ROUNDOFF_SOURCE_DIR) / "resources/samples";

class Evaluate : public testing::Test {
protected:
    model::Model open(const char* name) { return formats::openModel((kSamples / name).string(), m_job).value(); }
    Comparison compared(const model::Model& model, std::initializer_list<const char*> texts) {
        std::vector<Recipe> recipes;
        for (const char* text : texts) recipes.push_back({schemes::parseScheme(text).value(), {}});
        return compare(model, recipes, {}, m_job).value();
    }
    /// Some windows of the held-out text.
    calibration::DataSource text(std::size_t windows) {
        std::ifstream in(kSamples / "shakespeare.eval.txt");
        std::string words(windows * 256, ' ');
        in.read(words.data(), std::streamsize(words.size()));
        std::ofstream(m_folder / "some.txt") << words;
        return {m_folder / "some.txt", 4, 0};
    }

    test::TempFolder m_temporary;
    const fs::path m_folder = m_temporary.path();
    Job m_job;
};

TEST_F(Evaluate, AccuracyOfTheSampleAsItWasMeasuredElsewhere) {
    const auto model = open("digits.onnx");
    auto comparison = compared(model, {"int8:tensor", "int8:channel"});
    ASSERT_TRUE(evaluate(model, comparison, {kSamples / "digits.eval", 4, 0}, nullptr, 0, m_job));
    const auto& tensor = *comparison.reports[0].output;
    const auto& channel = *comparison.reports[1].output;
    EXPECT_EQ(tensor.samples, 500U);
    EXPECT_FALSE(tensor.synthetic);
    EXPECT_NEAR(tensor.accuracy->top1Float, 0.982, 1e-9);
    EXPECT_NEAR(tensor.accuracy->top1, 0.744, 0.005);
    EXPECT_NEAR(channel.accuracy->top1, 0.982, 0.005);
    EXPECT_GE(channel.accuracy->top5, channel.accuracy->top1);
    EXPECT_GT(channel.output.sqnrDb(), tensor.output.sqnrDb() + 20);
}

TEST_F(Evaluate, TheFloatModelAgainstItselfLosesNothing) {
    const auto model = open("shakespeare.onnx");
    auto comparison = compared(model, {"float"});
    ASSERT_TRUE(evaluate(model, comparison, text(3), nullptr, 0, m_job));
    const auto& result = *comparison.reports[0].output;
    EXPECT_TRUE(std::isinf(result.output.sqnrDb()));
    ASSERT_TRUE(result.language);
    EXPECT_EQ(result.language->tokens, 3U * 255);
    EXPECT_EQ(result.language->perplexity, result.language->perplexityFloat);
    EXPECT_EQ(result.language->kld.value, 0);
    EXPECT_EQ(result.language->sameTop.value, 1);
}

TEST_F(Evaluate, FewerBitsSayTheNextTokenWorse) {
    const auto model = open("shakespeare.onnx");
    auto comparison = compared(model, {"int8", "int5", "int4", "int3"});
    ASSERT_TRUE(evaluate(model, comparison, text(6), nullptr, 0, m_job));
    double before = 0;
    for (const Report& report : comparison.reports) {
        const auto& language = *report.output->language;
        EXPECT_LT(language.perplexityFloat, 10) << "256 would be guessing";
        EXPECT_GT(language.kld.value, before);
        EXPECT_GT(language.kld.error, 0);
        before = language.kld.value;
    }
    EXPECT_GT(comparison.reports.back().output->language->perplexity, comparison.reports.front().output->language->perplexity);
}

/// The trial run says what the exported file gives, whether models are loaded together or one by one.
TEST_F(Evaluate, AgreesWithTheExportedModel) {
    const calibration::DataSource data{m_folder / "images", 4, 0};
    fs::create_directories(data.path);
    int taken = 0;
    for (const auto& entry : fs::recursive_directory_iterator(kSamples / "digits.eval"))
        if (entry.path().extension() == ".png" && taken++ < 20) fs::copy_file(entry.path(), data.path / entry.path().filename());
    const auto model = open("digits.onnx");
    auto comparison = compared(model, {"int8:tensor", "int4", "log4"});
    const auto refused = evaluate(model, comparison, data, nullptr, 1, m_job);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().where, "--memory-limit");
    std::uint64_t limit = residentMemory();  // the least that does, so that they run one by one
    while (!evaluate(model, comparison, data, nullptr, limit, m_job)) limit += 1'000'000;
    EXPECT_LT(limit, physicalMemory());
    for (const Report& report : comparison.reports) {
        exports::ExportOptions options;
        options.data = data;
        const auto exported = exports::exportModel(model, report.recipe, *exports::findTarget("onnx-fakequant"),
                                                   m_folder / "out.onnx", options, m_job);
        ASSERT_TRUE(exported) << exported.error().line();
        EXPECT_NEAR(exported->verification->outputs.back().sqnrDb, report.output->output.sqnrDb(), 0.01);
        EXPECT_FALSE(report.output->accuracy) << "one folder is no class";
    }
}

TEST_F(Evaluate, SyntheticInputsAreMarkedAndACancelIsOne) {
    const auto model = open("digits.onnx");
    auto comparison = compared(model, {"int8"});
    ASSERT_TRUE(evaluate(model, comparison, {{}, 7, 3}, nullptr, 0, m_job));
    EXPECT_TRUE(comparison.reports[0].output->synthetic);
    EXPECT_EQ(comparison.reports[0].output->samples, 7U);
    EXPECT_NE(comparison.reports[0].output->conditions.find("synthetic"), std::string::npos);
    std::stop_source stop;
    stop.request_stop();
    Job stopped(stop.get_token(), {}, 1);
    EXPECT_EQ(evaluate(model, comparison, {{}, 7, 3}, nullptr, 0, stopped).error().code, ErrorCode::Cancelled);
}

TEST_F(Evaluate, AStopLeavesWhatTheFinishedSamplesTell) {
    const auto model = open("shakespeare.onnx");
    auto comparison = compared(model, {"int8", "int4"});
    std::size_t begun = 0;
    std::stop_source stop;
    Job job(stop.get_token(), [&](double, std::string_view what) {
        if (what == "samples" && begun++ == 2) stop.request_stop();
    });
    const auto done = evaluate(model, comparison, text(6), nullptr, 0, job);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::Cancelled);
    for (const Report& report : comparison.reports) {
        ASSERT_TRUE(report.output);
        EXPECT_TRUE(report.output->partial());
        EXPECT_EQ(report.output->samples, 2U);
        EXPECT_EQ(report.output->language->tokens, 2U * 255);
        EXPECT_EQ(report.output->conditions.find("stopped after 2 of 6 samples of some.txt"), 0U) << report.output->conditions;
    }
}

TEST_F(Evaluate, ALabelBeyondTheClassesIsBadData) {
    for (const char* label : {"3", "17"}) {
        fs::create_directories(m_folder / "labels" / label);
        fs::copy_file(fs::directory_iterator(kSamples / "digits.eval" / "3")->path(), m_folder / "labels" / label / "one.png");
    }
    const auto model = open("digits.onnx");
    auto comparison = compared(model, {"int8"});
    const auto done = evaluate(model, comparison, {m_folder / "labels", 4, 0}, nullptr, 0, m_job);
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().line().find("label 17, the model 10 classes"), std::string::npos) << done.error().line();
}

/// Two of ten classes by name: which two, nobody can know.
TEST_F(Evaluate, SomeClassesByNameAreRefused) {
    for (const char* label : {"three", "zero"}) {
        fs::create_directories(m_folder / "names" / label);
        fs::copy_file(fs::directory_iterator(kSamples / "digits.eval" / "3")->path(), m_folder / "names" / label / "one.png");
    }
    const auto model = open("digits.onnx");
    auto comparison = compared(model, {"int8"});
    const auto done = evaluate(model, comparison, {m_folder / "names", 4, 0}, nullptr, 0, m_job);
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().line().find("name 2 classes, the model has 10"), std::string::npos) << done.error().line();
}

TEST_F(Evaluate, APictureWithoutAClassIsRefusedWhereClassesCount) {
    const auto digit = fs::directory_iterator(kSamples / "digits.eval" / "3")->path();
    fs::create_directories(m_folder / "loose" / "3");
    fs::copy_file(digit, m_folder / "loose" / "3" / "one.png");
    fs::copy_file(digit, m_folder / "loose" / "two.png");
    const auto model = open("digits.onnx");
    auto comparison = compared(model, {"int8"});
    const auto done = evaluate(model, comparison, {m_folder / "loose", 4, 0}, nullptr, 0, m_job);
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().line().find("two.png: the picture lies beside folders"), std::string::npos) << done.error().line();
}

TEST(Tally, FoldersAreNoClassesWhereTheOutputScoresNone) {
    Job job;
    calibration::Dataset data(2, [](std::size_t) -> Result<runtime::Sample> { return runtime::Sample(); });
    data.labels = {calibration::kNoLabel, 1};
    data.namedClasses = 2;
    const auto of = [](tensor::Shape shape) {
        const std::size_t bytes = tensor::elementCount(shape).value() * sizeof(float);
        return std::vector{runtime::NamedTensor{"found", tensor::ElementType::Float32, std::move(shape), std::vector<std::byte>(bytes)}};
    };
    const auto boxes = of({1, 4, 100}), pooled = of({1, 2, 1, 1});
    EXPECT_TRUE(checkLabels(data, boxes, ""));
    EXPECT_FALSE(checkLabels(data, pooled, ""));
    Tally none, some;
    EXPECT_TRUE(none.add(data, 1, {}, boxes, boxes, job));
    EXPECT_TRUE(some.add(data, 1, {}, pooled, pooled, job));
    EXPECT_FALSE(none.result().accuracy);
    EXPECT_NE(none.words().find("folders are not taken as classes"), std::string::npos) << none.words();
    EXPECT_EQ(some.result().accuracy.value_or(Accuracy()).samples, 1U);
    EXPECT_EQ(some.result().rows, 1U);
}

TEST(Tally, OutputsThatAreNoNumbersHitNoClassAndAreSaid) {
    Job job;
    const auto scores = [](std::vector<float> values) {
        std::vector<std::byte> bytes(values.size() * sizeof(float));
        std::memcpy(bytes.data(), values.data(), bytes.size());
        return std::vector{runtime::NamedTensor{"logits", tensor::ElementType::Float32, {1, std::int64_t(values.size())}, bytes}};
    };
    calibration::Dataset data(2, [](std::size_t) -> Result<runtime::Sample> { return runtime::Sample(); });
    data.labels = {1, 0};
    const float nan = std::nanf("");
    Tally tally;
    EXPECT_TRUE(tally.add(data, 0, {}, scores({0, 1, 0}), scores({0, nan, 0}), job));
    EXPECT_TRUE(tally.add(data, 1, {}, scores({nan, nan, nan}), scores({1, 0, 0}), job));
    const ModelError error = tally.result();
    ASSERT_TRUE(error.accuracy);
    EXPECT_EQ(error.accuracy->top1Float, 0.5);
    EXPECT_EQ(error.accuracy->top1, 0.5);
    EXPECT_EQ(error.oddSamples, 2U);
    EXPECT_EQ(error.samples, 2U);
    EXPECT_NE(error.odd.find("\"logits\" holds NaN"), std::string::npos) << error.odd;
}

TEST(Tally, EqualScoresFavourTheLowerClassAndWhatIsNeverSaidCostsNothing) {
    Job job;
    const auto scores = [](tensor::Shape shape, const std::vector<float>& values) {
        std::vector<std::byte> bytes(values.size() * sizeof(float));
        std::memcpy(bytes.data(), values.data(), bytes.size());
        return std::vector{runtime::NamedTensor{"logits", tensor::ElementType::Float32, std::move(shape), bytes}};
    };
    calibration::Dataset pictures(2, [](std::size_t) -> Result<runtime::Sample> { return runtime::Sample(); });
    pictures.labels = {0, 5};
    Tally flat;
    for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(flat.add(pictures, i, {}, scores({1, 6}, {9, 8, 7, 6, 5, 4}), scores({1, 6}, {0, 0, 0, 0, 0, 0}), job));
    EXPECT_EQ(flat.result().accuracy->top1, 0.5);
    EXPECT_EQ(flat.result().accuracy->top5, 0.5);

    calibration::Dataset text(1, [](std::size_t) -> Result<runtime::Sample> { return runtime::Sample(); });
    text.tokens = "ids";
    std::vector<std::byte> ids(2 * sizeof(float), std::byte{0});
    const runtime::Sample tokens{{"ids", tensor::ElementType::Float32, {1, 2}, ids}};
    const float never = -std::numeric_limits<float>::infinity();
    Tally masked;
    EXPECT_TRUE(masked.add(text, 0, tokens, scores({1, 2, 3}, {0, 1, never, 0, 1, never}), scores({1, 2, 3}, {1, 0, never, 0, 1, never}), job));
    // KL of softmax(0, 1) from softmax(1, 0): (e - 1) / (e + 1).
    EXPECT_NEAR(masked.result().language->kld.value, (std::exp(1) - 1) / (std::exp(1) + 1), 1e-9);
}

TEST_F(Evaluate, BadDataIsNamed) {
    const auto model = open("digits.onnx");
    auto comparison = compared(model, {"int8"});
    const auto done = evaluate(model, comparison, {m_folder / "none", 4, 0}, nullptr, 0, m_job);
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().line().find("none"), std::string::npos);
    EXPECT_FALSE(comparison.reports[0].output);
}

}  // namespace
}  // namespace roundoff::analysis
