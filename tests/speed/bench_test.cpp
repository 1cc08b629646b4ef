// What a measurement says of every layer; never how fast this machine is.
#include "core/speed/bench.h"

#include <gtest/gtest.h>

#include <memory>
#include <stop_token>

#include "core/formats/format.h"
#include "core/speed/faster.h"

namespace roundoff::speed {
namespace {

using analysis::Status;

class Benches : public testing::Test {
protected:
    Benches() {
        m_options.limits = {1, 3, 0, 1000};
        m_options.data.synthetic = 1;
    }
    Timing run(const std::string& scheme, Job job = {}) {
        return bench(m_model, {schemes::parseScheme(scheme).value(), {}}, m_options, job).value();
    }
    Job m_job;
    model::Model m_model = formats::openModel(ROUNDOFF_SOURCE_DIR "/resources/samples/digits.onnx", m_job).value();
    BenchOptions m_options;
};

TEST_F(Benches, MeasureEveryLayerAndTheWhole) {
    std::size_t told = 0;
    m_options.onLayer = [&](const LayerTiming& layer) {
        EXPECT_TRUE(layer.time);
        ++told;
    };
    const Timing timing = run("int8");
    ASSERT_EQ(timing.layers.size(), m_model.layers().size());
    EXPECT_EQ(told, timing.layers.size());
    for (const LayerTiming& layer : timing.layers) {
        SCOPED_TRACE(m_model.layers()[layer.layer].name);
        EXPECT_EQ(layer.status, Status::Quantized);
        ASSERT_TRUE(layer.time) << layer.reason;
        EXPECT_EQ(layer.time->floatMs.runs, 6u);
        EXPECT_EQ(layer.time->quantizedMs.runs, 6u);
        EXPECT_GT(layer.time->floatMs.median, 0);
        EXPECT_EQ(layer.target, "onnx-qdq");
        EXPECT_GT(layer.work.macs, 0u);
        EXPECT_GT(layer.weightBits, 8);
        // Every layer that is not faster says why.
        EXPECT_EQ(layer.reason.empty(), layer.time->faster());
    }
    ASSERT_TRUE(timing.endToEnd) << timing.endToEndReason;
    EXPECT_EQ(timing.endToEndReason.empty(), timing.endToEnd->faster());
    EXPECT_FALSE(timing.partial);
    EXPECT_TRUE(timing.conditions.synthetic);
    EXPECT_GT(timing.conditions.threads, 0);
    ASSERT_TRUE(timing.machine);
    EXPECT_GT(timing.machine->gflops, 0);
    EXPECT_GT(timing.machine->gigabytes, 0);
    EXPECT_GT(timing.machine->int8Gops, 0);
}

TEST_F(Benches, SayWhyALayerIsNotMeasured) {
    m_options.explain = false;
    m_options.exclude = "stem";
    const Timing kept = run("int8");
    EXPECT_EQ(kept.layers[0].status, Status::Kept);
    EXPECT_FALSE(kept.layers[0].reason.empty());
    EXPECT_FALSE(kept.layers[0].time);
    EXPECT_TRUE(kept.layers[1].time);

    const Timing none = run("log4");
    for (const LayerTiming& layer : none.layers) {
        EXPECT_EQ(layer.status, layer.layer == 0 ? Status::Kept : Status::Skipped);
        EXPECT_FALSE(layer.reason.empty());
    }
    EXPECT_FALSE(none.endToEnd);
    EXPECT_FALSE(none.endToEndReason.empty());
}

TEST_F(Benches, RefuseAnUnknownTarget) {
    m_options.target = "abacus";
    const auto timing = bench(m_model, {schemes::parseScheme("int8").value(), {}}, m_options, m_job);
    ASSERT_FALSE(timing);
    EXPECT_EQ(timing.error().code, ErrorCode::Usage);
    EXPECT_NE(timing.error().line().find("abacus"), std::string::npos);
}

TEST_F(Benches, GiveWhatIsFinishedWhenStopped) {
    const auto stop = std::make_shared<std::stop_source>();
    const std::string third = m_model.layers()[2].name;
    Job job(stop->get_token(), [&, last = 0.0](double fraction, std::string_view what) mutable {
        EXPECT_GE(fraction, last) << what;
        last = fraction;
        if (what == third && fraction > 0.1) stop->request_stop();  // in the first round, not while its model is made
    });
    const Timing timing = run("int8", job);
    EXPECT_TRUE(timing.partial);
    ASSERT_EQ(timing.layers.size(), m_model.layers().size());
    for (const std::size_t finished : {0, 1}) {
        ASSERT_TRUE(timing.layers[finished].time) << "its first round was over";
        EXPECT_GT(timing.layers[finished].time->floatMs.median, 0);
        EXPECT_TRUE(timing.layers[finished].time->noisy) << "one round shows no drift";
    }
    EXPECT_EQ(timing.layers.back().status, Status::Pending);
    ASSERT_TRUE(timing.endToEnd);
    EXPECT_TRUE(timing.endToEnd->noisy);
}

TEST_F(Benches, OnlyFasterKeepsNoLayerThatWasNotMeasured) {
    m_options.target = "onnx-qdq";
    m_options.exclude = "classifier";
    const auto faster = onlyFaster(m_model, {schemes::parseScheme("int8").value(), {}}, m_options, m_job);
    ASSERT_TRUE(faster) << faster.error().line();
    EXPECT_TRUE(faster->recipe.standard.isFloat());
    EXPECT_FALSE(faster->recipe.layers.contains("classifier"));
    ASSERT_TRUE(faster->reasons.contains("classifier"));
    EXPECT_NE(faster->reasons.at("classifier").find("exclude"), std::string::npos) << faster->reasons.at("classifier");
    EXPECT_EQ(faster->recipe.layers.empty(), !faster->endToEnd);
    // The promise, by its own measurement.
    if (faster->endToEnd) {
        EXPECT_GE(faster->endToEnd->speedup(), 1);
    }
    EXPECT_GE(faster->notes.size(), 2u);
}

TEST(OnlyFaster, PrefersAFigureThatIsNotSlowerToAGreaterOneThatMayBe) {
    const auto duel = [](double speedup, double wins, bool noisy) {
        Duel out;
        out.floatMs.median = speedup;
        out.quantizedMs.median = 1;
        out.wins = wins;
        out.noisy = noisy;
        return out;
    };
    const Duel calm = duel(1.02, 0.8, false), noisy = duel(1.04, 0.8, true);
    EXPECT_TRUE(calm.notSlower());
    EXPECT_FALSE(noisy.notSlower());
    EXPECT_FALSE(preferred(noisy, calm));
    EXPECT_TRUE(preferred(calm, noisy));
    EXPECT_TRUE(preferred(duel(1.3, 0.9, false), calm));
    EXPECT_TRUE(preferred(duel(0.9, 0.1, false), duel(0.8, 0.1, false)));
}

TEST_F(Benches, OnlyFasterRefusesWhatTheTargetCannotHold) {
    m_options.target = "onnx-qdq";
    const auto faster = onlyFaster(m_model, {schemes::parseScheme("log4").value(), {}}, m_options, m_job);
    ASSERT_FALSE(faster);
    EXPECT_EQ(faster.error().code, ErrorCode::Usage);
}

}  // namespace
}  // namespace roundoff::speed
