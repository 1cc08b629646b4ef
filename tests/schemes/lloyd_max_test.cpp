#include "core/schemes/lloyd_max.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "tests/support/random.h"

namespace roundoff::schemes {
namespace {

double errorOf(std::span<const std::uint64_t> counts, std::span<const double> positions, std::span<const double> levels) {
    double sum = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        double best = 1e300;
        for (const double level : levels) best = std::min(best, (positions[i] - level) * (positions[i] - level));
        sum += double(counts[i]) * best;
    }
    return sum;
}

/// The least error over every way to cut the positions into `levels` stretches.
double exhaustive(std::span<const std::uint64_t> counts, std::span<const double> positions, std::size_t levels) {
    double best = 1e300;
    const std::size_t n = counts.size();
    for (unsigned cuts = 0; cuts < 1U << (n - 1); ++cuts) {
        if (std::size_t(std::popcount(cuts)) + 1 > levels) continue;
        std::vector<double> means;
        double count = 0, sum = 0;
        for (std::size_t i = 0; i < n; ++i) {
            count += double(counts[i]);
            sum += double(counts[i]) * positions[i];
            if (i + 1 == n || (cuts >> i & 1)) {
                if (count > 0) means.push_back(sum / count);
                count = sum = 0;
            }
        }
        best = std::min(best, errorOf(counts, positions, means));
    }
    return best;
}

TEST(LloydMax, IsTheBestOfAllPartitions) {
    test::Random random(4);
    for (int round = 0; round < 60; ++round) {
        const std::size_t n = 2 + std::size_t(random.bits() % 10);
        std::vector<std::uint64_t> counts(n);
        std::vector<double> positions(n);
        for (std::size_t i = 0; i < n; ++i) {
            counts[i] = random.bits() % 6;  // some are empty
            positions[i] = random.gauss();
        }
        std::ranges::sort(positions);
        counts[0] = 1;
        for (std::size_t levels = 1; levels <= 5; ++levels) {
            const auto found = lloydMaxLevels(counts, positions, levels);
            EXPECT_LE(found.size(), levels);
            EXPECT_TRUE(std::ranges::is_sorted(found));
            const double least = exhaustive(counts, positions, levels);
            EXPECT_NEAR(errorOf(counts, positions, found), least, 1e-9 * (1 + least));
        }
    }
}

TEST(LloydMax, KnownLevelsOfTheGaussian) {
    std::vector<std::uint64_t> counts;
    std::vector<double> positions;
    for (int i = -2000; i <= 2000; ++i) {
        positions.push_back(i * 0.003);
        counts.push_back(std::uint64_t(1e9 * std::exp(-positions.back() * positions.back() / 2)));
    }
    const auto two = lloydMaxLevels(counts, positions, 4), three = lloydMaxLevels(counts, positions, 8);
    const double twoBits[] = {0.4528, 1.5105}, threeBits[] = {0.2452, 0.7561, 1.3441, 2.1521};
    for (int i = 0; i < 2; ++i) EXPECT_NEAR(two[std::size_t(2 + i)], twoBits[i], 5e-3);
    for (int i = 0; i < 4; ++i) EXPECT_NEAR(three[std::size_t(4 + i)], threeBits[i], 5e-3);
}

TEST(LloydMax, FewPositionsAreMetExactlyAndNoneGivesZero) {
    const std::uint64_t counts[] = {3, 0, 5};
    const double positions[] = {-1, 0, 2};
    EXPECT_EQ(lloydMaxLevels(counts, positions, 8), (std::vector<double>{-1, 2}));
    const std::uint64_t none[] = {0, 0, 0};
    EXPECT_EQ(lloydMaxLevels(none, positions, 4), std::vector<double>{0});
}

}  // namespace
}  // namespace roundoff::schemes
