#include "ui/shell/eta.h"

#include <gtest/gtest.h>

namespace roundoff::ui {
namespace {

TEST(Eta, SilentBeforeThreeLayers) {
    Eta eta(1000);
    eta.update(1, 100, 1);
    eta.update(2, 200, 2);
    EXPECT_FALSE(eta.secondsLeft());
    eta.update(3, 300, 3);
    EXPECT_TRUE(eta.secondsLeft());
}

TEST(Eta, SteadyWorkIsForeseenExactly) {
    Eta eta(1000);
    for (int i = 1; i <= 5; ++i) eta.update(i, 100.0 * i, std::size_t(i));
    EXPECT_NEAR(*eta.bytesPerSecond(), 100, 1e-9);
    EXPECT_NEAR(*eta.secondsLeft(), 5, 1e-9);
}

TEST(Eta, BytesCountNotLayers) {
    // Many small layers first: by layers the run would look nearly done.
    Eta eta(10000);
    for (int i = 1; i <= 50; ++i) eta.update(i * 0.1, i * 10.0, std::size_t(i));
    EXPECT_NEAR(*eta.secondsLeft(), (10000 - 500) / 100.0, 1e-6);
}

TEST(Eta, RecentWorkCountsMore) {
    Eta eta(1e6);
    for (int i = 1; i <= 10; ++i) eta.update(i, 1000.0 * i, std::size_t(i));
    for (int i = 11; i <= 40; ++i) eta.update(i, 10000 + 100.0 * (i - 10), std::size_t(i));
    EXPECT_LT(*eta.bytesPerSecond(), 110);
    EXPECT_GT(*eta.bytesPerSecond(), 99);
}

TEST(Eta, NeverNegative) {
    Eta eta(100);
    for (int i = 1; i <= 4; ++i) eta.update(i, 50.0 * i, std::size_t(i));
    EXPECT_EQ(*eta.secondsLeft(), 0);
}

}  // namespace
}  // namespace roundoff::ui
