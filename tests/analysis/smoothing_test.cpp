#include "core/analysis/smoothing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/formats/format.h"
#include "core/tensor/tensor_view.h"

namespace roundoff::analysis {
namespace {

const std::vector<float> kX{0.5F, 40.0F, 2.0F, 0.0F, 1.0F};
const std::vector<float> kW{1.0F, 0.25F, 0.5F, 3.0F, 0.0F};

ChannelSizes sides(const std::vector<float>& absmax) { return {absmax}; }

TEST(Smoothing, MovesMagnitudeFromOneSideToTheOther) {
    for (const double alpha : {0.0, 0.3, 0.5, 0.85, 1.0}) {
        const Smoothing after = smoothed(sides(kX), sides(kW), alpha);
        for (std::size_t j = 0; j < kX.size(); ++j)
            EXPECT_NEAR(after.activation.absmax[j] * after.weight.absmax[j], kX[j] * kW[j], 1e-5) << "channel " << j;
    }
}

TEST(Smoothing, TheEndsFlattenOneSideAndTheMiddleSharesEvenly) {
    EXPECT_NEAR(smoothed(sides(kX), sides(kW), 1).activation.absmax[1], 1.0F, 1e-6);
    EXPECT_NEAR(smoothed(sides(kX), sides(kW), 0).weight.absmax[1], 1.0F, 1e-6);
    const Smoothing half = smoothed(sides(kX), sides(kW), 0.5);
    for (const std::size_t j : {0U, 1U, 2U}) {
        EXPECT_NEAR(half.activation.absmax[j], half.weight.absmax[j], 1e-5);
        EXPECT_NEAR(half.activation.absmax[j], std::sqrt(kX[j] * kW[j]), 1e-5);
    }
}

TEST(Smoothing, DeadChannelsStayAsTheyAre) {
    const Smoothing after = smoothed(sides(kX), sides(kW), 0.5);
    EXPECT_EQ(after.activation.absmax[3], 0.0F);
    EXPECT_EQ(after.weight.absmax[3], 3.0F);
    EXPECT_EQ(after.activation.absmax[4], 1.0F);
    EXPECT_EQ(after.weight.absmax[4], 0.0F);
}

TEST(Smoothing, SpreadNamesTheLargestAndTheMedian) {
    const ChannelSpread spread = spreadOf(kX);
    EXPECT_EQ(spread.at, 1U);
    EXPECT_EQ(spread.largest, 40.0);
    EXPECT_EQ(spread.median, 1.0);
    EXPECT_EQ(spread.ratio(), 40.0);
    EXPECT_EQ(spreadOf({}).ratio(), 0.0);
}

TEST(Smoothing, TellsTheCrestFactorOfBothSides) {
    // Two channels of two values each: {1, 1} and {8, -8}; weights {1} and {1}.
    const ChannelSizes x{{1, 8}, {2, 128}, 4}, w{{1, 1}, {1, 1}, 2};
    EXPECT_NEAR(x.crest(), 8 / std::sqrt(130.0 / 4), 1e-9);
    EXPECT_NEAR(w.crest(), 1, 1e-9);
    const Smoothing whole = smoothed(x, w, 1);
    EXPECT_NEAR(whole.activation.crest(), 1, 1e-6) << "every value has magnitude 1";
    EXPECT_NEAR(whole.weight.crest(), 8 / std::sqrt(65.0 / 2), 1e-6);
    EXPECT_EQ(sides(kX).crest(), 0.0) << "not known without sums";
    EXPECT_EQ((ChannelSizes{{0}, {0}, 1}.crest()), 0.0);
}

TEST(InputChannels, AreThoseOfTheReductionAxis) {
    Job job;
    const auto model = formats::openModel(std::string(ROUNDOFF_SOURCE_DIR) + "/resources/samples/digits.onnx", job);
    ASSERT_TRUE(model);
    for (std::size_t index = 0; index < model->layers().size(); ++index) {
        const auto& layer = model->layers()[index];
        const auto found = inputChannels(*model, index, job);
        ASSERT_TRUE(found) << layer.name;
        const auto data = model->weight(layer);
        ASSERT_TRUE(data);
        std::vector<float> values(data->view.count());
        tensor::readFloats(data->view, 0, values);
        // By indices written out: every element's place along the reduction axis.
        const auto& shape = layer.shape;
        const auto channels = std::size_t(shape[std::size_t(layer.reductionAxis)]);
        std::vector<float> expected(channels, 0.0F);
        double sum2 = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            std::size_t rest = i, place = 0;
            for (int d = int(shape.size()) - 1; d >= 0; --d) {
                if (d == layer.reductionAxis) place = rest % std::size_t(shape[std::size_t(d)]);
                rest /= std::size_t(shape[std::size_t(d)]);
            }
            expected[place] = std::max(expected[place], std::abs(values[i]));
            sum2 += double(values[i]) * values[i];
        }
        EXPECT_EQ(found->weight.absmax, expected) << layer.name;
        EXPECT_EQ(found->weight.count, values.size());
        EXPECT_NEAR(found->weight.crest(), *std::ranges::max_element(expected) / std::sqrt(sum2 / double(values.size())), 1e-9);
        EXPECT_EQ(found->layer, index);
    }
}

}  // namespace
}  // namespace roundoff::analysis
