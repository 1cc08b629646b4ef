#include "core/calibration/activation_map.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>

#include "core/calibration/calibration.h"
#include "core/calibration/trial.h"
#include "core/formats/format.h"

namespace roundoff::calibration {
namespace {

ActivationMap mapOf(const std::vector<float>& values, const tensor::Shape& shape) {
    return calibration::mapOf({tensor::ElementType::Float32, shape, std::as_bytes(std::span(values))});
}

TEST(ActivationMap, HasTokensAsRowsAndChannelsAsColumns) {
    const auto map = mapOf({1, -2, 3, 4, -5, 6}, {1, 3, 2});
    EXPECT_EQ(map.channels, 2U);
    EXPECT_EQ(map.positions, 3U);
    ASSERT_EQ(map.byIndex.size(), 6U);
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(map.byIndex[i].size, float(i + 1));
        EXPECT_EQ(map.byIndex[i].channel, i % 2);
        EXPECT_EQ(map.byIndex[i].position, i / 2);
    }
    EXPECT_EQ(map.bySize[0].channel, 1U) << "6 is the largest";
    EXPECT_EQ(map.bySize[0].size, 2.0F);
    EXPECT_EQ(map.least, 1.0F);
    EXPECT_EQ(map.most, 6.0F);
}

TEST(ActivationMap, OfAnImageHasItsPixelsAsRows) {
    const auto map = mapOf({1, 2, 3, 4, 50, 60, 70, 80}, {1, 2, 2, 2});
    EXPECT_EQ(map.channels, 2U);
    EXPECT_EQ(map.positions, 4U);
    EXPECT_EQ(map.byIndex[1].size, 50.0F) << "pixel 0 of channel 1";
    EXPECT_EQ(map.byIndex[6].size, 4.0F) << "pixel 3 of channel 0";
    EXPECT_EQ(map.bySize[0].size, 50.0F);
}

TEST(ActivationMap, PoolsByMaximumAndKeepsThePlace) {
    const std::size_t channels = 1000, tokens = 700;
    std::vector<float> values(channels * tokens, 0.5F);
    values[333 * channels + 777] = -9;
    values[0] = 0;
    const auto map = mapOf(values, {1, std::int64_t(tokens), std::int64_t(channels)});
    EXPECT_EQ(map.columns, ActivationMap::kMostSide);
    EXPECT_EQ(map.rows, ActivationMap::kMostSide);
    const std::size_t row = 333 * map.rows / tokens;
    const auto& cell = map.byIndex[row * map.columns + 777 * map.columns / channels];
    EXPECT_EQ(cell.size, 9.0F);
    EXPECT_EQ(cell.channel, 777U);
    EXPECT_EQ(cell.position, 333U);
    EXPECT_EQ(map.bySize[row * map.columns].channel, 777U) << "the largest channel comes first";
    std::size_t seen = 0;
    for (const auto& each : map.bySize) seen += each.size == 9.0F;
    EXPECT_EQ(seen, 1U);
}

TEST(ActivationMap, BearsWhatIsBrokenOrEmpty) {
    const auto map = mapOf({NAN, 1, INFINITY, 0}, {2, 2});
    EXPECT_EQ(map.broken, 2U);
    EXPECT_EQ(map.most, 1.0F);
    EXPECT_TRUE(mapOf({}, {0, 4}).byIndex.empty());
    EXPECT_EQ(mapOf({3}, {}).most, 3.0F);
    EXPECT_EQ(mapOf({1, 2}, {2}).channels, 2U);
}

class ActivationMaps : public testing::TestWithParam<const char*> {};

/// The map of a sample is what calibration sees of the same sample.
TEST_P(ActivationMaps, AgreeWithCalibration) {
    Job job;
    const auto model = formats::openModel(std::string(ROUNDOFF_SOURCE_DIR) + "/resources/samples/" + GetParam(), job).value();
    DataSource source;
    source.synthetic = 1;
    const std::string value = layerValues(model)[1].input;
    const auto map = activationMap(model, value, source, job);
    ASSERT_TRUE(map) << map.error().line();
    const auto seen = calibrate(model, {value}, source, Detail::Channels, job).value().values.at(value);
    EXPECT_EQ(map->shape, seen.shape);
    EXPECT_EQ(map->channels, seen.channelAbsmax.size());
    EXPECT_EQ(map->most, std::max(-float(seen.moments.min), float(seen.moments.max)));
    EXPECT_FALSE(map->words.empty());
    for (const auto& cell : map->byIndex) EXPECT_LE(cell.size, seen.channelAbsmax[cell.channel]);
}

INSTANTIATE_TEST_SUITE_P(Samples, ActivationMaps, testing::Values("digits.onnx", "shakespeare.onnx"),
                         [](const auto& each) { return std::filesystem::path(each.param).stem().string(); });

}  // namespace
}  // namespace roundoff::calibration
