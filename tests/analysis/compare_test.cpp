#include "core/analysis/compare.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include "core/analysis/distribution.h"
#include "tests/support/memory_model.h"
#include "tests/support/random.h"

namespace roundoff::analysis {
namespace {

using schemes::parseScheme;

std::vector<Recipe> recipes(std::initializer_list<const char*> texts) {
    std::vector<Recipe> list;
    for (const char* text : texts) list.push_back({parseScheme(text).value(), {}});
    return list;
}

model::Model severalLayers() {
    return test::memoryModel({{"matmul", {96, 80}, test::gaussian(96 * 80, 1)},
                              {"gemm", {70, 100}, test::gaussian(7000, 2), "Gemm", 0, 1},
                              {"conv", {24, 16, 3, 3}, test::gaussian(24 * 16 * 9, 3), "Conv", 0, 1},
                              {"transposed", {16, 24, 3, 3}, test::gaussian(24 * 16 * 9, 4), "ConvTranspose", 1, 0},
                              {"batched", {3, 40, 50}, test::gaussian(6000, 5), "MatMul", 2, 1},
                              {"large", {700, 300}, test::gaussian(210000, 6)}});
}

/// Symmetric and asymmetric integers in the plainest double-precision form, from the definition alone.
double oracleSqnr(const model::Layer& layer, std::span<const float> x, int bits, const schemes::TensorScheme& scheme) {
    const auto& shape = layer.shape;
    const auto coordinate = [&](std::size_t flat, int axis) {
        std::size_t stride = 1;
        for (int i = int(shape.size()) - 1; i > axis; --i) stride *= std::size_t(shape[std::size_t(i)]);
        return flat / stride % std::size_t(shape[std::size_t(axis)]);
    };
    using Kind = schemes::Granularity::Kind;
    const bool group = scheme.granularity.kind == Kind::Group &&
                       std::int64_t(scheme.granularity.columns) < shape[std::size_t(layer.reductionAxis)];
    const auto block = [&](std::size_t flat) {
        std::vector<std::size_t> key;
        if (scheme.granularity.kind == Kind::Block) {
            const int first = std::min(layer.outputAxis, layer.reductionAxis);
            for (int a = 0; a < first; ++a) key.push_back(coordinate(flat, a));
            key.push_back(coordinate(flat, layer.outputAxis) / scheme.granularity.rows);
            key.push_back(coordinate(flat, layer.reductionAxis) / scheme.granularity.columns);
            return key;
        }
        if (scheme.granularity.kind != Kind::Tensor && !group) key = {coordinate(flat, layer.outputAxis)};
        if (group)
            for (int a = 0; a < int(shape.size()); ++a)
                key.push_back(a == layer.reductionAxis ? coordinate(flat, a) / scheme.granularity.columns : coordinate(flat, a));
        return key;
    };
    std::map<std::vector<std::size_t>, std::pair<float, float>> ranges;
    for (std::size_t i = 0; i < x.size(); ++i) {
        auto [entry, fresh] = ranges.try_emplace(block(i), x[i], x[i]);
        entry->second = {std::min(entry->second.first, x[i]), std::max(entry->second.second, x[i])};
    }
    const bool symmetric = scheme.symmetry == schemes::Symmetry::Symmetric;
    const int high = (1 << (bits - 1)) - 1, low = symmetric ? -high : -high - 1;
    double signal = 0, noise = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const auto [least, most] = ranges[block(i)];
        const double bottom = std::min(double(least), 0.0), top = std::max(double(most), 0.0);
        const float s = symmetric ? float(std::max(-bottom, top) / high) : float((top - bottom) / (high - low));
        const double zero = symmetric ? 0 : std::nearbyint(low - bottom / double(s));
        const double q = std::clamp(std::nearbyint(double(x[i] / s)) + zero, double(low), double(high));
        const float xq = float(q - zero) * s;
        signal += double(x[i]) * x[i];
        noise += (double(x[i]) - xq) * (double(x[i]) - xq);
    }
    return 10 * std::log10(signal / noise);
}

TEST(Compare, AgreesWithAPlainDoublePrecisionLoop) {
    const auto model = severalLayers();
    for (const char* text : {"int8:tensor", "int8", "int4:g32", "int4:g32:asym", "int8:asym", "int3:g48:asym", "int5:tensor:asym",
                             "int8:b8x8", "int4:b16x4:asym"}) {
        const auto list = recipes({text});
        Job job;
        const auto result = compare(model, list, {}, job);
        ASSERT_TRUE(result) << result.error().line();
        for (std::size_t i = 0; i < model.layers().size(); ++i) {
            const auto data = model.weight(model.layers()[i]).value();
            const std::span<const float> x(reinterpret_cast<const float*>(data.view.bytes.data()), data.view.count());
            const int bits = text[3] - '0';
            const double want = oracleSqnr(model.layers()[i], x, bits, list[0].standard.weight);
            EXPECT_NEAR(result->reports[0].layers[i].weight->sqnrDb(), want, 1e-9 * want)
                << text << ' ' << model.layers()[i].name;
        }
    }
}

TEST(Compare, SameBitsForAnyThreadCountAndCompany) {
    const auto model = severalLayers();
    const auto list = recipes({"int8", "int4:g32:asym:mse", "fp8-e4m3", "log4", "int4:g64", "kmeans4", "nvfp4", "q4_k", "int8:b8x8",
                               "posit8", "int4:asymfloat:kl"});
    Job one({}, {}, 1), four({}, {}, 4);
    const auto a = compare(model, list, {}, one).value(), b = compare(model, list, {}, four).value();
    for (std::size_t r = 0; r < list.size(); ++r)
        for (std::size_t i = 0; i < model.layers().size(); ++i) {
            EXPECT_EQ(a.reports[r].layers[i].weight->noise, b.reports[r].layers[i].weight->noise);
            EXPECT_EQ(a.statistics[i]->kurtosis, b.statistics[i]->kurtosis);
            Job job;
            const auto alone = compare(model, {&list[r], 1}, {}, job).value();
            EXPECT_NEAR(alone.reports[0].layers[i].weight->noise, a.reports[r].layers[i].weight->noise,
                        1e-12 * alone.reports[0].layers[i].weight->noise);
        }
}

TEST(Compare, StatisticsAreTheWeights) {
    const auto model = test::memoryModel({{"w", {1000, 100}, test::gaussian(100000, 9)}});
    Job job;
    const auto result = compare(model, recipes({"float"}), {}, job).value();
    const auto& s = *result.statistics[0];
    EXPECT_EQ(s.count, 100000U);
    EXPECT_NEAR(s.std, 1, 0.01);
    EXPECT_NEAR(s.kurtosis, 3, 0.1);
    EXPECT_EQ(s.histogram.counts.size(), 2048U);
    EXPECT_EQ(std::accumulate(s.histogram.counts.begin(), s.histogram.counts.end(), std::uint64_t(0)), 100000U);
    EXPECT_EQ(result.reports[0].layers[0].status, Status::Kept);
    EXPECT_EQ(result.reports[0].layers[0].reason, "the scheme is float");
}

TEST(Compare, ExactWeightsAreExact) {
    std::vector<float> x(256);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = float(int(i % 255) - 127);
    const auto model = test::memoryModel({{"w", {256, 1}, x}});
    Job job;
    const auto report = compare(model, recipes({"int8:tensor"}), {}, job).value().reports[0].layers[0];
    EXPECT_TRUE(report.weight->exact());
    EXPECT_TRUE(std::isinf(report.weight->sqnrDb()));
    EXPECT_EQ(report.weight->cosine(), 1);
    EXPECT_EQ(report.bytesBefore, 1024U);
    EXPECT_EQ(report.bytesAfter, 256U + 4U);
}

TEST(Compare, HealthyUniformErrorIsOneOverSqrtTwelveSteps) {
    const auto model = test::memoryModel({{"w", {1000, 100}, test::gaussian(100000, 9)}});
    Job job;
    for (const char* text : {"int8", "int8:tensor", "int6:asym"})
        EXPECT_NEAR(compare(model, recipes({text}), {}, job).value().reports[0].layers[0].weight->rmseOverScale(), 0.2887, 0.003)
            << text;
}

TEST(Compare, CountsWhatIsNotFinite) {
    auto x = test::gaussian(4096, 1);
    x[5] = std::numeric_limits<float>::quiet_NaN();
    x[9] = std::numeric_limits<float>::infinity();
    const auto model = test::memoryModel({{"w", {64, 64}, x}});
    Job job;
    const auto result = compare(model, recipes({"int8", "int4:g32"}), {}, job).value();
    EXPECT_EQ(result.statistics[0]->nan, 1U);
    EXPECT_EQ(result.statistics[0]->inf, 1U);
    EXPECT_TRUE(std::isfinite(result.statistics[0]->max));
    EXPECT_GT(result.reports[0].layers[0].weight->sqnrDb(), 35);
    EXPECT_THAT(result.findings, testing::Contains(testing::Field(&Finding::rule, "not-finite")));
}

TEST(Compare, NothingIsExactThatWasNotFinite) {
    std::vector<float> x(256, 0);
    Job job;
    const auto errorOf = [&] {
        return compare(test::memoryModel({{"w", {256, 1}, x}}), recipes({"int8:tensor"}), {}, job).value().reports[0].layers[0].weight.value();
    };
    EXPECT_TRUE(errorOf().exact());  // zeros alone are
    EXPECT_TRUE(std::isinf(errorOf().sqnrDb()));
    x[7] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_FALSE(errorOf().exact());
    EXPECT_TRUE(std::isnan(errorOf().sqnrDb()));
}

TEST(OutputError, RowsWithNaNHaveNoLikeliestClass) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const auto rows = [](const std::vector<float>& values) {
        std::vector<runtime::NamedTensor> out{{"y", tensor::ElementType::Float32, {std::int64_t(values.size() / 2), 2}, {}}};
        const auto bytes = std::as_bytes(std::span(values));
        out[0].bytes.assign(bytes.begin(), bytes.end());
        return out;
    };
    OutputError error;
    error.addOutputs(rows({1, 2, nan, 2, 3, 1}), rows({1, 2, nan, 2, nan, 1}));
    EXPECT_EQ(error.rows, 2U);
    EXPECT_EQ(error.sameTop, 1U);
    EXPECT_EQ(error.whyNone(), "");
    EXPECT_FALSE(OutputError().exact());
    EXPECT_EQ(OutputError().whyNone(), "no output holds floats");
}

TEST(Compare, ChoosesLayersByName) {
    const auto model = severalLayers();
    Job job;
    CompareOptions options;
    options.selection.only = "conv|gemm";
    options.selection.exclude = "^gemm$";
    const auto result = compare(model, recipes({"int8"}), options, job).value();
    std::size_t quantized = 0;
    for (const auto& layer : result.reports[0].layers) quantized += layer.status == Status::Quantized;
    EXPECT_EQ(quantized, 1U);
    EXPECT_EQ(result.reports[0].layers[0].reason, "not among the chosen layers");
    options.selection.only = "nobody";
    EXPECT_THAT(compare(model, recipes({"int8"}), options, job).error().line(), testing::StartsWith("--layers: no layer's name matches 'nobody'."));
    options.selection.only = "(";
    EXPECT_THAT(compare(model, recipes({"int8"}), options, job).error().line(), testing::StartsWith("--layers: '(' is not a regular"));
}

TEST(Compare, CancelKeepsWhatIsFinished) {
    const auto model = severalLayers();
    std::stop_source stop;
    Job job(stop.get_token(), {}, 1);
    CompareOptions options;
    std::size_t delivered = 0;
    options.onLayer = [&](const LayerResult&) {
        if (++delivered == 2) stop.request_stop();
    };
    const auto result = compare(model, recipes({"int8"}), options, job);
    ASSERT_TRUE(result);
    EXPECT_TRUE(result->reports[0].partial);
    EXPECT_EQ(result->reports[0].total().quantized, 2U);
    EXPECT_EQ(result->reports[0].total().pending, model.layers().size() - 2);
}

TEST(Compare, EmptyModelHasAFinding) {
    Job job;
    const auto result = compare(test::memoryModel({}), recipes({"int8"}), {}, job).value();
    ASSERT_EQ(result.findings.size(), 1U);
    EXPECT_EQ(result.findings[0].rule, "no-layers");
}

TEST(Distribution, AgreesWithCompareAndKeepsEveryElement) {
    const auto model = severalLayers();
    Job job;
    for (const char* text : {"int8:tensor", "int4:g32:asym", "fp8-e4m3", "uint8:tensor", "float"}) {
        for (std::size_t layer = 0; layer < model.layers().size(); ++layer) {
            const auto d = distribution(model, layer, parseScheme(text).value(), job);
            ASSERT_TRUE(d);
            std::uint64_t strip = 0;
            for (const auto c : d->channelCounts) strip += c;
            EXPECT_EQ(strip, d->statistics.count);
            if (std::string(text) == "float") continue;
            const auto list = recipes({text});
            const auto report = compare(model, list, {}, job).value().reports[0].layers[layer];
            EXPECT_EQ(d->error.noise, report.weight->noise);
            EXPECT_EQ(std::accumulate(d->dequantized.counts.begin(), d->dequantized.counts.end(), std::uint64_t(0)),
                      d->statistics.count);
        }
    }
    const auto unsignedLevels = distribution(model, 0, parseScheme("uint8:tensor").value(), job).value();
    EXPECT_EQ(unsignedLevels.levels.size(), 256U);
    EXPECT_THAT(unsignedLevels.levels, testing::Contains(0.0));
    EXPECT_LE(unsignedLevels.levels.front(), unsignedLevels.statistics.min + unsignedLevels.scale);
}

TEST(ClipEstimate, MatchesTheMeasuredErrorWithinABin) {
    const auto model = test::memoryModel({{"w", {1000, 200}, test::gaussian(200000, 4)}});
    Job job;
    for (const auto& [text, bits, symmetry] :
         {std::tuple{"int8:tensor", 8, schemes::Symmetry::Symmetric}, std::tuple{"int4:tensor", 4, schemes::Symmetry::Symmetric},
          std::tuple{"int4:tensor:asym", 4, schemes::Symmetry::Asymmetric}}) {
        const auto d = distribution(model, 0, parseScheme(text).value(), job).value();
        const auto estimate = estimateClip(d.statistics.histogram, bits, symmetry, d.statistics.min, d.statistics.max);
        EXPECT_NEAR(estimate.sqnrDb, d.error.sqnrDb(), 0.1) << text;
    }
    const auto d = distribution(model, 0, parseScheme("int4:tensor:mse").value(), job).value();
    const auto estimate = estimateClip(d.statistics.histogram, 4, schemes::Symmetry::Symmetric, -7 * d.scale, 7 * d.scale);
    EXPECT_NEAR(estimate.sqnrDb, d.error.sqnrDb(), 0.05);
    EXPECT_NEAR(estimate.clippedShare, double(d.error.clipped) / 200000, 2e-4);
}

TEST(Recipe, JsonParsesBack) {
    Recipe recipe{parseScheme("int4:g32:asym").value(), {{"a \"quoted\" name", parseScheme("int8").value()}}};
    EXPECT_EQ(parseRecipe(recipeJson(recipe), "r.json").value(), recipe);
    EXPECT_EQ(parseRecipe("{}", "r.json").error().code, ErrorCode::BadInput);
    EXPECT_THAT(parseRecipe(R"({"roundoff_recipe":1,"default":"int99"})", "r.json").error().line(),
                testing::StartsWith("r.json: 'default': 'int99' is not a format."));
}

}  // namespace
}  // namespace roundoff::analysis
