// What observers see, against the whole data.
#include "core/calibration/observer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "tests/support/random.h"

namespace roundoff::calibration {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

tensor::TensorView view(const std::vector<float>& x, tensor::Shape shape = {}) {
    if (shape.empty()) shape = {std::int64_t(x.size())};
    return {tensor::ElementType::Float32, std::move(shape), std::as_bytes(std::span(x))};
}

Observation seen(const std::vector<float>& x, std::size_t samples, Detail detail = Detail::Channels) {
    Observation observation;
    for (std::size_t s = 0; s < samples; ++s) {
        const std::vector<float> part(x.begin() + std::ptrdiff_t(s * x.size() / samples),
                                      x.begin() + std::ptrdiff_t((s + 1) * x.size() / samples));
        observe(view(part), detail, observation);
    }
    return observation;
}

schemes::TensorScheme activation(const std::string& text) {
    return *schemes::parseScheme("int8/" + text).value().activation;
}

std::uint64_t mass(const Observation& observation) {
    return std::accumulate(observation.counts.begin(), observation.counts.end(), observation.zeros);
}

std::vector<float> uniform(std::size_t n, double low, double high) {
    test::Random random(5);
    std::vector<float> x(n);
    for (float& v : x) v = float(low + (high - low) * random.uniform());
    return x;
}

TEST(Observer, MinMaxIsThatOfAllForAnySplit) {
    const auto x = test::gaussian(40000, 1);
    const auto [low, high] = std::ranges::minmax(x);
    for (const std::size_t samples : {1, 2, 7, 100}) {
        const auto range = rangeOf(seen(x, samples), activation("uint8"));
        EXPECT_EQ(range.low, low) << samples;
        EXPECT_EQ(range.high, high) << samples;
    }
}

TEST(Observer, HistogramsDoNotDependOnTheSplitWhereTheirLimitIsTheSame) {
    auto x = test::gaussian(200000, 2);
    x.front() = 6;  // the limit is known from the first sample on
    const auto whole = seen(x, 1), parts = seen(x, 13);
    EXPECT_EQ(whole.limit, 8);
    EXPECT_EQ(whole.counts, parts.counts);
    EXPECT_EQ(whole.moments.max, parts.moments.max);
}

TEST(Observer, NoElementIsLostWhenTheLimitGrows) {
    Observation observation;
    std::uint64_t count = 0;
    for (const double sigma : {0.0, 1e-3, 1.0, 50.0, 1e4}) {
        auto x = test::gaussian(30000, 3, sigma);
        x[7] = kNan;
        observe(view(x), Detail::Histograms, observation);
        count += x.size() - 1;
        EXPECT_EQ(mass(observation), count) << sigma;
        EXPECT_GE(observation.limit, std::max(-observation.moments.min, observation.moments.max));
    }
    EXPECT_EQ(observation.moments.nan, 5U);
}

TEST(Observer, ZeroIsAlwaysPartOfTheRange) {
    for (const char* rule : {"minmax", "ema", "p99.9", "mse", "kl", "std"}) {
        const auto range = rangeOf(seen(uniform(50000, 2, 3), 4), activation(std::string("uint8:") + rule));
        EXPECT_EQ(range.low, 0) << rule;
        EXPECT_GT(range.high, 2) << rule;
        EXPECT_LE(range.high, 3) << rule;
    }
}

TEST(Observer, AveragesFollowTheirFormula) {
    Observation observation;
    for (const float top : {10.0F, 20.0F, 40.0F}) observe(view({-top / 2, 0, top}), Detail::Extremes, observation);
    const double high = 10 + 0.01 * 10, expected = high + 0.01 * (40 - high);
    const auto range = rangeOf(observation, activation("uint8:ema"));
    EXPECT_NEAR(range.high, expected, 1e-9);
    EXPECT_NEAR(range.low, -expected / 2, 1e-9);
}

TEST(Observer, PercentilesAreThoseOfTheData) {
    const auto x = uniform(400000, 0, 10);
    const auto observation = seen(x, 8);
    EXPECT_EQ(rangeOf(observation, activation("uint8:p100")).high, *std::ranges::max_element(x));
    EXPECT_NEAR(rangeOf(observation, activation("int8:p90")).high, 9, 0.02);
    // Two sides, half of the rest off each.
    EXPECT_NEAR(rangeOf(seen(uniform(400000, -10, 10), 8), activation("uint8:p90")).low, -9, 0.05);
}

TEST(Observer, LeastSquaresFindsTheKnownClips) {
    auto x = test::gaussian(1 << 20, 9);
    const auto clip = [&](const char* text) {
        const auto range = rangeOf(seen(x, 16), activation(text));
        return std::max(-range.low, range.high);
    };
    EXPECT_NEAR(clip("int4:mse"), 2.474, 0.08);
    EXPECT_NEAR(clip("int8:mse"), 3.921, 0.2);
    test::Random random(3);
    for (float& v : x) v = float(random.laplace());
    EXPECT_NEAR(clip("int4:mse"), 3.408, 0.12);
}

TEST(Observer, DivergenceKeepsUniformDataWholeAndClipsOutliers) {
    EXPECT_NEAR(rangeOf(seen(uniform(1 << 20, -1, 1), 4), activation("int8:kl")).high, 1, 0.01);
    auto x = test::gaussian(1 << 20, 4);
    for (std::size_t i = 0; i < x.size(); i += 10000) x[i] = 48;
    EXPECT_LT(rangeOf(seen(x, 4), activation("int8:kl")).high, 10);
}

TEST(Observer, EveryRuleIsAWordOfTheSchemeText) {
    const auto x = seen(uniform(50000, -2, 3), 4);
    std::set<schemes::Range::Rule> rules;
    for (const Observer& observer : observers()) {
        const auto scheme = activation("uint8:" + std::string(observer.id));
        EXPECT_EQ(word(scheme.range), observer.id);
        EXPECT_EQ(scheme.range.rule, observer.rule);
        EXPECT_EQ(&observerOf(observer.rule), &observer);
        EXPECT_FALSE(observer.title.empty() || observer.summary.empty());
        EXPECT_EQ(observer.range(x, scheme).high, rangeOf(x, scheme).high);
        rules.insert(observer.rule);
    }
    EXPECT_EQ(rules.size(), std::size_t(schemes::Range::Rule::Average) + 1);
}

TEST(Observer, ChannelsStandWhereTheFieldHasThem) {
    Observation image, tokens;
    observe(view({1, -2, 3, 4, -5, 6, 7, 8}, {1, 2, 2, 2}), Detail::Channels, image);
    EXPECT_EQ(image.channelAbsmax, (std::vector<float>{4, 8}));
    EXPECT_EQ(image.channelSum2, (std::vector<double>{30, 174}));
    observe(view({1, -2, 3, 4, -5, 6}, {1, 3, 2}), Detail::Channels, tokens);
    EXPECT_EQ(tokens.channelAbsmax, (std::vector<float>{5, 6}));
    EXPECT_EQ(tokens.channelSum2, (std::vector<double>{35, 56}));
}

TEST(Observer, ParametersAreThoseOfOnnxRuntimesQuantizer) {
    // scale = (max - min) / 255 in double, zero = roundHalfEven(-min / scale)
    const auto scale = parametersOf(seen({-1.5F, 2.25F, 5.1F}, 1), activation("uint8"));
    EXPECT_FLOAT_EQ(scale.scale, float((5.1F + 1.5) / 255));
    EXPECT_EQ(scale.zero, 58);
    EXPECT_EQ(parametersOf(seen({-3, 1}, 1), activation("int8")).scale, float(3.0 / 127));
    EXPECT_EQ(parametersOf(seen({0, 0}, 1), activation("uint8")).scale, 1);
}

}  // namespace
}  // namespace roundoff::calibration
