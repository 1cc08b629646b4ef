#include "core/calibration/tokenizer.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/support/temp_folder.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;
const fs::path kData = fs::path(ROUNDOFF_SOURCE_DIR) / "tests/data/tokenizers";

std::string readText(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::int64_t> golden(const std::string& name) {
    return nlohmann::json::parse(readText(kData / (name + ".ids"))).get<std::vector<std::int64_t>>();
}

class TokenizerJson : public testing::TestWithParam<const char*> {
protected:
    Job m_job;
};

/// The ids that the `tokenizers` library gives.
TEST_P(TokenizerJson, GivesTheLibrarysIds) {
    const auto tokenizer = openTokenizerJson(kData / (std::string(GetParam()) + ".json"));
    ASSERT_TRUE(tokenizer) << tokenizer.error().line();
    const auto ids = (*tokenizer)->encode(readText(kData / "probe.txt"), m_job);
    ASSERT_TRUE(ids) << ids.error().line();
    EXPECT_EQ(*ids, golden(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(All, TokenizerJson, testing::Values("gpt2", "llama3", "llama2", "unigram", "unigram_bytes", "words"),
                         [](const auto& each) { return std::string(each.param); });

TEST(Tokenizer, PiecesOfAByteLevelVocabularyGiveTheTextBack) {
    Job job;
    const auto tokenizer = openTokenizerJson(kData / "gpt2.json");
    ASSERT_TRUE(tokenizer) << tokenizer.error().line();
    const std::string text = readText(kData / "probe.txt");
    const auto ids = (*tokenizer)->encode(text, job);
    ASSERT_TRUE(ids);
    std::string back;
    for (const auto id : *ids) back += (*tokenizer)->piece(id);
    EXPECT_EQ(back, text);
}

TEST(Tokenizer, StandsBesideTheModelOrOneFolderUp) {
    const test::TempFolder folder;
    folder.write("onnx/model.onnx", "");
    const auto none = tokenizerBeside(folder.path() / "onnx/model.onnx");
    ASSERT_FALSE(none);
    EXPECT_NE(none.error().line().find("no tokenizer.json"), std::string::npos) << none.error().line();
    folder.write("onnx/tokenizer.model", "");
    EXPECT_NE(tokenizerBeside(folder.path() / "onnx/model.onnx").error().line().find("SentencePiece"), std::string::npos);
    fs::remove(folder.path() / "onnx/tokenizer.model");
    fs::copy_file(kData / "gpt2.json", folder.path() / "tokenizer.json");
    const auto above = tokenizerBeside(folder.path() / "onnx/model.onnx");
    ASSERT_TRUE(above) << above.error().line();
    EXPECT_EQ((*above)->words(), "tokens of tokenizer.json");
}

TEST(Tokenizer, WhatItDoesNotKnowIsNamed) {
    const test::TempFolder folder;
    auto json = nlohmann::json::parse(readText(kData / "gpt2.json"));
    const auto errorOf = [&](const nlohmann::json& broken) {
        const auto opened = openTokenizerJson(folder.write("t.json", broken.dump()));
        return opened ? std::string("none") : opened.error().line();
    };
    const auto with = [&](const char* key, const nlohmann::json& value) {
        auto out = json;
        out[key] = value;
        return errorOf(out);
    };
    EXPECT_EQ(errorOf(json), "none");
    EXPECT_NE(with("normalizer", {{"type", "Precompiled"}}).find("the normalizer Precompiled is not known"), std::string::npos);
    EXPECT_NE(with("pre_tokenizer", {{"type", "BertPreTokenizer"}}).find("the pre-tokenizer BertPreTokenizer"), std::string::npos);
    EXPECT_NE(with("model", {{"type", "WordPiece"}, {"vocab", nlohmann::json::object()}}).find("type WordPiece"), std::string::npos);
    EXPECT_NE(with("model", {{"type", "BPE"}, {"vocab", {{"a", 0}}}, {"merges", {"a b"}}}).find("not in the vocabulary"), std::string::npos);
    EXPECT_NE(with("model", {{"type", "BPE"}, {"vocab", {{"a", "x"}}}, {"merges", nlohmann::json::array()}}).find("not a readable"),
              std::string::npos);
    EXPECT_NE(with("pre_tokenizer", {{"type", "Split"}, {"pattern", {{"Regex", "("}}}, {"behavior", "Isolated"}}).find("the pattern ("),
              std::string::npos);
    for (const char* text : {"", "{", "[]", "{\"model\": 3}", "{\"model\": {\"type\": \"BPE\"}}"})
        EXPECT_FALSE(openTokenizerJson(folder.write("t.json", text))) << text;
}

}  // namespace
}  // namespace roundoff::calibration
