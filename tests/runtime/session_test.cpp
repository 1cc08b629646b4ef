#include "core/runtime/session.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstring>
#include <span>
#include <thread>

#include "tests/support/onnx_builder.h"

namespace roundoff::runtime {
namespace {

using tensor::ElementType;

const std::string kSamples = ROUNDOFF_SOURCE_DIR "/resources/samples/";

NamedTensor tokens(std::int64_t length) {
    NamedTensor tensor{"input_ids", ElementType::Int64, {1, length}, std::vector<std::byte>(std::size_t(length) * 8)};
    for (std::int64_t i = 0; i < length; ++i) {
        const std::int64_t id = 32 + i * 7 % 90;
        std::memcpy(tensor.bytes.data() + i * 8, &id, 8);
    }
    return tensor;
}

TEST(Session, DescribesItsInputsAndOutputs) {
    const auto session = Session::open(kSamples + "digits.onnx", {});
    ASSERT_TRUE(session) << session.error().line();
    ASSERT_EQ(session->inputs().size(), 1u);
    EXPECT_EQ(session->inputs()[0].name, "image");
    EXPECT_EQ(session->inputs()[0].type, ElementType::Float32);
    EXPECT_EQ(session->inputs()[0].shape, (tensor::Shape{-1, 1, 28, 28}));
    EXPECT_EQ(session->inputs()[0].dimensionNames[0], "batch");
    ASSERT_EQ(session->outputs().size(), 1u);
    EXPECT_EQ(session->outputs()[0].name, "logits");
}

TEST(Session, RunsTheLanguageModelTheSameAtBothLevels) {
    Job job;
    std::vector<std::vector<NamedTensor>> results;
    for (const auto level : {SessionOptions::Level::Faithful, SessionOptions::Level::All}) {
        auto session = Session::open(kSamples + "shakespeare.onnx", {level, 1, 2});
        ASSERT_TRUE(session) << session.error().line();
        auto out = session->run({tokens(32)}, job);
        ASSERT_TRUE(out) << out.error().line();
        EXPECT_EQ((*out)[0].shape, (tensor::Shape{1, 32, 256}));
        results.push_back(std::move(*out));
    }
    const auto floats = [](const NamedTensor& t) { return reinterpret_cast<const float*>(t.bytes.data()); };
    for (std::size_t i = 0; i < 32 * 256; ++i)
        ASSERT_NEAR(floats(results[0][0])[i], floats(results[1][0])[i], 1e-3) << i;
}

TEST(Session, ErrorsNameThePlace) {
    const auto missing = Session::open(kSamples + "none.onnx", {});
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().line().find("none.onnx"), std::string::npos);

    auto session = Session::open(kSamples + "digits.onnx", {});
    ASSERT_TRUE(session);
    Job job;
    const auto unfed = session->run({}, job);
    ASSERT_FALSE(unfed);
    EXPECT_NE(unfed.error().what.find("\"image\""), std::string::npos);
    const auto wrongType = session->run({{"image", ElementType::Int64, {1}, std::vector<std::byte>(8)}}, job);
    ASSERT_FALSE(wrongType);
    EXPECT_NE(wrongType.error().what.find("takes float32, the data is int64"), std::string::npos);
    const auto wrongShape = session->run({{"image", ElementType::Float32, {1}, std::vector<std::byte>(4)}}, job);
    ASSERT_FALSE(wrongShape);
    EXPECT_NE(wrongShape.error().what.find("image"), std::string::npos) << wrongShape.error().what;
    const auto shortBytes = session->run({{"image", ElementType::Float32, {1, 1, 28, 28}, {}}}, job);
    EXPECT_FALSE(shortBytes);
}

TEST(Session, AFailedRunNamesTheNodeAndNotTheLibrarysSources) {
    const auto graph = test::GraphBuilder()
                           .input("x", ElementType::Float32, {-1})
                           .ints("two", {2}, {2, 5})
                           .node("Reshape", {"x", "two"}, {"y"}, {}, "fold")
                           .output("y", ElementType::Float32, {-1, -1});
    const std::string bytes = test::onnxModel(graph);
    auto session = Session::open("folded.onnx", std::as_bytes(std::span(bytes)), {}, {});
    ASSERT_TRUE(session) << session.error().line();
    Job job;
    const auto run = session->run({{"x", ElementType::Float32, {3}, std::vector<std::byte>(12)}}, job);
    ASSERT_FALSE(run);
    EXPECT_NE(run.error().what.find("'fold'"), std::string::npos) << run.error().what;
    EXPECT_NE(run.error().what.find("requested shape:{2,5}"), std::string::npos) << run.error().what;
    EXPECT_EQ(run.error().what.find("onnxruntime_src"), std::string::npos) << run.error().what;
}

TEST(Session, StopEndsTheRun) {
    auto session = Session::open(kSamples + "shakespeare.onnx", {SessionOptions::Level::All, 4, 1});
    ASSERT_TRUE(session);
    // A thousand positions and a batch of 16 take seconds; the stop comes in their midst.
    NamedTensor batch{"input_ids", ElementType::Int64, {16, 1000}, std::vector<std::byte>(16 * 1000 * 8)};
    std::stop_source stop;
    Job job(stop.get_token(), {});
    std::jthread stopper([&stop] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        stop.request_stop();
    });
    const auto out = session->run({batch}, job);
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().code, ErrorCode::Cancelled);
    Job fresh;
    EXPECT_TRUE(session->run({tokens(4)}, fresh));  // the session is still good
}

}  // namespace
}  // namespace roundoff::runtime
