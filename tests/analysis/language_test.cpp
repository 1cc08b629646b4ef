// How well a model says the next token: which positions count, and where none can.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "core/analysis/tally.h"

namespace roundoff::analysis {
namespace {

runtime::NamedTensor floats(const std::string& name, tensor::Shape shape, const std::vector<float>& values) {
    std::vector<std::byte> bytes(values.size() * sizeof(float));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return {name, tensor::ElementType::Float32, std::move(shape), bytes};
}

class Language : public testing::Test {
protected:
    static constexpr std::int64_t kVocabulary = 4;
    Language() { m_data.tokens = "ids"; }

    /// Of a model that is sure of `said` at each position, and `shape` its logits.
    Tally tallied(const runtime::Sample& sample, const tensor::Shape& shape, const std::vector<int>& said) {
        std::vector<float> logits(said.size() * kVocabulary, 0);
        for (std::size_t i = 0; i < said.size(); ++i) logits[i * kVocabulary + std::size_t(said[i])] = 30;
        Tally tally;
        const std::vector outputs{floats("logits", shape, logits)};
        EXPECT_TRUE(tally.add(m_data, 0, sample, outputs, outputs, m_job));
        return tally;
    }

    calibration::Dataset m_data{1, [](std::size_t) -> Result<runtime::Sample> { return runtime::Sample(); }};
    Job m_job;
};

TEST_F(Language, IdsBelowZeroArePadding) {
    const Tally tally = tallied({floats("ids", {1, 6}, {-1, 2, 3, 1, -100, -100})}, {1, 6, kVocabulary}, {0, 3, 1, 0, 0, 0});
    ASSERT_TRUE(tally.result().language);
    EXPECT_EQ(tally.result().language->tokens, 2U);
    EXPECT_NEAR(tally.result().language->perplexity, 1, 1e-6);
    EXPECT_NE(tally.words().find("3 positions of padding"), std::string::npos) << tally.words();
}

TEST_F(Language, MaskedTokensArePadding) {
    m_data.mask = "mask";
    const runtime::Sample sample{floats("ids", {1, 4}, {1, 2, 0, 0}), floats("mask", {1, 4}, {1, 1, 0, 0})};
    const Tally tally = tallied(sample, {1, 4, kVocabulary}, {2, 3, 3, 3});
    EXPECT_EQ(tally.result().language->tokens, 1U);
    EXPECT_NEAR(tally.result().language->perplexity, 1, 1e-6);
}

TEST_F(Language, NoRowPredictsTheNextOne) {
    const Tally tally = tallied({floats("ids", {2, 3}, {0, 1, 2, 3, 2, 1})}, {2, 3, kVocabulary}, {1, 2, 0, 2, 1, 0});
    EXPECT_EQ(tally.result().language->tokens, 4U);
    EXPECT_NEAR(tally.result().language->perplexity, 1, 1e-6);
    EXPECT_EQ(tally.words(), "");
}

TEST_F(Language, ScoresOfTheLastPositionAloneGiveNoPerplexity) {
    const Tally tally = tallied({floats("ids", {1, 4}, {0, 1, 2, 3})}, {1, 1, kVocabulary}, {1});
    EXPECT_FALSE(tally.result().language);
    EXPECT_NE(tally.words().find("no perplexity: output \"logits\" is"), std::string::npos) << tally.words();
}

TEST_F(Language, ScoresOfFewerThanTheTokensGiveNoPerplexity) {
    const Tally tally = tallied({floats("ids", {1, 2}, {0, 9})}, {1, 2, kVocabulary}, {1, 2});
    EXPECT_FALSE(tally.result().language);
    EXPECT_NE(tally.words().find("no perplexity"), std::string::npos) << tally.words();
}

}  // namespace
}  // namespace roundoff::analysis
