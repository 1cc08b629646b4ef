#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <map>

#include "tests/cli/program.h"

namespace roundoff::cli {
namespace {

using testing::Folder, testing::isErrorLine, testing::read, testing::roundoffCli, testing::sample;
using ::testing::HasSubstr, ::testing::IsEmpty;

TEST(CliInput, IsRefusedInOneLineThatNamesIt) {
    const Folder folder;
    const std::string whole = read(sample("digits.onnx"));
    std::vector<std::string> broken{
        folder.file("missing.onnx"),
        folder.write("empty.onnx", ""),
        folder.write("text.onnx", "This is a shopping list.\nEggs, butter, a light bulb.\n"),
        folder.write("noise.bin", std::string(4096, '\xFF')),
        folder.write("cut.onnx", whole.substr(0, whole.size() / 2)),
    };
    mkdir(folder.file("folder.onnx").c_str(), 0755);
    broken.push_back(folder.file("folder.onnx"));
    if (geteuid() != 0) {
        broken.push_back(folder.write("locked.onnx", whole));
        chmod(broken.back().c_str(), 0);
    }
    for (const std::string& path : broken) {
        for (const std::vector<std::string>& arguments :
             {std::vector<std::string>{"info", path},
              {"compare", path, "--scheme", "int8"},
              {"verify", path, sample("digits.onnx")},
              {"verify", sample("digits.onnx"), path},
              {"export", path, "--scheme", "int8", "--to", "onnx-qdq", "-o", folder.file("out.onnx")}}) {
            const auto ran = roundoffCli(arguments);
            EXPECT_EQ(ran.status, 3) << arguments[0] << ' ' << path << ": " << ran.err;
            EXPECT_TRUE(isErrorLine(ran.err)) << ran.err;
            EXPECT_THAT(ran.err, HasSubstr(path));
            EXPECT_THAT(ran.out, IsEmpty());
        }
    }
    EXPECT_FALSE(std::filesystem::exists(folder.file("out.onnx")));
}

TEST(CliInput, APipeOrADeviceIsNoFile) {
    const Folder folder;
    const std::string pipe = folder.file("pipe"), digits = sample("digits.onnx");
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    for (const std::string& path : {pipe, std::string("/dev/zero")})
        for (const std::vector<std::string>& arguments :
             {std::vector<std::string>{"verify", digits, path}, {"verify", path, digits}, {"info", digits, "--calib", path},
              {"export", digits, "--recipe", path, "--to", "onnx-qdq", "-o", folder.file("out.onnx")}}) {
            const auto ran = roundoffCli(arguments);
            EXPECT_EQ(ran.status, 3) << arguments[0] << ' ' << path << ": " << ran.err;
            EXPECT_TRUE(isErrorLine(ran.err)) << ran.err;
            EXPECT_THAT(ran.err, HasSubstr(path));
        }
}

TEST(CliInput, OnnxRuntimeKeepsNothingOfItsOwn) {
    const Folder home;
    std::map<std::string, std::string> before;
    for (const char* name : {"HOME", "XDG_CACHE_HOME", "ORT_DISABLE_TELEMETRY"})
        if (const char* value = std::getenv(name)) before[name] = value;
    setenv("HOME", home.file("").c_str(), 1);
    setenv("XDG_CACHE_HOME", home.file("").c_str(), 1);
    unsetenv("ORT_DISABLE_TELEMETRY");
    const auto ran = roundoffCli({"compare", sample("digits.onnx"), "--scheme", "int8", "--eval", "synthetic:1", "--quiet"});
    for (const char* name : {"HOME", "XDG_CACHE_HOME", "ORT_DISABLE_TELEMETRY"})
        before.contains(name) ? setenv(name, before[name].c_str(), 1) : unsetenv(name);
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_EQ(home.files(), 0u);
}

TEST(CliInput, ARecipeThatIsNoneIsRefused) {
    const Folder folder;
    for (const char* content :
         {"", "{", "[]", "{\"roundoff_recipe\": 1, \"default\": \"int99\"}", "{\"roundoff_recipe\": 1, \"default\": 5}",
          "{\"roundoff_recipe\": 1, \"layers\": {}}"}) {
        const auto ran = roundoffCli({"export", sample("digits.onnx"), "--recipe", folder.write("recipe.json", content),
                                      "--to", "onnx-qdq", "-o", folder.file("out.onnx")});
        EXPECT_TRUE(ran.status == 2 || ran.status == 3) << content << ran.err;
        EXPECT_TRUE(isErrorLine(ran.err)) << ran.err;
    }
    EXPECT_FALSE(std::filesystem::exists(folder.file("out.onnx")));
}

TEST(CliInput, InfoDescribesTheModel) {
    const auto ran = roundoffCli({"info", sample("shakespeare.onnx"), "--json", "-"});
    ASSERT_EQ(ran.status, 0) << ran.err;
    EXPECT_THAT(ran.err, IsEmpty());
    const auto json = nlohmann::json::parse(ran.out);
    EXPECT_EQ(json.at("model").at("format"), "onnx");
    EXPECT_EQ(json["model"].at("parameters"), 3'148'032 - 9 * 256);  // all but the norms' gains
    EXPECT_EQ(json["model"].at("bytes"), std::filesystem::file_size(sample("shakespeare.onnx")));
    EXPECT_EQ(json.at("opsets").at(""), 17);
    EXPECT_EQ(json.at("metadata").at("tokenizer"), "bytes");
    EXPECT_EQ(json.at("layers").size(), 30u);
    EXPECT_THAT(roundoffCli({"info", sample("shakespeare.onnx")}).out, HasSubstr("opset 17"));
    const auto some = nlohmann::json::parse(
        roundoffCli({"info", sample("digits.onnx"), "--layers", "^$|nothing", "--json", "-"}).out);
    EXPECT_THAT(some.at("layers"), IsEmpty());
}

}  // namespace
}  // namespace roundoff::cli
