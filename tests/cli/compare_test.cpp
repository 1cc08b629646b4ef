#include <gmock/gmock.h>
#include <signal.h>

#include "tests/cli/program.h"
#include "tests/support/onnx_builder.h"

namespace roundoff::cli {
namespace {

using testing::Folder, testing::interrupted, testing::isErrorLine, testing::read, testing::roundoffCli, testing::sample;
using ::testing::HasSubstr, ::testing::IsEmpty;

nlohmann::json compared(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "compare");
    arguments.insert(arguments.end(), {"--json", "-"});
    const auto ran = roundoffCli(arguments);
    EXPECT_EQ(ran.status, 0) << ran.err;
    return nlohmann::json::parse(ran.out);
}

TEST(CliCompare, PrintsATableAndNothingElse) {
    const auto ran = roundoffCli({"compare", sample("digits.onnx"), "--scheme", "int8", "--scheme", "int8:tensor"});
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_THAT(ran.err, IsEmpty());
    EXPECT_THAT(ran.out, HasSubstr("digits.onnx"));
    EXPECT_THAT(ran.out, HasSubstr("int8:tensor"));
    EXPECT_THAT(ran.out, HasSubstr("bits per weight"));
    EXPECT_THAT(ran.out, HasSubstr("thread"));
}

TEST(CliCompare, ReusesACalibrationUnlessToldNotTo) {
    const std::vector<std::string> some{sample("digits.onnx"), "--scheme", "int8/uint8:mse", "--calib", sample("digits.calib")};
    auto anew = some;
    anew.push_back("--no-cache");
    const auto first = compared(anew), kept = compared(some), second = compared(some), third = compared(anew);
    EXPECT_THAT(std::string(first.at("calibration")), ::testing::StartsWith("100 samples of digits.calib; "));
    EXPECT_EQ(kept.at("calibration"), first.at("calibration"));
    EXPECT_EQ(second.at("calibration"), std::string(first.at("calibration")) + "; reused");
    EXPECT_EQ(third.at("calibration"), first.at("calibration"));
    for (const auto* again : {&kept, &second, &third}) EXPECT_EQ(again->at("schemes")[0].at("layers"), first.at("schemes")[0].at("layers"));
    EXPECT_TRUE(compared({sample("digits.onnx"), "--scheme", "int8"}).at("calibration").is_null());
}

TEST(CliCompare, SaysOfEveryOperatorWhatBecomesOfIt) {
    const Folder folder;
    const auto json = compared({sample("digits.onnx"), "--scheme", "int8/uint8", "--scheme", "int8"});
    EXPECT_FALSE(json.at("schemes")[1].contains("nodes"));
    const auto& nodes = json["schemes"][0].at("nodes");
    std::size_t codes = 0;
    for (const auto& node : nodes) {
        EXPECT_TRUE(node.at("name").is_string() && node.at("op").is_string());
        EXPECT_TRUE(node.at("status") == "quantized" || node.at("status") == "kept");
        EXPECT_NE(node.at("reason"), "");
        codes += node["status"] == "quantized" ? 1 : 0;
    }
    EXPECT_GT(codes, nodes.size() / 2);
    const auto exported = roundoffCli({"export", sample("digits.onnx"), "--scheme", "int8/uint8", "--to", "onnx-qdq", "--calib", "synthetic",
                                       "-o", folder.file("q.onnx"), "--no-verify", "--json", "-"});
    ASSERT_EQ(exported.status, 0) << exported.err;
    EXPECT_EQ(nlohmann::json::parse(exported.out).at("nodes"), nodes);
}

TEST(CliCompare, ChannelsCureWhatOneScaleBreaks) {
    const auto json = compared({sample("digits.onnx"), "--scheme", "int8", "--scheme", "int8:tensor"});
    ASSERT_EQ(json.at("schemes").size(), 2u);
    const double channel = json["schemes"][0]["total"]["weight_sqnr_db"],
                 tensor = json["schemes"][1]["total"]["weight_sqnr_db"];
    EXPECT_GT(channel, 35);
    for (std::size_t i = 0; i < json["schemes"][0]["layers"].size(); ++i) {
        const auto& better = json["schemes"][0]["layers"][i]["weight"]["sqnr_db"];
        const auto& worse = json["schemes"][1]["layers"][i]["weight"]["sqnr_db"];
        ASSERT_TRUE(better.is_number() && worse.is_number());
        EXPECT_GE(better.get<double>(), worse.get<double>() - 1e-9);
    }
    EXPECT_GT(channel, tensor);
    EXPECT_EQ(json.at("model").at("sha256").get<std::string>().size(), 64u);
}

TEST(CliCompare, HasTheSameNumbersForAnyThreads) {
    const std::vector<std::string> schemes{"--scheme", "int4:g32:asym", "--scheme", "fp8-e4m3", "--scheme", "log4"};
    std::vector<std::string> one{sample("shakespeare.onnx"), "--threads", "1"},
        three{sample("shakespeare.onnx"), "--threads", "3"};
    one.insert(one.end(), schemes.begin(), schemes.end());
    three.insert(three.end(), schemes.begin(), schemes.end());
    const auto first = compared(one), second = compared(three);
    EXPECT_EQ(first.at("roundoff").at("threads"), 1);
    EXPECT_EQ(second.at("roundoff").at("threads"), 3);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(first["schemes"][i].at("layers"), second["schemes"][i].at("layers"));
}

TEST(CliCompare, KeepsWhatIsExcludedAndSaysWhy) {
    const auto json =
        compared({sample("shakespeare.onnx"), "--scheme", "int8", "--exclude", "attn", "--layers", "layers"});
    std::size_t kept = 0;
    for (const auto& layer : json["schemes"][0]["layers"]) {
        const std::string name = layer.at("name");
        const bool out = name.find("attn") != std::string::npos || name.find("layers") == std::string::npos;
        EXPECT_EQ(layer.at("status"), out ? "kept" : "quantized") << name;
        EXPECT_EQ(layer.at("reason").get<std::string>().empty(), !out);
        kept += out;
    }
    EXPECT_EQ(json["schemes"][0]["total"]["kept"], kept);
    EXPECT_GT(kept, 0u);
}

TEST(CliCompare, SaysWhereActivationsStayFloat) {
    const Folder folder;
    test::GraphBuilder graph;
    graph.input("x", tensor::ElementType::Float16, {1, 8}).tensor(test::rawTensor("w", tensor::ElementType::Float16, {8, 4}, std::string(64, '\x3c')));
    graph.node("MatMul", {"x", "w"}, {"y"}).outputOf("y", tensor::ElementType::Float16);
    const auto ran = roundoffCli({"compare", folder.write("half.onnx", test::onnxModel(graph)), "--scheme", "int8/uint8", "--calib", "synthetic:2"});
    ASSERT_EQ(ran.status, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("int8/uint8: the inputs of 1 layer stay float: "));
}

TEST(CliCompare, WritesEveryReportAsked) {
    const Folder folder;
    const auto ran =
        roundoffCli({"compare", sample("digits.onnx"), "--scheme", "int8", "--json", folder.file("r.json"), "--csv",
                     folder.file("r.csv"), "--html", folder.file("r.html"), "--text", folder.file("r.txt")});
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_THAT(ran.out, IsEmpty());
    EXPECT_EQ(folder.files(), 4u);  // and no temporary file
    EXPECT_EQ(nlohmann::json::parse(read(folder.file("r.json"))).at("schemes").size(), 1u);
    EXPECT_THAT(read(folder.file("r.csv")), HasSubstr("sqnr_db"));
    EXPECT_THAT(read(folder.file("r.html")), HasSubstr("</html>"));
    EXPECT_THAT(read(folder.file("r.txt")), HasSubstr("bits per weight"));
}

TEST(CliCompare, AnOutputThatCannotBeWrittenFails) {
    const Folder folder;
    const std::vector<std::string> base{"compare", sample("digits.onnx"), "--scheme", "int8"};
    auto arguments = base;
    arguments.insert(arguments.end(), {"--json", "/dev/full"});
    const auto ran = roundoffCli(arguments);
    EXPECT_EQ(ran.status, 1) << ran.err;
    EXPECT_TRUE(isErrorLine(ran.err)) << ran.err;
    const auto full = roundoffCli(base, "/dev/full");
    EXPECT_EQ(full.status, 1);
    EXPECT_TRUE(isErrorLine(full.err)) << full.err;
    EXPECT_EQ(folder.files(), 0u);
}

TEST(CliCompare, RefusesWhatDoesNotFitTheMemory) {
    const std::vector<std::string> base{"compare", sample("shakespeare.onnx"), "--scheme", "int8", "--memory-limit"};
    auto small = base, large = base;
    small.push_back("1MB");
    large.push_back("4GiB");
    const auto ran = roundoffCli(small);
    EXPECT_EQ(ran.status, 1);
    EXPECT_TRUE(isErrorLine(ran.err)) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("the program and the largest layer"));
    EXPECT_EQ(roundoffCli(large).status, 0);
}

TEST(CliCompare, WritesPartialResultsWhenInterrupted) {
    // Far more schemes than fit into the time before the signal.
    std::vector<std::string> arguments{"compare", sample("shakespeare.onnx"), "--threads", "1"};
    for (int i = 0; i < 1000; ++i) arguments.insert(arguments.end(), {"--scheme", "int4:g32:asym:mse"});
    for (const int signal : {SIGINT, SIGTERM}) {
        const Folder folder;
        auto own = arguments;
        own.insert(own.end(), {"--json", folder.file("r.json")});
        const auto ran = interrupted(own, signal, 500);
        EXPECT_EQ(ran.status, 4) << ran.err;
        EXPECT_TRUE(isErrorLine(ran.err)) << ran.err;
        EXPECT_THAT(ran.err, HasSubstr("partial"));
        const auto json = nlohmann::json::parse(read(folder.file("r.json")));
        EXPECT_EQ(json.at("partial"), true);
        EXPECT_EQ(json.at("schemes").size(), 1000u);
        EXPECT_GT(json["schemes"][0]["total"].at("pending"), 0);
    }
}

TEST(CliCompare, SaysWhatPreprocessingDid) {
    const auto json = compared({sample("digits.onnx"), "--scheme", "int8", "--preprocess", "infer-shapes,fold-batch-norm"});
    const auto& steps = json.at("model").at("preprocessing");
    ASSERT_EQ(steps.size(), 2u);
    EXPECT_EQ(steps[0].at("step"), "infer-shapes");
    EXPECT_TRUE(steps[0].at("kept").get<bool>());
    EXPECT_TRUE(steps[0].at("exact").get<bool>());
    EXPECT_EQ(steps[1].at("changes"), 0);
    const auto wrong = roundoffCli({"compare", sample("digits.onnx"), "--scheme", "int8", "--preprocess", "fold"});
    EXPECT_EQ(wrong.status, 2);
    EXPECT_THAT(wrong.err, HasSubstr("there is no step 'fold'"));
}

}  // namespace
}  // namespace roundoff::cli
