// A session that may not take what it needs says so, and works where it may.
#include "core/runtime/memory_limit.h"

#include <gtest/gtest.h>

#include "core/base/cpu.h"
#include "core/formats/format.h"
#include "core/runtime/inputs.h"

namespace roundoff::runtime {
namespace {

class MemoryLimit : public testing::Test {
protected:
    void TearDown() override { limitMemory(0); }

    Job m_job;
    const model::Model m_model =
        formats::openModel(ROUNDOFF_SOURCE_DIR "/resources/samples/digits.onnx", m_job).value();

    Result<std::vector<NamedTensor>> run(std::int64_t batch) {
        const auto sample = syntheticSample(m_model, 0, {{{"batch", batch}}}, 1).value();
        auto session = Session::open(m_model.info().path, {});
        if (!session) return propagate(session);
        return session->run(sample, m_job);
    }
};

TEST_F(MemoryLimit, WhatWouldPassItIsRefusedBeforeItIsTaken) {
    const std::int64_t batch = 20'000;  // a feature map of 8 channels alone is 500 MB
    const std::uint64_t limit = residentMemory() + 300'000'000, peak = peakMemory();
    limitMemory(limit);
    const auto refused = run(batch);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().where, "--memory-limit");
    EXPECT_LE(peakMemory(), std::max(limit, peak));
    EXPECT_TRUE(run(1)) << "what fits runs on";
}

TEST_F(MemoryLimit, ChangesNoBit) {
    const auto free = run(3);
    limitMemory(residentMemory() + 1'000'000'000);
    const auto held = run(3);
    ASSERT_TRUE(free && held);
    EXPECT_EQ((*free)[0].bytes, (*held)[0].bytes);
}

TEST_F(MemoryLimit, OwnMemoryIsAskedForToo) {
    EXPECT_TRUE(reserve(std::uint64_t(1) << 60, "all there is")) << "no limit";
    limitMemory(residentMemory() + 100'000'000);
    EXPECT_TRUE(reserve(1'000'000, "a little"));
    const auto refused = reserve(200'000'000, "holding it");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().where, "--memory-limit");
    EXPECT_EQ(refused.error().what.find("holding it needs about "), 0u) << refused.error().line();
}

TEST_F(MemoryLimit, TellsWhatRunsTook) {
    limitMemory(residentMemory() + 2'000'000'000);
    takeWorkingMemory();
    ASSERT_TRUE(run(2'000));  // a feature map of 8 channels alone is 50 MB
    EXPECT_GT(takeWorkingMemory(), 40'000'000u);
    EXPECT_EQ(takeWorkingMemory(), 0u);
}

TEST(OverLimit, TellsItsFiguresApart) {
    const std::string words = overLimit("it", 1'000'100'000, 1'000'000'000).value().what;
    EXPECT_EQ(words, "it needs about 1000100000 bytes, the limit is 1000000000 bytes");
    EXPECT_EQ(overLimit("it", 2'000'000'000, 1'000'000'000).value().what, "it needs about 2.00 GB, the limit is 1.00 GB");
}

}  // namespace
}  // namespace roundoff::runtime
