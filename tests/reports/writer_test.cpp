#include <gmock/gmock.h>

#include "core/base/text.h"
#include "tests/reports/sample_report.h"

namespace roundoff::reports {
namespace {

using testing::comparisonOf, testing::modelWith, testing::written;
using ::testing::HasSubstr;

TEST(Writers, AreFoundByName) {
    for (const Writer& writer : writers()) {
        EXPECT_EQ(findWriter(writer.id), &writer);
        EXPECT_TRUE(writer.extension.starts_with('.'));
    }
    for (const char* id : {"json", "csv", "html", "text"}) EXPECT_NE(findWriter(id), nullptr) << id;
    EXPECT_EQ(findWriter("xml"), nullptr);
}

TEST(Writers, WriteValidUtf8WhateverTheNames) {
    const auto model = modelWith(testing::hostileNames());
    const auto comparison = comparisonOf(model, {"int8"});
    for (const Writer& writer : writers()) {
        const std::string text = written(writer.id, model, comparison);
        EXPECT_EQ(text, validUtf8(text)) << writer.id;
    }
}

TEST(Writers, SurviveNothing) {
    const auto model = modelWith({});
    for (const Writer& writer : writers()) EXPECT_FALSE(written(writer.id, model, {}).empty()) << writer.id;
}

TEST(Writers, AskForTheFileOnlyWhereNoHashIsGiven) {
    const auto model = modelWith({"a"});  // its file does not exist
    Context without = testing::context();
    without.sha256.clear();
    const auto result = findWriter("json")->write(model, comparisonOf(model, {"int8"}), without);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::BadInput);
}

TEST(TextReport, AlignsItsColumns) {
    const auto model = modelWith({"short", "a.much.longer.name", std::string(200, 'x')});
    const std::string text = written("text", model, comparisonOf(model, {"int8", "int4:g32"}));
    EXPECT_THAT(text, HasSubstr("a.much.longer.name"));
    EXPECT_THAT(text, HasSubstr("40.0"));
    EXPECT_THAT(text, HasSubstr("250 ms on 2 threads"));
    std::vector<std::size_t> ends;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        const std::string line = text.substr(at, end - at);
        if (line.find("MatMul") != std::string::npos) ends.push_back(columns(line));
        at = end + 1;
    }
    ASSERT_EQ(ends.size(), 3u);
    EXPECT_EQ(ends[0], ends[1]);
    EXPECT_EQ(ends[1], ends[2]);
    EXPECT_LT(ends[2], 120u);  // the long name gave way
}

TEST(TextReport, GivesReasonsOnce) {
    const auto model = modelWith({"a", "b"});
    auto comparison = comparisonOf(model, {"int8"});
    for (auto& layer : comparison.reports[0].layers)
        layer = testing::unquantized(analysis::Status::Kept, "left out by --exclude");
    EXPECT_THAT(written("text", model, comparison), HasSubstr("int8: 2 layers kept: left out by --exclude\n"));
}

}  // namespace
}  // namespace roundoff::reports
