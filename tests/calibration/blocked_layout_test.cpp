// Watches that read values in the runtime's own layout, against those that have each value brought back.
#include "core/calibration/blocked_layout.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/calibration/calibration.h"
#include "core/calibration/trial.h"
#include "core/formats/format.h"
#include "tests/support/detector_model.h"
#include "tests/support/temp_folder.h"

namespace roundoff::calibration {
namespace {

class BlockedLayout : public testing::Test {
protected:
    Job m_job;
    test::TempFolder m_folder;
    model::Model m_model = formats::openModel(m_folder.write("detector.onnx", test::detectorModel()), m_job).value();

    std::vector<std::string> values() const {
        std::vector<std::string> all{"image"};
        for (const model::Node& node : m_model.graph().nodes) all.push_back(node.outputs[0]);
        return all;
    }
};

TEST_F(BlockedLayout, ShowsTheSameNumbers) {
    const DataSource data{{}, 2};
    // Channels are told apart only in the model's own layout.
    const auto plain = calibrate(m_model, values(), data, Detail::Channels, m_job).value();
    const auto blocked = calibrate(m_model, values(), data, Detail::Histograms, m_job).value();
    ASSERT_EQ(plain.values.size(), blocked.values.size());
    for (const auto& [name, want] : plain.values) {
        SCOPED_TRACE(name);
        const Observation& got = blocked.values.at(name);
        EXPECT_EQ(got.shape, want.shape);
        EXPECT_EQ(got.samples, want.samples);
        EXPECT_EQ(got.moments.count, want.moments.count);
        EXPECT_EQ(got.moments.zeros, want.moments.zeros);
        // Convolutions that are fused otherwise round otherwise.
        const double most = std::max(-double(want.moments.min), double(want.moments.max));
        EXPECT_NEAR(got.moments.min, want.moments.min, 1e-5 * most);
        EXPECT_NEAR(got.moments.max, want.moments.max, 1e-5 * most);
        EXPECT_NEAR(got.moments.sum2, want.moments.sum2, 1e-5 * want.moments.sum2);
        EXPECT_EQ(got.counts.size(), want.counts.size());
    }
}

/// How often an operator's name stands in a model.
std::size_t count(const std::string& model, std::string_view op) {
    std::size_t found = 0;
    for (auto at = model.find(op); at != std::string::npos; at = model.find(op, at + 1)) ++found;
    return found;
}

TEST_F(BlockedLayout, BringsBackNoFullBlocks) {
    // Two convolutions of 32 channels and one of 24, all watched.
    test::GraphBuilder graph;
    std::string x = "x";
    std::int64_t in = 3;
    for (const std::int64_t out : {32, 32, 24}) {
        const std::string name = "conv" + std::to_string(in) + "to" + std::to_string(out);
        graph.floats(name + ".w", {out, in, 3, 3}, test::gaussian(std::size_t(out * in * 9), 1, 0.1));
        graph.node("Conv", {x, name + ".w"}, {name}, {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}}, name);
        graph.node("Tap", {name}, {name + ".seen"}, {{"id", 0}}, name + ".tap", runtime::kHooksDomain);
        x = name;
        in = out;
    }
    graph.input("x", test::ElementType::Float32, {1, 3, 16, 16}).output(x, test::ElementType::Float32, {1, 24, 16, 16});
    const std::string bytes = test::onnxModel(graph.bytes(), 17, 8, test::message([](test::pbf_writer& w) {
                                                  w.add_message(8, test::message([](test::pbf_writer& o) {
                                                                    o.add_string(1, runtime::kHooksDomain);
                                                                    o.add_int64(2, 1);
                                                                }));
                                              }));
    const auto blocked = watchedInBlocks("model", bytes, {}, m_job);
    const runtime::Hooks nobody{[](auto, const auto&) {}, {}, {}};
    const auto saved = m_folder.path() / "optimized.onnx";
    ASSERT_TRUE(runtime::Session::open("model", std::as_bytes(std::span(bytes)), {.saveOptimized = saved}, nobody));
    std::ifstream file(saved, std::ios::binary);
    const std::size_t before = count({std::istreambuf_iterator<char>(file), {}}, "ReorderOutput");
    if (before == 0) {  // a processor without blocks
        EXPECT_FALSE(blocked);
    } else {
        ASSERT_TRUE(blocked);
        EXPECT_LT(count(*blocked, "ReorderOutput"), before);
        EXPECT_EQ(count(*blocked, "Tap"), count(bytes, "Tap"));
    }
}

}  // namespace
}  // namespace roundoff::calibration
