#include <gmock/gmock.h>
#include <signal.h>

#include "tests/cli/program.h"

namespace roundoff::cli {
namespace {

using testing::Folder, testing::isErrorLine, testing::read, testing::roundoffCli, testing::sample;
using ::testing::HasSubstr, ::testing::IsEmpty;

std::vector<std::string> exportTo(const std::string& path) {
    return {"export", sample("digits.onnx"), "--scheme", "int8", "--to", "onnx-qdq", "-o", path, "--quiet"};
}

TEST(CliExport, WritesAFileThatVerifies) {
    const Folder folder;
    auto arguments = exportTo(folder.file("digits.int8.onnx"));
    arguments.insert(arguments.end(), {"--json", "-"});
    const auto ran = roundoffCli(arguments);
    ASSERT_EQ(ran.status, 0) << ran.err;
    EXPECT_THAT(ran.err, IsEmpty());
    const auto json = nlohmann::json::parse(ran.out);
    EXPECT_EQ(json.at("ok"), true);
    EXPECT_EQ(json.at("target"), "onnx-qdq");
    EXPECT_EQ(json.at("bytes"), std::filesystem::file_size(folder.file("digits.int8.onnx")));
    EXPECT_EQ(json.at("layers").size(), 10u);
    EXPECT_EQ(folder.files(), 1u);

    const auto verified =
        roundoffCli({"verify", sample("digits.onnx"), folder.file("digits.int8.onnx"), "--json", "-"});
    EXPECT_EQ(verified.status, 0) << verified.err;
    const auto checks = nlohmann::json::parse(verified.out);
    EXPECT_EQ(checks.at("ok"), true);
    EXPECT_FALSE(checks.at("checks").empty());
}

TEST(CliExport, AFlippedBitFailsTheProof) {
    const Folder folder;
    const std::string path = folder.file("digits.int8.onnx");
    ASSERT_EQ(roundoffCli(exportTo(path)).status, 0);
    std::string bytes = read(path);
    bytes[bytes.size() / 2] = char(bytes[bytes.size() / 2] ^ 4);
    folder.write("digits.int8.onnx", bytes);
    const auto ran = roundoffCli({"verify", sample("digits.onnx"), path});
    EXPECT_TRUE(ran.status == 1 || ran.status == 3) << ran.err;
    EXPECT_TRUE(isErrorLine(ran.err)) << ran.err;
}

TEST(CliExport, LeavesTheOldFileWhereItFails) {
    const Folder folder;
    const std::string old = folder.write("out.onnx", "precious");
    const auto ran = roundoffCli({"export", sample("digits.onnx"), "--scheme", "log4", "--to", "onnx-qdq", "-o", old,
                                  "--calib", folder.file("missing.npy"), "--quiet"});
    EXPECT_NE(ran.status, 0);
    EXPECT_TRUE(isErrorLine(ran.err)) << ran.err;
    EXPECT_EQ(read(old), "precious");
    EXPECT_EQ(folder.files(), 1u);
    EXPECT_NE(roundoffCli(exportTo(folder.file("no/such/folder/out.onnx"))).status, 0);
}

TEST(CliExport, SaysWhatStandsAfterAStop) {
    const Folder folder;
    const std::string old = folder.write("out.onnx", "precious");
    const auto ran = testing::interrupted({"export", sample("shakespeare.onnx"), "--scheme", "int8", "--to", "onnx-qdq", "-o", old,
                                           "--only-faster", "--threads", "1", "--quiet", "--json", folder.file("r.json")},
                                          SIGINT, 1000);
    ASSERT_EQ(ran.status, 4) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr(old + " stands as it was"));
    EXPECT_EQ(read(old), "precious");
    EXPECT_EQ(nlohmann::json::parse(read(folder.file("r.json"))).at("cancelled"), true);
    EXPECT_EQ(folder.files(), 2u);
}

TEST(CliExport, TakesARecipe) {
    const Folder folder;
    const auto layers =
        nlohmann::json::parse(roundoffCli({"info", sample("digits.onnx"), "--json", "-"}).out).at("layers");
    const std::string first = layers[0].at("name");
    const nlohmann::json recipe = {{"roundoff_recipe", 1},
                                   {"default", "int8"},
                                   {"layers", {{first, "float"}}},
                                   {"transforms", nlohmann::json::array()}};
    const auto ran =
        roundoffCli({"export", sample("digits.onnx"), "--recipe", folder.write("recipe.json", recipe.dump()), "--to",
                     "onnx-qdq", "-o", folder.file("out.onnx"), "--quiet", "--json", "-"});
    ASSERT_EQ(ran.status, 0) << ran.err;
    const auto json = nlohmann::json::parse(ran.out);
    for (const auto& layer : json.at("layers"))
        EXPECT_EQ(layer.at("status"), layer.at("name") == first ? "kept" : "quantized");
}

}  // namespace
}  // namespace roundoff::cli
