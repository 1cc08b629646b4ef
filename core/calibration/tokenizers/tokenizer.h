#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"

namespace roundoff::calibration {

/// Text to token ids, without special tokens at the ends.
class Tokenizer {
public:
    virtual ~Tokenizer() = default;
    /// Gets ids, in their order and some at a time, with the bytes of the text that they and those before stand for.
    using Take = std::function<Result<void>(std::span<const std::int64_t> ids, std::size_t done)>;
    [[nodiscard]] virtual Result<void> encode(std::string_view text, const Take& take, Job& job) const = 0;
    /// All of them at once.
    [[nodiscard]] Result<std::vector<std::int64_t>> encode(std::string_view text, Job& job) const;
    /// What a token stands for; parts of a character come as their bytes.
    [[nodiscard]] virtual std::string piece(std::int64_t id) const = 0;
    /// "tokens of tokenizer.json": for a figure's conditions.
    [[nodiscard]] virtual std::string words() const = 0;

    std::filesystem::path file;  ///< what it was read from; empty for bytes
};

/// Every byte is a token.
std::unique_ptr<Tokenizer> byteTokenizer();

/// A tokenizer.json: BPE (over bytes, or over characters with or without byte fallback), Unigram and WordPiece, with the
/// normalizers NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Replace, Prepend, Strip, Precompiled, BertNormalizer and the
/// pre-tokenizers ByteLevel, Split, Metaspace, Digits, Punctuation, Whitespace, WhitespaceSplit, BertPreTokenizer, and
/// sequences of them. Gives the ids of the `tokenizers` library; what it does not know is an error by name.
Result<std::unique_ptr<Tokenizer>> openTokenizerJson(const std::filesystem::path& path);

/// SentencePiece's own model file (`tokenizer.model`, `spiece.model`; sentencepiece_model.proto) of type unigram or BPE. Gives
/// the ids of the `sentencepiece` library.
Result<std::unique_ptr<Tokenizer>> openSentencePiece(const std::filesystem::path& path);

/// Either, by the file's ending.
Result<std::unique_ptr<Tokenizer>> openTokenizer(const std::filesystem::path& path);

/// The tokenizer beside a model, or in the folder above it: a tokenizer.json before a SentencePiece model.
Result<std::unique_ptr<Tokenizer>> tokenizerBeside(const std::filesystem::path& model);

}  // namespace roundoff::calibration
