#include <gmock/gmock.h>

#include "tests/cli/program.h"

namespace roundoff::cli {
namespace {

using testing::Folder, testing::isErrorLine, testing::roundoffCli, testing::sample;
using ::testing::HasSubstr;

TEST(CliData, InfoShowsWhatTheModelWillSee) {
    const auto text = roundoffCli({"info", sample("digits.onnx"), "--calib", sample("digits.eval")});
    ASSERT_EQ(text.status, 0) << text.err;
    EXPECT_THAT(text.out, HasSubstr("Data: 500 samples of digits.eval; pictures of another size"));
    EXPECT_THAT(text.out, HasSubstr("Labels: 10 classes"));
    EXPECT_THAT(text.out, HasSubstr("seen as 28 × 28"));
    const auto ran = roundoffCli({"info", sample("shakespeare.onnx"), "--calib", sample("shakespeare.eval.txt"), "--json", "-", "--window", "32"});
    ASSERT_EQ(ran.status, 0) << ran.err;
    const auto data = nlohmann::json::parse(ran.out).at("data");
    EXPECT_EQ(data.at("count"), 98417 / 32);
    EXPECT_EQ(data.at("window").at("ids").size(), 32U);
    EXPECT_FALSE(data.at("synthetic"));
    const auto made = roundoffCli({"info", sample("digits.onnx"), "--calib", "synthetic:2", "--json", "-"});
    EXPECT_EQ(nlohmann::json::parse(made.out).at("data").at("synthetic"), true) << made.err;
}

TEST(CliData, OptionsAreNamedWhereTheyAreWrong) {
    const std::string digits = sample("digits.onnx"), data = sample("digits.eval");
    const std::vector<std::vector<std::string>> wrong{
        {"--mean", "1,2,3"}, {"--mean", "x"},        {"--std", "0"},      {"--layout", "chw"},
        {"--scale", "nan"},  {"--mean", "1e39"},     {"--std", "-1"},     {"--dim", "foo=3"},
        {"--resize", "big"}, {"--channels", "grey"}, {"--window", "1"},   {"--dim", "batch"},
        {"--layout", "nhwc"}};
    for (const auto& options : wrong) {
        std::vector<std::string> line{"info", digits, "--calib", data};
        line.insert(line.end(), options.begin(), options.end());
        const auto ran = roundoffCli(line);
        EXPECT_EQ(ran.status, 2) << options[0] << ' ' << options[1] << ran.err;
        EXPECT_TRUE(isErrorLine(ran.err)) << ran.err;
        EXPECT_THAT(ran.err, HasSubstr(options[0])) << ran.err;
    }
}

/// A wrong preprocessing shows in the figures, with its words beside them.
TEST(CliData, OptionsReachTheEvaluation) {
    const auto accuracy = [](std::vector<std::string> more) {
        std::vector<std::string> line{"compare", sample("digits.onnx"), "--scheme", "int8", "--eval", sample("digits.calib"), "--json", "-"};
        line.insert(line.end(), more.begin(), more.end());
        const auto ran = roundoffCli(line);
        EXPECT_EQ(ran.status, 0) << ran.err;
        return nlohmann::json::parse(ran.out).at("schemes").at(0).at("total").at("output");
    };
    const auto right = accuracy({}), wrong = accuracy({"--mean", "1", "--std", "0.5"});
    EXPECT_GT(right.at("top1_float").get<double>(), 0.9);
    EXPECT_LT(wrong.at("top1_float").get<double>(), right.at("top1_float").get<double>());
    EXPECT_THAT(wrong.at("conditions").get<std::string>(), HasSubstr("mean 1, std 0.5"));
}

}  // namespace
}  // namespace roundoff::cli
