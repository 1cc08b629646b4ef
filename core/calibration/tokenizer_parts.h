#pragma once
// For the tokenizer's own files: what a tokenizer.json is made of.
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/result.h"

namespace roundoff::calibration {

/// Text between added tokens, on its way: pieces of UTF-8. `start` is set for the begin of the whole text.
struct Pieces {
    std::vector<std::string> texts;
    bool start = false;
};
/// A step of normalizing or of cutting into words.
using TextStep = std::function<void(Pieces&)>;

/// The steps of "normalizer" and of "pre_tokenizer", in order. Errors name the type that is not known.
Result<std::vector<TextStep>> normalizerSteps(const nlohmann::json& normalizer, const std::string& place);
Result<std::vector<TextStep>> cuttingSteps(const nlohmann::json& cutting, const std::string& place);

/// The character that stands for a byte in byte-level vocabularies, as UTF-8.
const std::string& byteCharacter(unsigned char byte);

using Vocabulary = std::unordered_map<std::string, std::int64_t>;
/// Cuts one word into ids.
using WordModel = std::function<void(const std::string& word, std::vector<std::int64_t>& ids)>;
Result<WordModel> bpeModel(const nlohmann::json& model, std::shared_ptr<const Vocabulary> vocabulary, const std::string& place);
Result<WordModel> unigramModel(const nlohmann::json& model, std::shared_ptr<const Vocabulary> vocabulary, const std::string& place);

/// Length of the UTF-8 character that begins at `at`; 1 where it is broken.
std::size_t characterLength(std::string_view text, std::size_t at);
/// Ids of "<0x00>" … "<0xFF>"; empty where one is missing.
std::vector<std::int64_t> byteIds(const Vocabulary& vocabulary);

}  // namespace roundoff::calibration
