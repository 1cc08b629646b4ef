// What every writer says of the layers' outputs.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/reports/sample_report.h"

namespace roundoff::reports {
namespace {

using testing::comparisonOf, testing::modelWith, testing::written;
using ::testing::HasSubstr, ::testing::Not;

analysis::ModelError errorOf(double decibels) {
    analysis::ModelError error;
    error.signal = error.quantized = error.product = 100;
    error.noise = 100 / std::pow(10, decibels / 10);
    error.count = 50;
    return error;
}

class LayerOutputs : public ::testing::Test {
protected:
    const model::Model m_model = modelWith({"a", "b"});
    analysis::Comparison m_comparison = comparisonOf(m_model, {"int8"});
    analysis::LayerReport& m_first = m_comparison.reports[0].layers[0];
    void SetUp() override {
        m_first.output = analysis::LayerOutput{errorOf(41.25), errorOf(33.5), ""};
        m_comparison.reports[0].layers[1].output = analysis::LayerOutput{std::nullopt, errorOf(20), "it stands in a branch"};
    }
};

TEST_F(LayerOutputs, JsonHasBothOrTheReason) {
    auto layers = nlohmann::json::parse(written("json", m_model, m_comparison))["schemes"][0]["layers"];
    EXPECT_NEAR(layers[0]["output"]["isolated"]["sqnr_db"], 41.25, 1e-9);
    EXPECT_NEAR(layers[0]["output"]["accumulated"]["sqnr_db"], 33.5, 1e-9);
    EXPECT_EQ(layers[0]["output"]["isolated"]["mse"], m_first.output->isolated->mse());
    EXPECT_TRUE(layers[1]["output"]["isolated"].is_null());
    EXPECT_EQ(layers[1]["output"]["reason"], "it stands in a branch");
    EXPECT_FALSE(layers[0].contains("alone"));
    m_first.output->isolated->noise = 0;
    m_first.alone = analysis::Sensitivity{errorOf(50), errorOf(30)};
    layers = nlohmann::json::parse(written("json", m_model, m_comparison))["schemes"][0]["layers"];
    EXPECT_TRUE(layers[0]["output"]["isolated"]["sqnr_db"].is_null());
    EXPECT_EQ(layers[0]["output"]["isolated"]["exact"], true);
    EXPECT_NEAR(layers[0]["alone"]["only"]["sqnr_db"], 50, 1e-9);
    EXPECT_NEAR(layers[0]["alone"]["without"]["sqnr_db"], 30, 1e-9);
}

TEST_F(LayerOutputs, NothingMeasuredIsNoExactMatch) {
    m_first.output->isolated = analysis::ValueError();
    m_comparison.reports[0].output = analysis::Evaluation();
    const auto scheme = nlohmann::json::parse(written("json", m_model, m_comparison))["schemes"][0];
    for (const auto& figures : {scheme["layers"][0]["output"]["isolated"], scheme["total"]["output"]}) {
        EXPECT_FALSE(figures.contains("exact"));
        for (const char* key : {"sqnr_db", "cosine", "mse"}) EXPECT_TRUE(figures.at(key).is_null()) << key;
    }
    EXPECT_THAT(written("csv", m_model, m_comparison), HasSubstr(",,,,33.5"));
}

TEST_F(LayerOutputs, FiguresOfAPartOfTheSamplesSaySo) {
    m_first.output->samples = 3;
    m_first.output->wanted = 8;
    m_first.output->reason = "stopped after 3 of 8 samples";
    m_comparison.reports[0].output = analysis::Evaluation();
    m_comparison.reports[0].output->samples = 2;
    m_comparison.reports[0].output->wanted = 8;
    const auto scheme = nlohmann::json::parse(written("json", m_model, m_comparison))["schemes"][0];
    EXPECT_EQ(scheme["layers"][0]["output"]["samples"], 3);
    EXPECT_EQ(scheme["total"]["output"]["samples_wanted"], 8);
    for (const char* writer : {"text", "html"}) {
        EXPECT_THAT(written(writer, m_model, m_comparison), HasSubstr("1 layer with figures of a part of the samples: stopped after 3 of 8"));
        EXPECT_THAT(written(writer, m_model, m_comparison), HasSubstr("whole model are of 2 of 8 samples"));
    }
    EXPECT_THAT(written("csv", m_model, m_comparison), HasSubstr("stopped after 3 of 8 samples"));
}

TEST_F(LayerOutputs, TablesShowThemAndTheRankingOnlyWhereItWasMade) {
    for (const char* writer : {"text", "html"}) {
        EXPECT_THAT(written(writer, m_model, m_comparison), HasSubstr("accumulated")) << writer;
        EXPECT_THAT(written(writer, m_model, m_comparison), HasSubstr("33.5")) << writer;
        EXPECT_THAT(written(writer, m_model, m_comparison), Not(HasSubstr("all but this"))) << writer;
    }
    m_first.alone = analysis::Sensitivity{errorOf(50), errorOf(30)};
    for (const char* writer : {"text", "html"})
        EXPECT_THAT(written(writer, m_model, m_comparison), HasSubstr("all but this")) << writer;
    EXPECT_THAT(written("text", m_model, comparisonOf(m_model, {"int8"})), Not(HasSubstr("accumulated")));
}

TEST_F(LayerOutputs, TheRankingSaysThatActivationsAreShared) {
    m_first.alone = analysis::Sensitivity{errorOf(50), errorOf(30)};
    for (const bool activations : {false, true}) {
        if (activations) m_first.scheme = schemes::parseScheme("int8/uint8").value();
        for (const char* writer : {"text", "html"})
            EXPECT_EQ(written(writer, m_model, m_comparison).find("read the same value share its rounding") != std::string::npos, activations) << writer;
    }
}

/// Outputs of zeros alone have no SQNR to sort by.
TEST_F(LayerOutputs, TheRankingEndsWithWhatHasNoFigure) {
    const auto model = modelWith({"a", "b", "c", "d", "e"});
    auto comparison = comparisonOf(model, {"int8"});
    const double decibels[] = {30, -1, 10, -1, 20};
    for (std::size_t i = 0; i < 5; ++i)
        comparison.reports[0].layers[i].alone =
            decibels[i] < 0 ? analysis::Sensitivity() : analysis::Sensitivity{errorOf(decibels[i]), errorOf(30)};
    const std::string text = written("text", model, comparison);
    const auto table = text.substr(text.find("One at a time"));
    std::vector<std::size_t> places;
    for (const char* name : {"\nc ", "\ne ", "\na ", "\nb ", "\nd "}) places.push_back(table.find(name));
    EXPECT_TRUE(std::ranges::is_sorted(places)) << table;
}

TEST_F(LayerOutputs, TheRankingBeginsWithTheCostliestAndIsJudgedByWhatTheDataAllow) {
    auto worse = errorOf(20), rest = errorOf(30);
    worse.accuracy = analysis::Accuracy{10, 0.5, 1, 0.9, 1};
    rest.accuracy = analysis::Accuracy{10, 0.8, 1, 0.9, 1};
    m_first.alone = analysis::Sensitivity{rest, worse};
    m_comparison.reports[0].layers[1].alone = analysis::Sensitivity{worse, rest};
    const std::string text = written("text", m_model, m_comparison);
    const auto table = text.substr(text.find("One at a time"));
    EXPECT_THAT(table, HasSubstr("only this: top-1"));
    EXPECT_LT(table.find("50.0 %"), table.find("80.0 %"));
    EXPECT_LT(table.find("\nb "), table.find("\na "));
    EXPECT_EQ(nlohmann::json::parse(written("json", m_model, m_comparison))["schemes"][0]["layers"][1]["alone"]["only"]["top1"], 0.5);
}

TEST_F(LayerOutputs, WhatIsMissingSaysWhy) {
    m_first.output = analysis::LayerOutput{{}, {}, "it cannot be loaded"};
    m_comparison.reports[0].layers[1].output = m_first.output;
    for (const char* writer : {"text", "html"})
        EXPECT_THAT(written(writer, m_model, m_comparison), HasSubstr("2 layers without figures of the output: it cannot be loaded"));
    EXPECT_THAT(written("text", m_model, m_comparison), Not(HasSubstr("accumulated")));
}

TEST_F(LayerOutputs, CsvHasThemInColumnsOfTheirOwn) {
    const std::string csv = written("csv", m_model, m_comparison);
    EXPECT_THAT(csv, HasSubstr("isolated_sqnr_db,isolated_cosine,isolated_mse,accumulated_sqnr_db"));
    EXPECT_THAT(csv, HasSubstr("it stands in a branch"));
}

}  // namespace
}  // namespace roundoff::reports
