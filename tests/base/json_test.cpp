#include "core/base/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace roundoff {
namespace {

std::string nested(int depth) { return std::string(std::size_t(depth), '[') + std::string(std::size_t(depth), ']'); }

TEST(ParseJson, RefusesWhatIsNestedTooDeep) {
    EXPECT_TRUE(parseJson(nested(60)).is_array());
    EXPECT_TRUE(parseJson(nested(80)).is_discarded());
    EXPECT_TRUE(parseJson(nested(1'000'000)).is_discarded());
    EXPECT_TRUE(parseJson(R"({"a": )" + nested(80) + R"(, "b": 1})").is_discarded());
}

TEST(ParseJson, GivesWhatTheLibraryGives) {
    const std::string text = R"({"a": [1, 2.5, "x", null, {"b": true}], "c": {}})";
    EXPECT_EQ(parseJson(text), nlohmann::json::parse(text));
    for (const char* broken : {"", "{", "[1,]", "nonsense"}) EXPECT_TRUE(parseJson(broken).is_discarded()) << broken;
}

}  // namespace
}  // namespace roundoff
