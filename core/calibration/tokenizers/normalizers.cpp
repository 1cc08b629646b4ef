#include <openssl/evp.h>
#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/calibration/tokenizers/charsmap.h"
#include "core/calibration/tokenizers/parts.h"
#include "core/calibration/tokenizers/unicode.h"

namespace roundoff::calibration {
namespace {

using Json = nlohmann::json;

TextStep eachPiece(std::function<std::string(const std::string&)> change) {
    return [change = std::move(change)](Pieces& pieces) {
        for (std::string& text : pieces.texts) text = change(text);
    };
}

std::string replaced(const std::string& text, const icu::RegexPattern& pattern, const icu::UnicodeString& content) {
    const icu::UnicodeString wide = icu::UnicodeString::fromUTF8(text);
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<icu::RegexMatcher> matcher(pattern.matcher(wide, status));
    icu::UnicodeString out;
    std::int32_t at = 0;
    while (U_SUCCESS(status) && matcher->find(status)) {
        out.append(wide, at, matcher->start(status) - at).append(content);
        at = matcher->end(status);
    }
    return utf8(out.append(wide, at, wide.length() - at));
}

std::string lowercase(const std::string& text) {
    const icu::UnicodeString wide = icu::UnicodeString::fromUTF8(text);
    icu::UnicodeString out;
    // Character by character: what stands beside a sigma makes no difference.
    for (std::int32_t at = 0; at < wide.length(); at = wide.moveIndex32(at, 1))
        out.append(icu::UnicodeString(wide.char32At(at)).toLower(icu::Locale::getRoot()));
    return utf8(out);
}

/// The text without the characters whose general category is in `mask` (U_GC_…_MASK).
std::string without(const std::string& text, std::uint32_t mask) {
    const icu::UnicodeString wide = icu::UnicodeString::fromUTF8(text);
    icu::UnicodeString out;
    for (std::int32_t at = 0; at < wide.length(); at = wide.moveIndex32(at, 1))
        if (const UChar32 c = wide.char32At(at); !(U_GET_GC_MASK(c) & mask)) out.append(c);
    return utf8(out);
}

bool isHan(UChar32 c) {
    static constexpr std::array<std::pair<UChar32, UChar32>, 8> kBlocks{{{0x4E00, 0x9FFF}, {0x3400, 0x4DBF}, {0x20000, 0x2A6DF},
                                                                         {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F}, {0x2B820, 0x2CEAF},
                                                                         {0xF900, 0xFAFF}, {0x2F800, 0x2FA1F}}};
    return std::ranges::any_of(kBlocks, [c](const auto& block) { return c >= block.first && c <= block.second; });
}

/// Of BertNormalizer: control characters go, any white space is a space, Chinese characters stand alone.
std::string cleaned(const std::string& text, bool clean, bool han) {
    const icu::UnicodeString wide = icu::UnicodeString::fromUTF8(text);
    icu::UnicodeString out;
    for (std::int32_t at = 0; at < wide.length(); at = wide.moveIndex32(at, 1)) {
        const UChar32 c = wide.char32At(at);
        const bool space = u_hasBinaryProperty(c, UCHAR_WHITE_SPACE);
        const bool control = (U_GET_GC_MASK(c) & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK)) && c != '\t' && c != '\n' && c != '\r';
        if (clean && (control || c == 0xFFFD)) continue;
        if (han && isHan(c))
            out.append(u' ').append(c).append(u' ');
        else
            out.append(clean && space ? UChar32(u' ') : c);
    }
    return utf8(out);
}

std::string normalized(const icu::Normalizer2& form, const std::string& text) {
    UErrorCode failed = U_ZERO_ERROR;
    return utf8(form.normalize(icu::UnicodeString::fromUTF8(text), failed));
}

TextStep bertNormalizer(const Json& json, const icu::Normalizer2* nfd) {
    const bool clean = json.value("clean_text", true), han = json.value("handle_chinese_chars", true);
    const bool lower = json.value("lowercase", true);
    const bool strip = json.contains("strip_accents") && json["strip_accents"].is_boolean() ? json["strip_accents"].get<bool>() : lower;
    return eachPiece([=](std::string text) {
        text = cleaned(text, clean, han);
        if (strip) text = without(normalized(*nfd, text), U_GC_MN_MASK);
        return lower ? lowercase(text) : text;
    });
}

/// As the `tokenizers` library does it: by grapheme, and by character where a grapheme as a whole is not replaced.
Result<TextStep> precompiled(const Json& json, const std::string& place) {
    constexpr std::size_t kLongestGrapheme = 5;  // bytes
    const auto encoded = json.at("precompiled_charsmap").get<std::string>();
    const auto* base64 = reinterpret_cast<const unsigned char*>(encoded.data());
    std::string blob(encoded.size(), '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(blob.data()), base64, int(std::min<std::size_t>(encoded.size(), 1u << 30)));
    if (size < 0) return badInput(place, "precompiled_charsmap is not base64", "Get the file that belongs to the model");
    blob.resize(std::size_t(size));
    auto map = Charsmap::parse(blob, place);
    if (!map) return propagate(map);
    return eachPiece([map = std::make_shared<const Charsmap>(std::move(*map))](const std::string& text) {
        UErrorCode status = U_ZERO_ERROR;
        const std::unique_ptr<icu::BreakIterator> graphemes(icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
        const icu::UnicodeString wide = icu::UnicodeString::fromUTF8(text);
        if (U_FAILURE(status)) return text;
        graphemes->setText(wide);
        std::string out;
        for (std::int32_t from = 0, to = graphemes->next(); to != icu::BreakIterator::DONE; from = to, to = graphemes->next()) {
            const std::string grapheme = utf8(wide.tempSubStringBetween(from, to));
            const auto whole = grapheme.size() <= kLongestGrapheme ? map->find(grapheme, Charsmap::Prefer::Shortest) : std::nullopt;
            if (whole) {
                out += whole->with;
                continue;
            }
            for (std::size_t at = 0; at < grapheme.size();) {
                const std::string_view character = std::string_view(grapheme).substr(at, characterLength(grapheme, at));
                const auto match = map->find(character, Charsmap::Prefer::Shortest);
                out += match ? match->with : character;
                at += character.size();
            }
        }
        return out;
    });
}

}  // namespace

Result<TextStep> normalizerStep(const Json& json, const std::string& place) {
    const auto type = json.value("type", std::string());
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* form = type == "NFC"    ? icu::Normalizer2::getNFCInstance(status)
                                   : type == "NFD"  ? icu::Normalizer2::getNFDInstance(status)
                                   : type == "NFKC" ? icu::Normalizer2::getNFKCInstance(status)
                                   : type == "NFKD" ? icu::Normalizer2::getNFKDInstance(status)
                                                    : nullptr;
    if (form) return eachPiece([form](const std::string& text) { return normalized(*form, text); });
    if (type == "Lowercase") return eachPiece(lowercase);
    if (type == "StripAccents") return eachPiece([](const std::string& text) { return without(text, U_GC_M_MASK); });
    if (type == "BertNormalizer") return bertNormalizer(json, icu::Normalizer2::getNFDInstance(status));
    if (type == "Precompiled") return precompiled(json, place);
    if (type == "Prepend")
        return TextStep([text = json.at("prepend").get<std::string>()](Pieces& pieces) {
            if (pieces.begin && !pieces.texts.front().empty()) pieces.texts.front().insert(0, text);
        });
    if (type == "Replace") {
        auto pattern = patternOf(json.at("pattern"), place);
        if (!pattern) return propagate(pattern);
        const auto content = icu::UnicodeString::fromUTF8(json.at("content").get<std::string>());
        return eachPiece([pattern = *pattern, content](const std::string& text) { return replaced(text, *pattern, content); });
    }
    if (type == "Strip") {
        auto left = compile("^\\s+", place), right = compile("\\s+$", place);
        if (!left) return propagate(left);
        if (!right) return propagate(right);
        return TextStep([left = *left, right = *right, atLeft = json.value("strip_left", true), atRight = json.value("strip_right", true)](Pieces& pieces) {
            if (atLeft && pieces.begin) pieces.texts.front() = replaced(pieces.texts.front(), *left, {});
            if (atRight && pieces.end) pieces.texts.back() = replaced(pieces.texts.back(), *right, {});
        });
    }
    return notKnown(place, "the normalizer " + printable(type));
}

}  // namespace roundoff::calibration
