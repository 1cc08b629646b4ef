#include "core/calibration/token_ids.h"

#include <gtest/gtest.h>

namespace roundoff::calibration {
namespace {

TEST(TokenIds, ComeBackAndTakeNoMoreThanTheyNeed) {
    constexpr std::size_t kBlock = 1u << 16;
    for (const std::int64_t largest : {std::int64_t(255), std::int64_t(65'535), std::int64_t(128'255), std::int64_t(1) << 40}) {
        TokenIds ids;
        std::vector<std::int64_t> all;
        for (std::size_t i = 0; i < 2 * kBlock + 3; ++i) all.push_back(i % 2 == 0 ? largest : std::int64_t(i % 200));
        ids.add(all);
        ASSERT_EQ(ids.size(), all.size());
        for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(ids[i], all[i]) << i;
        EXPECT_EQ(ids.bytes(), 2 * kBlock * (largest < 256 ? 1 : largest < 65'536 ? 2 : largest < 1 << 24 ? 3 : 8));
    }
}

}  // namespace
}  // namespace roundoff::calibration
