#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/cpu.h"
#include "tests/reports/sample_report.h"

namespace roundoff::reports {
namespace {

using testing::comparisonOf, testing::modelWith, testing::written;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

nlohmann::json parsed(const model::Model& model, const analysis::Comparison& comparison) {
    return nlohmann::json::parse(written("json", model, comparison));
}

TEST(JsonReport, SaysWhatMadeItAndOfWhat) {
    const auto model = modelWith({"a"});
    const auto json = parsed(model, comparisonOf(model, {"int8"}));
    const nlohmann::json tool = {
        {"version", ROUNDOFF_VERSION}, {"command", "compare"}, {"cpu", cpuName()}, {"threads", 2}, {"seed", 7}};
    EXPECT_EQ(json.at("roundoff"), tool);
    const nlohmann::json file = {{"path", "models/net.onnx"},
                                 {"format", "onnx"},
                                 {"sha256", std::string(64, 'a')},
                                 {"parameters", 100},
                                 {"bytes", 4321}};
    EXPECT_EQ(json.at("model"), file);
}

TEST(JsonReport, CarriesEveryNumberAsItIs) {
    const auto model = modelWith({"a", "b"});
    auto comparison = comparisonOf(model, {"int8", "int4:g32"});
    comparison.reports[1].layers[1].weight->noise = 1.0 / 3;
    const auto json = parsed(model, comparison);
    ASSERT_EQ(json.at("schemes").size(), 2u);
    const auto& scheme = json["schemes"][1];
    EXPECT_EQ(scheme.at("scheme"), schemes::text(comparison.reports[1].recipe.standard));
    const auto total = comparison.reports[1].total();
    EXPECT_EQ(scheme.at("total").at("bytes_before"), 800);
    EXPECT_EQ(scheme["total"].at("bytes_after"), 208);
    EXPECT_EQ(scheme["total"].at("bits_per_weight"), total.bitsPerWeight);
    EXPECT_EQ(scheme["total"].at("weight_sqnr_db"), total.weightSqnrDb);
    EXPECT_EQ(scheme["total"].at("seconds"), 0.25);
    EXPECT_TRUE(scheme["total"].at("output").is_null());
    ASSERT_EQ(scheme.at("layers").size(), 2u);

    const auto& layer = scheme["layers"][1];
    EXPECT_EQ(layer.at("name"), "b");
    EXPECT_EQ(layer.at("op"), "MatMul");
    EXPECT_EQ(layer.at("shape"), nlohmann::json({4, 25}));
    EXPECT_EQ(layer.at("parameters"), 100);
    EXPECT_EQ(layer.at("status"), "quantized");
    EXPECT_EQ(layer.at("reason"), "");
    EXPECT_EQ(layer.at("bytes_before"), 400);
    EXPECT_EQ(layer.at("bytes_after"), 104);
    EXPECT_TRUE(layer.at("output").is_null());
    const auto& error = *comparison.reports[1].layers[1].weight;
    const auto& weight = layer.at("weight");
    EXPECT_EQ(weight.at("sqnr_db"), error.sqnrDb());
    EXPECT_FALSE(weight.contains("exact"));
    EXPECT_EQ(weight.at("mse"), error.mse());
    EXPECT_EQ(weight.at("max_abs_error"), 0.125);
    EXPECT_EQ(weight.at("cosine"), error.cosine());
    EXPECT_EQ(weight.at("rmse_over_scale"), error.rmseOverScale());
    EXPECT_EQ(weight.at("clipped"), 3);
    EXPECT_EQ(weight.at("zeroed"), 7);
    EXPECT_EQ(weight.at("min"), -1.5);
    EXPECT_EQ(weight.at("max"), 2);
    EXPECT_EQ(weight.at("absmax_over_rms"), 4);
    EXPECT_EQ(weight.at("kurtosis"), 3.25);
    EXPECT_EQ(weight.at("nan"), 0);
    EXPECT_EQ(weight.at("inf"), 0);
}

TEST(JsonReport, WritesAnExactMatchAsNullAndSaysSo) {
    const auto model = modelWith({"a"});
    auto comparison = comparisonOf(model, {"int8"});
    comparison.reports[0].layers[0].weight->noise = 0;
    const auto json = parsed(model, comparison)["schemes"][0];
    EXPECT_TRUE(json["layers"][0]["weight"]["sqnr_db"].is_null());
    EXPECT_EQ(json["layers"][0]["weight"].at("exact"), true);
    EXPECT_TRUE(json["total"]["weight_sqnr_db"].is_null());
    EXPECT_EQ(json["total"].at("exact"), true);
}

TEST(JsonReport, NeverWritesNanOrInf) {
    const auto model = modelWith({"a"});
    auto comparison = comparisonOf(model, {"int8"});
    auto& error = *comparison.reports[0].layers[0].weight;
    error.signal = error.noise = error.maxAbsError = error.product = kNan;
    error.quantized = error.stepSquares = kInf;
    comparison.statistics[0]->min = -kInf;
    comparison.statistics[0]->max = kInf;
    comparison.statistics[0]->kurtosis = kNan;
    comparison.statistics[0]->nan = 12;
    comparison.reports[0].seconds = kNan;
    const auto weight = parsed(model, comparison)["schemes"][0]["layers"][0]["weight"];
    for (const char* key : {"sqnr_db", "mse", "max_abs_error", "cosine", "rmse_over_scale", "min", "max", "kurtosis"})
        EXPECT_TRUE(weight.at(key).is_null()) << key;
    EXPECT_EQ(weight.at("nan"), 12);
}

TEST(JsonReport, KeepsLayersThatWereNotQuantized) {
    const auto model = modelWith({"kept", "skipped", "pending"});
    auto comparison = comparisonOf(model, {"int8"});
    auto& layers = comparison.reports[0].layers;
    layers[0] = testing::unquantized(analysis::Status::Kept, "excluded");
    layers[1] = testing::unquantized(analysis::Status::Skipped, "integer weight");
    layers[2] = {};
    comparison.statistics[2].reset();
    comparison.reports[0].partial = true;
    const auto json = parsed(model, comparison);
    EXPECT_EQ(json.at("partial"), true);
    const auto& scheme = json["schemes"][0];
    EXPECT_EQ(scheme.at("partial"), true);
    EXPECT_EQ(scheme["layers"][0].at("status"), "kept");
    EXPECT_EQ(scheme["layers"][0].at("reason"), "excluded");
    EXPECT_TRUE(scheme["layers"][0].at("weight").at("mse").is_null());
    EXPECT_EQ(scheme["layers"][0]["weight"].at("max"), 2);
    EXPECT_EQ(scheme["layers"][1].at("status"), "skipped");
    EXPECT_EQ(scheme["layers"][2].at("status"), "pending");
    EXPECT_TRUE(scheme["layers"][2].at("weight").is_null());
    EXPECT_EQ(scheme["total"].at("pending"), 1);
}

TEST(JsonReport, CarriesFindings) {
    const auto model = modelWith({"a"});
    auto comparison = comparisonOf(model, {"int8"});
    comparison.findings.push_back(
        {analysis::Finding::Severity::Problem, 0, "nan", "12 NaN", schemes::parseScheme("int8").value()});
    comparison.findings.push_back({analysis::Finding::Severity::Info, -1, "none", "all well", {}});
    const auto json = parsed(model, comparison).at("findings");
    ASSERT_EQ(json.size(), 2u);
    EXPECT_EQ(json[0].at("severity"), "problem");
    EXPECT_EQ(json[0].at("layer"), "a");
    EXPECT_EQ(json[0].at("rule"), "nan");
    EXPECT_EQ(json[0].at("suggestion"), "int8:channel:sym:minmax:rtn");
    EXPECT_TRUE(json[1].at("layer").is_null());
    EXPECT_TRUE(json[1].at("suggestion").is_null());
}

}  // namespace
}  // namespace roundoff::reports
