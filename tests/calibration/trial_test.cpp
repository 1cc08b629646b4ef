// Models in which weights are replaced and values watched, against the same models written as files.
#include "core/calibration/trial.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/calibration/calibration.h"
#include "core/formats/format.h"
#include "tests/support/npy.h"
#include "tests/support/temp_folder.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;
using runtime::NamedTensor;

const fs::path kSamples = fs::path(ROUNDOFF_SOURCE_DIR) / "resources/samples";

class Trials : public testing::TestWithParam<const char*> {
protected:
    Job m_job;
    model::Model m_model = formats::openModel((kSamples / GetParam()).string(), m_job).value();
    runtime::Sample m_sample = runtime::syntheticSamples(m_model, 1, 64, 3).value()[0];

    std::vector<NamedTensor> original() {
        runtime::SessionOptions options;
        options.level = runtime::SessionOptions::Level::None;
        return runtime::Session::open(m_model.info().path, options).value().run(m_sample, m_job).value();
    }
    static std::vector<float> floats(const tensor::TensorView& view) {
        std::vector<float> values(view.count());
        tensor::readFloats(view, 0, values);
        return values;
    }
    static void expectClose(const std::vector<float>& a, const std::vector<float>& b, float tolerance) {
        ASSERT_EQ(a.size(), b.size());
        float most = 0;
        for (const float v : a) most = std::max(most, std::abs(v));
        for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance * most) << i;
    }
};

INSTANTIATE_TEST_SUITE_P(Samples, Trials, testing::Values("digits.onnx", "shakespeare.onnx"), [](const auto& each) {
    return fs::path(each.param).stem().string();
});

TEST_P(Trials, GiveTheModelsOwnOutputs) {
    auto trial = Trial::open(m_model, {}, m_job).value();
    const auto outputs = trial.run(m_sample, m_job).value();
    expectClose(floats(original()[0].view()), floats(outputs[0].view()), 1e-5F);
}

TEST_P(Trials, ShowTheValuesThatPassByAndLeaveThemAlone) {
    TrialPlan plan;
    plan.taps = {m_model.graph().outputs[0].name};
    for (const LayerValues& values : layerValues(m_model)) {
        ASSERT_FALSE(values.output.empty());
        plan.taps.push_back(values.output);
    }
    for (const bool replaceable : {false, true}) {
        plan.replaceable = replaceable;
        auto trial = Trial::open(m_model, plan, m_job).value();
        std::vector<std::vector<float>> seen(plan.taps.size());
        trial.handlers().tap = [&](std::size_t tap, const tensor::TensorView& value) { seen[tap] = floats(value); };
        const auto outputs = trial.run(m_sample, m_job).value();
        for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_FALSE(seen[i].empty()) << plan.taps[i];
        EXPECT_EQ(seen[0], floats(outputs[0].view()));
    }
}

TEST_P(Trials, TwinsWithTheSameWeightDoTheSame) {
    TrialPlan plan;
    for (std::size_t i = 0; i < m_model.layers().size(); ++i) plan.twins.push_back(i);
    auto trial = Trial::open(m_model, plan, m_job).value();
    for (const std::size_t i : plan.twins) {
        ASSERT_EQ(trial.whyNoTwin(i), "");
        const auto& tensor = m_model.tensors()[m_model.layers()[i].weight];
        const auto bytes = m_model.weight(m_model.layers()[i]).value().view.bytes;
        trial.setTwinWeight(i, std::make_shared<NamedTensor>(NamedTensor{tensor.name, tensor.type, tensor.shape, {bytes.begin(), bytes.end()}}));
    }
    std::size_t met = 0;
    trial.handlers().twin = [&](std::size_t, const tensor::TensorView& x, const tensor::TensorView& y) {
        expectClose(floats(x), floats(y), 1e-6F);
        ++met;
    };
    ASSERT_TRUE(trial.run(m_sample, m_job));
    EXPECT_GE(met, plan.twins.size());
}

TEST_P(Trials, ReplacedWeightsCountUntilTheyAreTakenBack) {
    auto trial = Trial::open(m_model, {}, m_job).value();
    const auto before = floats(trial.run(m_sample, m_job).value()[0].view());
    const auto& tensor = m_model.tensors()[m_model.layers().back().weight];
    const auto zeros = std::make_shared<NamedTensor>(NamedTensor{tensor.name, tensor.type, tensor.shape, std::vector<std::byte>(tensor.bytes)});
    ASSERT_TRUE(trial.setWeight(m_model.layers().size() - 1, zeros));
    EXPECT_NE(floats(trial.run(m_sample, m_job).value()[0].view()), before);
    ASSERT_TRUE(trial.setWeight(m_model.layers().size() - 1, nullptr));
    EXPECT_EQ(floats(trial.run(m_sample, m_job).value()[0].view()), before);
}

TEST_P(Trials, AChangedValueReachesAllOrOnlyItsReaders) {
    const auto values = layerValues(m_model);
    TrialPlan plan;
    plan.changes = {{values.back().output, {}}};
    auto trial = Trial::open(m_model, plan, m_job).value();
    trial.handlers().change = [](std::size_t, const tensor::TensorView&, std::span<float> out) { std::ranges::fill(out, 0.5F); };
    const auto changed = floats(trial.run(m_sample, m_job).value()[0].view());
    if (values.back().output == m_model.graph().outputs[0].name) {
        EXPECT_TRUE(std::ranges::all_of(changed, [](float v) { return v == 0.5F; }));
    }
    // A layer whose input is changed for it alone gives what a twin would; the value itself stays.
    TrialPlan alone;
    alone.changes = {{values.back().input, m_model.layers().back().uses}};
    alone.taps = {values.back().input};
    auto second = Trial::open(m_model, alone, m_job).value();
    bool zero = false;
    second.handlers().change = [](std::size_t, const tensor::TensorView&, std::span<float> out) { std::ranges::fill(out, 0.0F); };
    second.handlers().tap = [&](std::size_t, const tensor::TensorView& x) {
        const auto seen = floats(x);
        zero = std::ranges::all_of(seen, [](float v) { return v == 0; });
    };
    EXPECT_NE(floats(second.run(m_sample, m_job).value()[0].view()), floats(original()[0].view()));
    EXPECT_FALSE(zero);
}

TEST_P(Trials, ValuesComeByInTheOrderOfTheGraphSoThatNoneMustBeKept) {
    TrialPlan plan;
    for (const LayerValues& values : layerValues(m_model)) plan.taps.push_back(values.output);
    // A change of the last value runs when all but it have been seen.
    plan.changes = {{plan.taps.back(), {}}};
    auto trial = Trial::open(m_model, plan, m_job).value();
    std::vector<std::size_t> order;
    trial.handlers().tap = [&](std::size_t tap, const tensor::TensorView&) { order.push_back(tap); };
    trial.handlers().change = [&](std::size_t, const tensor::TensorView& x, std::span<float> y) {
        EXPECT_EQ(order.size() + 1, plan.taps.size());
        std::ranges::copy(x.bytes, std::as_writable_bytes(y).begin());
    };
    ASSERT_TRUE(trial.run(m_sample, m_job));
    EXPECT_EQ(order.size(), plan.taps.size());
}

TEST(Calibrate, DataThatNeverMoveAreRefused) {
    Job job;
    const auto model = formats::openModel((kSamples / "digits.onnx").string(), job).value();
    const test::TempFolder folder;
    const auto zeros = folder.write("zeros.npy", test::npyBytes("<f4", "(2, 1, 28, 28)", std::vector<float>(2 * 784, 0.0F)));
    const auto done = calibrate(model, {model.graph().inputs[0].name}, {zeros, 4, 0}, Detail::Extremes, job);
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().line().find("show nothing"), std::string::npos) << done.error().line();
}

TEST(Calibrate, NamesWhatNeverVariedAndWhatIsNotFinite) {
    Job job;
    const auto model = formats::openModel((kSamples / "digits.onnx").string(), job).value();
    const test::TempFolder folder;
    const std::string input = model.graph().inputs[0].name, output = model.graph().outputs[0].name;
    const auto warningsOn = [&](const std::vector<float>& pixels) {
        const auto data = folder.write("data.npy", test::npyBytes("<f4", "(3, 1, 28, 28)", pixels));
        const auto seen = calibrate(model, {input, output}, {data, 4, 0}, Detail::Extremes, job);
        return seen ? seen->warnings : std::vector{seen.error().line()};
    };
    std::vector<float> pixels(3 * 784, 0.0F);
    const auto constant = warningsOn(pixels);
    ASSERT_EQ(constant.size(), 1U);
    EXPECT_NE(constant[0].find('"' + input + "\" never varied: it was 0 throughout"), std::string::npos) << constant[0];
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = float(i % 7) / 7;
    EXPECT_TRUE(warningsOn(pixels).empty());
    pixels[784 + 5] = HUGE_VALF;
    const auto broken = warningsOn(pixels);
    ASSERT_EQ(broken.size(), 2U) << "the output follows from the input";
    for (const std::string& line : broken) EXPECT_NE(line.find("in 1 of 3 samples"), std::string::npos) << line;
}

TEST_P(Trials, CalibrationSeesEverySampleOnce) {
    std::vector<std::string> names;
    for (const auto& values : layerValues(m_model))
        if (!values.input.empty()) names.push_back(values.input);
    const auto one = calibrate(m_model, names, {{}, 3, 1}, Detail::Histograms, m_job);
    ASSERT_TRUE(one) << one.error().line();
    EXPECT_EQ(one->samples, 3U);
    EXPECT_TRUE(one->synthetic);
    for (const auto& [name, observation] : one->values) {
        EXPECT_EQ(observation.samples, 3U) << name;
        EXPECT_EQ(observation.moments.count, 3 * tensor::elementCount(observation.shape).value()) << name;
        EXPECT_EQ(observation.bands.size(), 3U);
    }
    std::stop_source stop;
    stop.request_stop();
    Job stopped(stop.get_token(), nullptr);
    EXPECT_EQ(calibrate(m_model, names, {{}, 3, 1}, Detail::Extremes, stopped).error().code, ErrorCode::Cancelled);
}

}  // namespace
}  // namespace roundoff::calibration
