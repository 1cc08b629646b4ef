#include <gmock/gmock.h>

#include <csignal>

#include "tests/cli/program.h"

namespace roundoff::cli {
namespace {

using testing::Folder, testing::interrupted, testing::isErrorLine, testing::read, testing::roundoffCli, testing::sample;
using ::testing::HasSubstr, ::testing::IsEmpty, ::testing::Not;

TEST(CliBench, WritesWhatTheContractNames) {
    const auto ran = roundoffCli({"bench", sample("digits.onnx"), "--scheme", "int8", "--layers", "stem|classifier", "--threads", "1",
                                  "--json", "-", "--quiet"});
    ASSERT_EQ(ran.status, 0) << ran.err;
    EXPECT_THAT(ran.err, IsEmpty());
    const auto json = nlohmann::json::parse(ran.out);
    EXPECT_EQ(json.at("roundoff").at("command"), "bench");
    const auto& scheme = json.at("schemes").at(0);
    EXPECT_EQ(scheme.at("measured"), true);
    EXPECT_EQ(scheme.at("conditions").at("threads"), 1);
    EXPECT_EQ(scheme["conditions"].at("synthetic"), true);
    EXPECT_FALSE(scheme.contains("projected"));
    ASSERT_EQ(scheme.at("layers").size(), 10u);
    for (const auto& layer : scheme["layers"]) {
        const bool chosen = layer.at("name") == "stem" || layer.at("name") == "classifier";
        EXPECT_EQ(layer.at("status"), chosen ? "quantized" : "kept");
        EXPECT_EQ(layer.at("float_ms").is_null(), !chosen);
        if (!chosen) {
            EXPECT_NE(layer.at("reason"), "");
            continue;
        }
        for (const char* side : {"float_ms", "quantized_ms"}) {
            EXPECT_GE(layer.at(side).at("runs"), 15);
            EXPECT_GT(layer[side].at("median"), 0);
        }
    }
    EXPECT_GT(scheme.at("end_to_end").at("speedup"), 0);
}

TEST(CliBench, ProjectsApartAndOnlyWhereAsked) {
    const std::vector<std::string> arguments{"bench", sample("digits.onnx"), "--layers", "stem", "--json", "-", "--quiet", "--device"};
    auto known = arguments;
    known.emplace_back("raspberry-pi-5");
    const auto ran = roundoffCli(known);
    ASSERT_EQ(ran.status, 0) << ran.err;
    const auto json = nlohmann::json::parse(ran.out);
    EXPECT_EQ(json["schemes"][0].at("projected").at("device"), "Raspberry Pi 5");
    auto unknown = arguments;
    unknown.emplace_back("abacus");
    const auto refused = roundoffCli(unknown);
    EXPECT_EQ(refused.status, 2);
    EXPECT_TRUE(isErrorLine(refused.err)) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("raspberry-pi-5"));
    const Folder folder;
    unknown.insert(unknown.end(), {"--devices", folder.file("none")});
    EXPECT_EQ(roundoffCli(unknown).status, 3);
}

TEST(CliBench, WritesWhatIsFinishedWhenInterrupted) {
    const Folder folder;
    const auto ran = interrupted({"bench", sample("shakespeare.onnx"), "--scheme", "int4:g32", "--quiet", "--json", folder.file("r.json")},
                                 SIGINT, 1500);
    EXPECT_EQ(ran.status, 4) << ran.err;
    EXPECT_TRUE(isErrorLine(ran.err)) << ran.err;
    const auto json = nlohmann::json::parse(read(folder.file("r.json")));
    EXPECT_EQ(json.at("partial"), true);
    EXPECT_EQ(json["schemes"][0].at("layers").size(), 30u);
}

TEST(CliBench, RefusesWhatIsWrong) {
    EXPECT_EQ(roundoffCli({"bench", sample("digits.onnx"), "--to", "abacus"}).status, 2);
    EXPECT_EQ(roundoffCli({"bench", sample("digits.onnx"), "--scheme", "int99"}).status, 2);
    EXPECT_EQ(roundoffCli({"bench", sample("none.onnx")}).status, 3);
}

TEST(CliBench, ExportsOnlyWhatIsFasterAndSaysSo) {
    const Folder folder;
    const auto ran = roundoffCli({"export", sample("digits.onnx"), "--scheme", "int8", "--to", "onnx-qdq", "--only-faster", "-o",
                                  folder.file("out.onnx"), "--json", "-", "--quiet"});
    ASSERT_EQ(ran.status, 0) << ran.err;
    const auto json = nlohmann::json::parse(ran.out);
    EXPECT_EQ(json.at("ok"), true);
    ASSERT_FALSE(json.at("notes").empty());
    EXPECT_THAT(std::string(json["notes"][0]), HasSubstr("of 10 layers are faster alone"));
    const auto& chosen = json.at("recipe").at("layers");
    for (const auto& layer : json.at("layers"))
        EXPECT_EQ(layer.at("status"), chosen.contains(std::string(layer.at("name"))) ? "quantized" : "kept") << layer;
    const auto verified = roundoffCli({"verify", sample("digits.onnx"), folder.file("out.onnx"), "--quiet"});
    EXPECT_EQ(verified.status, 0) << verified.err;
}

TEST(CliBench, RefusesBeforeItMeasuresWhereRangesAreMissing) {
    const Folder folder;
    const auto ran = roundoffCli({"export", sample("digits.onnx"), "--scheme", "int8/uint8", "--to", "onnx-qdq", "--only-faster", "-o",
                                  folder.file("out.onnx")});
    EXPECT_EQ(ran.status, 2);
    EXPECT_THAT(ran.err, HasSubstr("static activations need data to find their ranges. Give --calib DATA"));
    EXPECT_THAT(ran.err, Not(HasSubstr("the whole model")));  // a step of the measurement
    EXPECT_EQ(folder.files(), 0u);
}

}  // namespace
}  // namespace roundoff::cli
