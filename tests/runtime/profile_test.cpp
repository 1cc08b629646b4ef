#include "core/runtime/profile.h"

#include <gtest/gtest.h>

#include "core/formats/format.h"
#include "core/runtime/timed_run.h"
#include "tests/support/temp_folder.h"

namespace roundoff::runtime {
namespace {

std::string event(const char* name, const char* op, int microseconds, int index) {
    return fmt::format(R"({{"cat":"Node","name":"{}_kernel_time","dur":{},"ph":"X","args":{{"op_name":"{}","node_index":"{}",)"
                       R"("input_type_shape":[{{"uint8":[1,2]}},{{"int8":[2]}}]}}}})",
                       name, microseconds, op, index);
}

TEST(Profile, GivesTheMedianOfEachNodeWithoutTheWarmUps) {
    std::string json = R"([{"cat":"Session","name":"model_run","dur":5,"args":{}})";
    for (const int time : {9000, 100, 300, 200}) json += "," + event("a", "QLinearConv", time, 0) + "," + event("b", "Conv", 2 * time, 1);
    const auto nodes = parseProfile(json + "]", "p", 1);
    ASSERT_TRUE(nodes) << nodes.error().line();
    ASSERT_EQ(nodes->size(), 2u);
    EXPECT_EQ((*nodes)[0].name, "a");
    EXPECT_EQ((*nodes)[0].op, "QLinearConv");
    EXPECT_DOUBLE_EQ((*nodes)[0].ms, 0.2);
    EXPECT_EQ((*nodes)[0].runs, 3u);
    EXPECT_EQ((*nodes)[0].inputs, "uint8 int8");
    EXPECT_DOUBLE_EQ((*nodes)[1].ms, 0.4);
}

TEST(Profile, RefusesWhatIsNone) {
    for (const char* text : {"", "{", "{}", "3", R"([{"cat":"Node","name":3}])", R"([{"cat":"Node","name":"x_kernel_time","dur":"1","args":{}}])"})
        EXPECT_FALSE(parseProfile(text, "p")) << text;
    EXPECT_TRUE(parseProfile(R"([{"cat":3},{"cat":"Session"},7])", "p").value().empty());
}

TEST(Profile, OfARealRunNamesItsOperators) {
    Job job;
    const auto model = formats::openModel(ROUNDOFF_SOURCE_DIR "/resources/samples/digits.onnx", job).value();
    const Sample sample = syntheticSamples(model, 1, 8, 1).value()[0];
    const test::TempFolder folder;
    SessionOptions options;
    options.profile = folder.path() / "profile";
    auto session = Session::open(model.info().path, options).value();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(session.run(sample, job));
    const auto nodes = session.endProfile(1);
    ASSERT_TRUE(nodes) << nodes.error().line();
    std::size_t products = 0;
    for (const NodeTime& node : *nodes) {
        EXPECT_EQ(node.runs, 2u) << node.name;
        products += node.op == "Conv" || node.op == "FusedConv" || node.op == "Gemm" || node.op == "FusedGemm";
    }
    EXPECT_EQ(products, model.layers().size());
}

TEST(TimedRun, RunsAndStops) {
    Job job;
    const auto model = formats::openModel(ROUNDOFF_SOURCE_DIR "/resources/samples/digits.onnx", job).value();
    const Sample sample = syntheticSamples(model, 1, 8, 1).value()[0];
    auto session = Session::open(model.info().path, {}).value();
    std::stop_source stop;
    Job stoppable(stop.get_token(), nullptr);
    auto run = TimedRun::bind(session, sample, stoppable).value();
    for (int i = 0; i < 3; ++i) EXPECT_GT(run.run().value(), 0);
    stop.request_stop();
    EXPECT_EQ(run.run().error().code, ErrorCode::Cancelled);
    EXPECT_FALSE(TimedRun::bind(session, {}, job));
}

}  // namespace
}  // namespace roundoff::runtime
