#include "core/analysis/distribution.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "core/schemes/number_format.h"
#include "core/schemes/quantized_tensor.h"
#include "tests/support/memory_model.h"
#include "tests/support/random.h"

namespace roundoff::analysis {
namespace {

using schemes::Granularity;
using schemes::Scheme;

/// Every format with every symmetry, as whole tensor, by channel, by groups and by blocks, where the format can.
std::vector<Scheme> manySchemes() {
    std::vector<Scheme> list;
    for (const auto& format : schemes::numberFormats())
        for (const Granularity granularity : {format.defaults.granularity, Granularity{}, Granularity{Granularity::Kind::Channel},
                                              Granularity{Granularity::Kind::Group, 0, 32},
                                              Granularity{Granularity::Kind::Block, 16, 32}})
            for (const auto symmetry : format.symmetries) {
                Scheme scheme{format.defaults, {}};
                if (!format.grid) continue;
                scheme.weight.granularity = granularity;
                scheme.weight.symmetry = symmetry;
                const auto parsed = schemes::parseScheme(schemes::text(scheme));
                if (parsed && *parsed == scheme && std::ranges::find(list, scheme) == list.end()) list.push_back(scheme);
            }
    return list;
}

bool near(const std::vector<double>& levels, double value) {
    const double slack = 2e-5 * std::max(std::abs(levels.front()), std::abs(levels.back()));
    return std::ranges::any_of(levels, [&](double level) { return std::abs(level - value) <= slack; });
}

TEST(DistributionGrids, AreThoseThatTheWeightsLieOn) {
    const auto model = test::memoryModel({{"matmul", {320, 24}, test::gaussian(320 * 24, 1)},
                                          {"gemm", {17, 300}, test::gaussian(17 * 300, 2), "Gemm", 0, 1}});
    Job job;
    for (const Scheme& scheme : manySchemes())
        for (std::size_t index = 0; index < 2; ++index) {
            SCOPED_TRACE(schemes::text(scheme) + " on " + model.layers()[index].name);
            const model::Layer& layer = model.layers()[index];
            const auto d = distribution(model, index, scheme, job);
            const auto q = schemes::quantize(model.weight(layer)->view, layer.outputAxis, layer.reductionAxis, scheme.weight, job);
            ASSERT_EQ(d.has_value(), q.has_value());
            if (!d) continue;
            std::vector<float> values(layer.parameters);
            schemes::dequantize(*q, 0, values);
            ASSERT_TRUE(d->coarsest.found());
            const auto coarsest = levelsOf(*d, d->coarsest);
            ASSERT_FALSE(coarsest.empty());
            EXPECT_TRUE(std::ranges::is_sorted(coarsest));
            if (!q->codebook.empty()) {
                EXPECT_EQ(d->unitLevels.size(), q->codebook.size());
            }
            EXPECT_EQ(d->levels.empty(), q->tiling.scales() != 1);
            for (std::size_t i = 0; i < values.size(); ++i) {
                const std::uint64_t scale = q->tiling.index(i);
                if (scale == d->coarsest.index) {
                    ASSERT_TRUE(near(coarsest, values[i])) << values[i];
                }
                for (const BlockGrid& row : d->rowGrids)
                    if (row.index == scale && !d->unitLevels.empty() && i % 5 == 0 && coarsest.size() <= 256) {
                        ASSERT_TRUE(near(levelsOf(*d, row), values[i])) << values[i];
                    }
            }
            for (const float scale : q->scales) EXPECT_LE(std::abs(scale), std::abs(d->coarsest.scale));
            // One grid a channel, and the coarsest is one of them.
            EXPECT_TRUE(std::ranges::all_of(d->rowGrids, &BlockGrid::found) || q->tiling.scales() == 1);
            EXPECT_TRUE(std::ranges::any_of(d->rowGrids, [&](const auto& row) { return row.index == d->coarsest.index; }));
        }
}

TEST(DistributionGrids, NameTheChannelThatStandsOut) {
    auto values = test::gaussian(64 * 300, 3);
    for (std::size_t i = 0; i < 64; ++i) values[i * 300 + 217] *= 9;  // [reduction, channel]
    const auto model = test::memoryModel({{"w", {64, 300}, values}});
    Job job;
    const auto channel = distribution(model, 0, schemes::parseScheme("int4").value(), job).value();
    EXPECT_EQ(channel.coarsest.channel, 217u);
    EXPECT_EQ(levelsOf(channel, channel.coarsest).size(), 15u);
    EXPECT_EQ(channel.rowGrids.size(), 256u) << "300 channels are pooled into the strip's rows";
    const auto group = distribution(model, 0, schemes::parseScheme("int4:g32").value(), job).value();
    EXPECT_EQ(group.coarsest.channel, 217u);
    EXPECT_EQ(group.granularity.columns, 32u);
    const auto whole = distribution(model, 0, schemes::parseScheme("int4:g64").value(), job).value();
    EXPECT_EQ(whole.granularity.kind, Granularity::Kind::Channel);
    EXPECT_EQ(whole.coarsest.scale, channel.coarsest.scale);
}

TEST(DistributionGrids, DoNotDependOnThreads) {
    const auto model = test::memoryModel({{"w", {2048, 300}, test::gaussian(2048 * 300, 5)}});
    Job alone({}, {}, 1), many;
    for (const char* text : {"int4", "int4:g32:asym", "nf4", "nvfp4"}) {
        const auto a = distribution(model, 0, schemes::parseScheme(text).value(), alone).value();
        const auto b = distribution(model, 0, schemes::parseScheme(text).value(), many).value();
        EXPECT_EQ(a.coarsest.index, b.coarsest.index);
        EXPECT_EQ(a.coarsestValues, b.coarsestValues);
        for (std::size_t row = 0; row < a.rowGrids.size(); ++row) EXPECT_EQ(a.rowGrids[row].index, b.rowGrids[row].index);
    }
}

}  // namespace
}  // namespace roundoff::analysis
