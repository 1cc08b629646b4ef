#include <gmock/gmock.h>

#include "core/calibration/observer.h"
#include "core/schemes/number_format.h"
#include "tests/cli/program.h"

namespace roundoff::cli {
namespace {

using testing::Folder, testing::isErrorLine, testing::roundoffCli, testing::sample;
using ::testing::HasSubstr, ::testing::IsEmpty, ::testing::Not;

TEST(Cli, HelpsOnStandardOutput) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"--help"}, {"compare", "--help"}, {"export", "--help"}, {"--version"}}) {
        const auto ran = roundoffCli(arguments);
        EXPECT_EQ(ran.status, 0);
        EXPECT_THAT(ran.out, Not(IsEmpty()));
        EXPECT_THAT(ran.err, IsEmpty());
    }
    const std::string help = roundoffCli({"--help"}).out;
    for (const char* command : {"info", "compare", "export", "verify", "schemes", "formats", "targets"})
        EXPECT_THAT(help, HasSubstr(command));
}

TEST(Cli, RefusesWrongUsageInOneLine) {
    const Folder folder;
    const std::string digits = sample("digits.onnx"), same = folder.file("same");
    const std::vector<std::vector<std::string>> wrong{
        {},
        {"nonsense"},
        {"compare"},
        {"compare", digits},
        {"compare", digits, "--scheme", "int8", "--frobnicate"},
        {"compare", digits, "--scheme", "int99"},
        {"compare", digits, "--scheme", ""},
        {"compare", digits, "--scheme", "int8", "--threads", "0"},
        {"compare", digits, "--scheme", "int8", "--threads", "many"},
        {"compare", digits, "--scheme", "int8", "--memory-limit", "much"},
        {"compare", digits, "--scheme", "int8", "--memory-limit", "-1"},
        {"compare", digits, "--scheme", "int8", "--memory-limit", "1e9"},
        {"compare", digits, "--scheme", "int8", "--memory-limit", "99999999999999999999"},
        {"compare", digits, "--scheme", "int8", "--memory-limit", "99999999999999999GB"},
        {"compare", digits, "--scheme", "int8", "--seed", "-1"},
        {"compare", digits, "--scheme", "int8", "--seed", "18446744073709551616"},
        {"compare", digits, "--scheme", "int8", "--eval", ""},
        {"compare", digits, "--scheme", "int8", "--json", ""},
        {"compare", digits, "--scheme", "int8", "--preprocess", ""},
        {"compare", digits, "--scheme", "int8", "--json", folder.file("no/such/folder.json")},
        {"compare", digits, "--scheme", "int8", "--json", folder.file(".")},
        {"compare", digits, "--scheme", "int8", "--mean", "1"},
        {"compare", digits, "--scheme", "int8", "--dim", "batch=1"},
        {"verify", digits, digits, "--resize", "28"},
        {"export", digits, "--scheme", "int8", "--to", "onnx-qdq", "-o", ""},
        {"export", digits, "--scheme", "int8", "--to", "onnx-qdq", "-o", "-"},
        {"export", digits, "--scheme", "int8", "--to", "onnx-qdq", "-o", folder.file(".")},
        {"export", digits, "--scheme", "int8", "--to", "onnx-qdq", "-o", folder.file("no/such/folder.onnx")},
        {"compare", digits, "--scheme", "int8", "--layers", "("},
        {"compare", digits, "--scheme", "int8", "--exclude", "["},
        {"compare", digits, "--scheme", "int8", "--eval", "synthetic:none"},
        {"compare", digits, "--scheme", "int8", "--one-at-a-time"},
        {"compare", digits, "--scheme", "int8/int8:token:static"},
        {"compare", digits, "--scheme", "int8/mxfp8-e4m3"},
        {"compare", digits, "--scheme", "int8", "--json", "-", "--csv", "-"},
        {"compare", digits, "--scheme", "int8", "--json", same, "--csv", same},
        {"compare", digits, "--scheme", "int8", "--json", digits},
        {"info", digits, "--layers", "("},
        {"export", digits, "--scheme", "int8", "-o", folder.file("x.onnx")},
        {"export", digits, "--to", "onnx-qdq", "-o", folder.file("x.onnx")},
        {"export", digits, "--scheme", "int8", "--to", "nonsense", "-o", folder.file("x.onnx")},
        {"export", digits, "--scheme", "int8", "--to", "onnx-qdq", "-o", digits},
        {"search", digits, "--scheme", "int8", "--max-bpw", "5"},
        {"bench", digits, "--scheme", "int8", "--device", "abacus"},
    };
    const std::string before = testing::read(digits);
    for (const auto& arguments : wrong) {
        const auto ran = roundoffCli(arguments);
        std::string line;
        for (const auto& word : arguments) line += word + ' ';
        EXPECT_EQ(ran.status, 2) << line << ran.err;
        EXPECT_TRUE(isErrorLine(ran.err)) << line << ran.err;
        EXPECT_THAT(ran.out, IsEmpty()) << line;
    }
    EXPECT_EQ(folder.files(), 0u);
    EXPECT_EQ(testing::read(digits), before);
}

TEST(Cli, NamesTheWordThatItDoesNotKnow) {
    const auto ran = roundoffCli({"compare", sample("digits.onnx"), "--scheme", "int8:chanel"});
    EXPECT_THAT(ran.err, HasSubstr("chanel"));
    EXPECT_THAT(ran.err, HasSubstr("channel"));
    EXPECT_THAT(roundoffCli({"search", "x"}).err, HasSubstr("not in this version"));
    EXPECT_THAT(roundoffCli({"search", "x"}).err, HasSubstr("compare"));
}

TEST(Cli, ListsWhatThisBuildKnows) {
    for (const char* command : {"schemes", "formats", "targets"}) {
        const auto text = roundoffCli({command});
        EXPECT_EQ(text.status, 0) << text.err;
        EXPECT_THAT(text.err, IsEmpty());
        const auto ran = roundoffCli({command, "--json", "-"});
        EXPECT_EQ(ran.status, 0);
        const auto json = nlohmann::json::parse(ran.out);
        EXPECT_EQ(json.at("roundoff").at("command"), command);
        EXPECT_TRUE(json.at("model").is_null());
        ASSERT_FALSE(json.at(command).empty());
    }
    const auto json = nlohmann::json::parse(roundoffCli({"schemes", "--json", "-"}).out);
    for (const auto& entry : json["schemes"]) {
        const std::string standard = entry.at("default");
        const auto scheme = schemes::parseScheme(standard);
        ASSERT_TRUE(scheme) << standard;
        EXPECT_EQ(schemes::text(*scheme), standard);
        EXPECT_EQ(schemes::parseScheme(entry.at("format").get<std::string>()).value(), *scheme);
    }
}

TEST(Cli, TellsAllThatTheRegistryKnowsOfAFormat) {
    const auto json = nlohmann::json::parse(roundoffCli({"schemes", "--json", "-"}).out);
    const std::string text = roundoffCli({"schemes"}).out;
    std::size_t row = 0;
    ASSERT_EQ(json.at("families").size(), schemes::families().size());
    for (std::size_t f = 0; f < schemes::families().size(); ++f) {
        const auto& family = schemes::families()[f];
        EXPECT_EQ(json["families"][f].at("title"), family.title);
        EXPECT_THAT(text, HasSubstr(family.title + ". " + family.summary));
        ASSERT_EQ(json["families"][f].at("formats").size(), family.formats.size());
        for (const auto& format : family.formats) {
            SCOPED_TRACE(format.id);
            const auto& entry = json["schemes"].at(row++);
            EXPECT_EQ(entry.at("format"), format.id);
            EXPECT_EQ(entry.at("family"), family.id);
            EXPECT_EQ(entry.at("variants"), nlohmann::json(format.variants));
            EXPECT_GE(entry.at("bits_per_weight"), format.bits);
            EXPECT_LT(entry.at("bits_per_weight"), format.bits + 4);
            EXPECT_EQ(entry.at("symmetries").size(), format.grid ? format.symmetries.size() : 0);
            EXPECT_EQ(entry.contains("levels"), format.grid != nullptr && format.bits <= 8);
            EXPECT_LE(entry.value("levels", nlohmann::json::array()).size(), 256u);
            // Every option that stands there is one that the text form takes.
            for (const char* part : {"variants", "symmetries"})
                for (const std::string option : entry.at(part))
                    EXPECT_TRUE(schemes::parseScheme(format.id + ":" + option)) << option;
            for (const std::string option : entry.at("granularities"))
                EXPECT_TRUE(schemes::parseScheme(format.id + ":" + (option == "gN" ? "g64" : option == "bRxC" ? "b128x128" : option)))
                    << option;
            for (const std::string option : entry.at("ranges"))
                EXPECT_TRUE(schemes::parseScheme(format.id + ":" + (option == "pX" ? "p99.9" : option))) << option;
            if (!format.grid) continue;
            EXPECT_EQ(entry.at("power_of_two_scales").get<bool>(), schemes::parseScheme(format.id + ":pot").has_value());
            for (const auto& target : entry.at("targets")) {
                EXPECT_EQ(target.at("default").get<bool>(), target.at("reason").is_null());
                if (!target.at("scheme").is_null()) {
                    EXPECT_TRUE(schemes::parseScheme(target["scheme"].get<std::string>()));
                }
            }
        }
    }
    EXPECT_EQ(row, json["schemes"].size());
}

TEST(Cli, ListsEveryRuleForRanges) {
    const std::string text = roundoffCli({"schemes"}).out;
    const auto ranges = nlohmann::json::parse(roundoffCli({"schemes", "--json", "-"}).out).at("ranges");
    ASSERT_EQ(ranges.size(), calibration::observers().size());
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        const calibration::Observer& rule = calibration::observers()[i];
        EXPECT_EQ(ranges[i].at("range"), rule.id);
        EXPECT_EQ(ranges[i].at("summary"), rule.summary);
        EXPECT_THAT(text, HasSubstr(std::string(rule.summary)));
    }
}

}  // namespace
}  // namespace roundoff::cli
