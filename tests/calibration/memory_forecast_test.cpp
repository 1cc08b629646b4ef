#include "core/calibration/memory_forecast.h"

#include <gtest/gtest.h>

#include "core/calibration/calibration.h"
#include "core/calibration/trial.h"
#include "core/formats/format.h"
#include "tests/support/toy_model.h"

namespace roundoff::calibration {
namespace {

using tensor::ElementType;
using testing_support::input;
using testing_support::toyModel;

/// x → a → b, x → c of (b, a): a lives until c is made, and b beside it.
TEST(MemoryForecast, CountsValuesWhileTheyLive) {
    const auto node = [](std::vector<std::string> in, std::string out) { return model::Node{out, "Op", "", std::move(in), {out}}; };
    const auto made = toyModel({input("x", ElementType::Float32, {-1, 10}, {"n", ""})},
                               {node({"x"}, "a"), node({"a"}, "b"), node({"b", "a"}, "c"), node({"c"}, "d")});
    model::Graph graph = made.graph();
    for (const char* name : {"a", "b", "c", "d"}) graph.values.push_back(input(name, ElementType::Float32, {-1, 10}, {"n", ""}));
    graph.outputs = {graph.values.back()};
    const model::Model model(made.info(), {}, {}, graph, made.source());
    const runtime::Sample sample{{"x", ElementType::Float32, {5, 10}, {}}};
    EXPECT_EQ(activationBytes(model, sample), 3u * 5 * 10 * 4);
    EXPECT_FALSE(activationBytes(made, sample)) << "no shapes of inner values";
}

TEST(MemoryForecast, IsToldBeforeTheFirstSampleRuns) {
    std::vector<std::string> told;
    Job job({}, [&](double, std::string_view what) { told.emplace_back(what); });
    const auto model = formats::openModel(ROUNDOFF_SOURCE_DIR "/resources/samples/digits.onnx", job).value();
    told.clear();
    ASSERT_TRUE(calibrate(model, {layerValues(model).back().input}, {}, Detail::Extremes, job));
    ASSERT_GE(told.size(), 2u);
    EXPECT_EQ(told[0].find("loading the model, "), 0u) << told[0];
    for (const std::string& each : told) EXPECT_NE(each.find(" of memory"), std::string::npos) << each;
}

}  // namespace
}  // namespace roundoff::calibration
