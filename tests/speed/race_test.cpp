// The arithmetic of measuring, on times that are made up.
#include "core/speed/race.h"

#include <gtest/gtest.h>

#include <string>

namespace roundoff::speed {
namespace {

TEST(Spread, IsMedianAndQuartiles) {
    const std::vector<double> times{5, 1, 4, 2, 3};
    const Spread spread = spreadOf(times);
    EXPECT_EQ(spread.median, 3);
    EXPECT_EQ(spread.iqr, 2);  // from 2 to 4
    EXPECT_EQ(spread.runs, 5u);
    EXPECT_EQ(spreadOf(std::vector<double>{1, 2}).median, 1.5);
    EXPECT_EQ(spreadOf({}).runs, 0u);
}

TEST(Race, TakesTurnsAndLeavesTheWarmUpsOut) {
    std::string order;
    RaceLimits limits;
    limits.warmups = 2;
    limits.leastRuns = 4;
    limits.leastMs = 0;
    limits.mostMs = 1e9;
    Job job;
    const auto round = race([&]() -> Result<double> { order += 'f'; return double(order.size()); },
                            [&]() -> Result<double> { order += 'q'; return 1000.0 + double(order.size()); }, limits, job);
    ASSERT_TRUE(round);
    EXPECT_EQ(order, "fqqffqqffqqf");
    // Runs 5, 8, 9 and 12 were float's, each on its own side.
    EXPECT_EQ(round->floats, (std::vector<double>{5, 8, 9, 12}));
    EXPECT_EQ(round->quantized, (std::vector<double>{1006, 1007, 1010, 1011}));
}

TEST(Race, GoesOnUntilThereIsEnoughAndNoLongerThanItMay) {
    RaceLimits limits;
    limits.leastRuns = 8;
    limits.leastMs = 50;
    limits.mostMs = 2000;
    Job job;
    const auto runsAt = [&](double ms) {
        const auto run = [ms]() -> Result<double> { return ms; };
        return race(run, run, limits, job).value().floats.size();
    };
    EXPECT_EQ(runsAt(1), 50u);
    EXPECT_EQ(runsAt(20), 8u);
    EXPECT_EQ(runsAt(250), 4u);   // 4 · 2 · 250 ms
    EXPECT_EQ(runsAt(5000), 3u);
}

TEST(Race, EndsWithItsErrorOrItsJob) {
    Job job;
    const auto fine = []() -> Result<double> { return 1.0; };
    const auto broken = []() -> Result<double> { return failed("model", "broke"); };
    EXPECT_EQ(race(fine, broken, {}, job).error().what, "broke");
    std::stop_source stop;
    stop.request_stop();
    Job stopped(stop.get_token(), nullptr);
    EXPECT_EQ(race(fine, fine, {}, stopped).error().code, ErrorCode::Cancelled);
}

Round roundOf(double floats, double quantized, std::size_t runs = 10) {
    return {std::vector<double>(runs, floats), std::vector<double>(runs, quantized)};
}

TEST(Judge, CallsDriftBetweenRoundsNoisy) {
    EXPECT_FALSE(judge(std::vector{roundOf(1.00, 2), roundOf(1.05, 2)}).noisy);
    const Duel drifting = judge(std::vector{roundOf(1, 2), roundOf(1.2, 2)});
    EXPECT_TRUE(drifting.noisy);
    EXPECT_NE(drifting.noise.find("float runs took 20 % longer"), std::string::npos) << drifting.noise;
    EXPECT_NE(judge(std::vector{roundOf(1, 2), roundOf(1, 2.5)}).noise.find("quantized"), std::string::npos);
}

TEST(Judge, SeesDriftWithinALongRound) {
    Round round = roundOf(1, 1, 40);
    for (std::size_t i = 30; i < 40; ++i) round.floats[i] = 1.15;  // neither quartile moves
    EXPECT_NE(judge(std::vector{round}).noise.find("float runs took 15 % longer"), std::string::npos) << judge(std::vector{round}).noise;
    EXPECT_FALSE(judge(std::vector{roundOf(1, 1, 40)}).noisy);
}

TEST(Judge, CallsWhatRanBesideOtherProgramsNoisy) {
    Round round = roundOf(1, 1);
    round.totalSeconds = 10;
    round.othersSeconds = 0.5;
    EXPECT_FALSE(judge(std::vector{round}).noisy);
    round.othersSeconds = 7;
    EXPECT_EQ(judge(std::vector{round}).noise, "other programs took 70 % of the processors");
    round.totalSeconds = 0.1;  // a few ticks of the system's clock tell nothing
    round.othersSeconds = 0.02;
    EXPECT_FALSE(judge(std::vector{round}).noisy);
}

TEST(Judge, CallsTheShortestRunsNoisy) {
    EXPECT_NE(judge(std::vector{roundOf(0.002, 1)}).noise.find("2.0 µs"), std::string::npos);
    EXPECT_FALSE(judge(std::vector{roundOf(0.02, 1)}).noisy);
}

TEST(Judge, CallsASpreadOfMoreThanAFifthNoisy) {
    Round round = roundOf(1, 1);
    for (std::size_t i = 0; i < 3; ++i) round.quantized[i] = 1.5;
    EXPECT_TRUE(judge(std::vector{round}).noisy);
    round.quantized = std::vector<double>(10, 1);
    round.quantized[0] = 100;  // one outlier moves neither median nor quartiles
    EXPECT_FALSE(judge(std::vector{round}).noisy);
}

TEST(Judge, CountsTheTurnsWon) {
    Round round = roundOf(2, 1, 4);
    round.quantized[3] = 3;
    const Duel duel = judge(std::vector{round});
    EXPECT_DOUBLE_EQ(duel.wins, 0.75);
    EXPECT_DOUBLE_EQ(duel.speedup(), 2);
    EXPECT_TRUE(judge(std::vector{roundOf(2, 1)}).faster());
    EXPECT_FALSE(judge(std::vector{roundOf(1, 1)}).faster());
    EXPECT_FALSE(judge(std::vector{roundOf(1, 2)}).faster());
}

}  // namespace
}  // namespace roundoff::speed
