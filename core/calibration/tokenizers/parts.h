#pragma once
// For this folder's own files: what a tokenizer is made of.
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/result.h"
#include "core/calibration/tokenizers/tokenizer.h"

namespace roundoff::calibration {

/// Text between added tokens, or a block of it, on its way: pieces of UTF-8.
struct Pieces {
    std::vector<std::string> texts;
    bool start = false;             ///< the first begins the whole text
    bool begin = true, end = true;  ///< the first begins, the last ends what stands between added tokens
};
/// A step of normalizing or of cutting into words.
using TextStep = std::function<void(Pieces&)>;
/// Cuts words into ids.
struct WordModel {
    /// A stop of the job leaves the ids unfinished.
    std::function<void(const std::string& word, std::vector<std::int64_t>& ids, const Job& job)> encode;
    /// Whether the word of these two halves may have other ids than the one half behind the other. True where the halves are too
    /// short to tell.
    std::function<bool(std::string_view before, std::string_view after)> crosses;
};

/// A token that is taken out of the text before anything else.
struct Added {
    std::string text;
    std::int64_t id = 0;
    bool plain = true;  ///< false: it swallows spaces or wants to be a whole word
};

/// A tokenizer as data, in the order in which it works.
struct Parts {
    std::string place, words;  ///< for errors, for conditions
    std::vector<Added> added;
    std::vector<TextStep> steps;
    WordModel model;
    std::unordered_map<std::int64_t, std::string> pieces;  ///< what an id stands for
};
std::unique_ptr<Tokenizer> assemble(Parts parts);

/// One entry of a tokenizer.json's "normalizer" and "pre_tokenizer". Errors name the type that is not known.
Result<TextStep> normalizerStep(const nlohmann::json& json, const std::string& place);
Result<TextStep> cuttingStep(const nlohmann::json& json, const std::string& place);
tl::unexpected<Error> notKnown(const std::string& place, const std::string& what);

/// Stands for a space inside a piece: SentencePiece's sign, and Metaspace's.
inline constexpr std::string_view kSpaceSign = "\u2581";
/// The character that stands for a byte in byte-level vocabularies, as UTF-8.
const std::string& byteCharacter(unsigned char byte);

using Vocabulary = std::unordered_map<std::string, std::int64_t>;
/// Pieces with a score each, as SentencePiece trains them.
struct ScoredVocabulary {
    std::shared_ptr<const Vocabulary> ids;
    std::vector<double> scores;  ///< of each id; NaN = never made from text
    std::int64_t unknown = 0;
    std::vector<std::int64_t> bytes;  ///< what an unknown character falls back to; empty = `unknown`

    [[nodiscard]] std::int64_t find(const std::string& piece) const;  ///< -1 = not one that text is made into
};
/// The cut of greatest score. The unknown costs 10 more than the worst of `scores`.
WordModel unigramModel(ScoredVocabulary vocabulary);
/// Joins the neighbours whose piece has the greatest score, leftmost first.
WordModel scoredBpeModel(ScoredVocabulary vocabulary);
/// The same from a tokenizer.json's list of merges.
Result<WordModel> bpeModel(const nlohmann::json& model, std::shared_ptr<const Vocabulary> vocabulary, const std::string& place);
/// The longest piece of the vocabulary, again and again; those behind the first carry a prefix.
Result<WordModel> wordPieceModel(const nlohmann::json& model, std::shared_ptr<const Vocabulary> vocabulary, const std::string& place);

/// Length of the UTF-8 character that begins at `at`; 1 where it is broken.
std::size_t characterLength(std::string_view text, std::size_t at);
/// Ids of "<0x00>" … "<0xFF>"; empty where one is missing.
std::vector<std::int64_t> byteIds(const Vocabulary& vocabulary);

}  // namespace roundoff::calibration
