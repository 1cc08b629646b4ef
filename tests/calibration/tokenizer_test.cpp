#include "core/calibration/tokenizers/tokenizer.h"

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

class OracleTokenizer : public testing::TestWithParam<const char*> {
protected:
    Job m_job;
};

/// The ids that the `tokenizers` and `sentencepiece` libraries give.
TEST_P(OracleTokenizer, GivesTheLibrarysIds) {
    const fs::path file = kData / GetParam();
    const auto tokenizer = openTokenizer(file);
    ASSERT_TRUE(tokenizer) << tokenizer.error().line();
    const auto ids = (*tokenizer)->encode(readText(kData / "probe.txt"), m_job);
    ASSERT_TRUE(ids) << ids.error().line();
    EXPECT_EQ(*ids, golden(file.stem()));
}

/// Copies of a text, too many for one block, have the ids that each copy in the middle of three has.
TEST_P(OracleTokenizer, CutsLongTextsWithoutATrace) {
    const auto opened = openTokenizer(kData / GetParam());
    ASSERT_TRUE(opened) << opened.error().line();
    const std::string unit = readText(kData / "probe.txt");
    const auto ids = [&](std::size_t copies) {
        std::string text;
        for (std::size_t i = 0; i < copies; ++i) text += unit;
        return (*opened)->encode(text, m_job).value();
    };
    const auto two = ids(2), three = ids(3);
    const std::size_t period = three.size() - two.size(), start = two.size() / 2;
    constexpr std::size_t kCopies = 700;
    std::vector<std::int64_t> expected(three.begin(), three.begin() + std::ptrdiff_t(start));
    for (std::size_t i = 0; i < (kCopies - 2) * period; ++i) expected.push_back(three[start + i % period]);
    expected.insert(expected.end(), two.begin() + std::ptrdiff_t(start), two.end());
    EXPECT_EQ(ids(kCopies), expected);
}

/// A long text comes in parts, and a stop between two of them ends it.
TEST_P(OracleTokenizer, StopsInTheMiddleOfAText) {
    const auto opened = openTokenizer(kData / GetParam());
    ASSERT_TRUE(opened) << opened.error().line();
    std::string text;
    while (text.size() < 300'000) text += "The quick brown fox jumps over the lazy dog, and then it rests.\n";
    std::stop_source stop;
    Job job(stop.get_token(), {});
    int parts = 0;
    const auto done = (*opened)->encode(text, [&](std::span<const std::int64_t>, std::size_t at) {
        EXPECT_LT(at, text.size());
        if (++parts == 2) stop.request_stop();
        return Result<void>();
    }, job);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::Cancelled);
    EXPECT_EQ(parts, 2);
}

INSTANTIATE_TEST_SUITE_P(All, OracleTokenizer,
                         testing::Values("gpt2.json", "llama3.json", "llama2.json", "unigram.json", "unigram_bytes.json", "words.json",
                                         "bert.json", "bert_cased.json", "xlmr.json", "albert.json", "spm_unigram.model", "spm_bpe.model"),
                         [](const auto& each) { return fs::path(each.param).stem().string(); });

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
    fs::copy_file(kData / "spm_bpe.model", folder.path() / "onnx/tokenizer.model");
    const auto sentencePiece = tokenizerBeside(folder.path() / "onnx/model.onnx");
    ASSERT_TRUE(sentencePiece) << sentencePiece.error().line();
    EXPECT_EQ((*sentencePiece)->words(), "tokens of tokenizer.model");
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
    EXPECT_NE(with("normalizer", {{"type", "Nmt"}}).find("the normalizer Nmt is not known"), std::string::npos);
    for (const char* map : {"!", "AAAA", "/////w=="})
        EXPECT_NE(with("normalizer", {{"type", "Precompiled"}, {"precompiled_charsmap", map}}).find("precompiled_charsmap"), std::string::npos);
    EXPECT_NE(with("pre_tokenizer", {{"type", "UnicodeScripts"}}).find("the pre-tokenizer UnicodeScripts"), std::string::npos);
    EXPECT_NE(with("model", {{"type", "WordLevel"}, {"vocab", nlohmann::json::object()}}).find("type WordLevel"), std::string::npos);
    EXPECT_NE(with("model", {{"type", "WordPiece"}, {"vocab", nlohmann::json::object()}}).find("unknown token"), std::string::npos);
    EXPECT_NE(with("model", {{"type", "BPE"}, {"vocab", {{"a", 0}}}, {"merges", {"a b"}}}).find("not in the vocabulary"), std::string::npos);
    EXPECT_NE(with("model", {{"type", "BPE"}, {"vocab", {{"a", "x"}}}, {"merges", nlohmann::json::array()}}).find("not a readable"),
              std::string::npos);
    EXPECT_NE(with("pre_tokenizer", {{"type", "Split"}, {"pattern", {{"Regex", "("}}}, {"behavior", "Isolated"}}).find("the pattern ("),
              std::string::npos);
    for (const char* text : {"", "{", "[]", "{\"model\": 3}", "{\"model\": {\"type\": \"BPE\"}}"})
        EXPECT_FALSE(openTokenizerJson(folder.write("t.json", text))) << text;
}

TEST(Tokenizer, RefusesAFileThatIsNestedTooDeep) {
    const test::TempFolder folder;
    const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
    const auto opened = openTokenizerJson(folder.write("t.json", R"({"model": {}, "normalizer": )" + deep + "}"));
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().line().find("not a tokenizer.json"), std::string::npos) << opened.error().line();
}

/// Cut off or changed anywhere, a SentencePiece model is read or refused, and what is read encodes.
TEST(Tokenizer, DamagedSentencePieceModels) {
    const test::TempFolder folder;
    const std::string whole = readText(kData / "spm_unigram.model"), text = readText(kData / "probe.txt");
    int refused = 0;
    for (std::size_t at = 0; at < whole.size(); at += 7) {
        std::string changed = whole;
        changed[at] = char(changed[at] ^ 0xA5);
        for (const std::string& bytes : {whole.substr(0, at), changed}) {
            Job job;
            const auto opened = openSentencePiece(folder.write("tokenizer.model", bytes));
            refused += !opened;
            if (opened) {
                EXPECT_TRUE((*opened)->encode(text, job));
            }
        }
    }
    EXPECT_GT(refused, 0);
    EXPECT_FALSE(openSentencePiece(folder.write("tokenizer.model", "")));
}

}  // namespace
}  // namespace roundoff::calibration
