#include <unicode/regex.h>

#include <array>
#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/calibration/tokenizers/parts.h"
#include "core/calibration/tokenizers/unicode.h"

namespace roundoff::calibration {
namespace {

using Json = nlohmann::json;

constexpr const char* kGpt2Words = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr const char* kPunctuation = R"([\p{P}\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E])";

enum class Behavior { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous };

/// The text as stretches that match and that do not, joined as the behavior has it.
void split(const std::string& text, const icu::RegexPattern& pattern, Behavior behavior, bool invert, std::vector<std::string>& out) {
    const icu::UnicodeString wide = icu::UnicodeString::fromUTF8(text);
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<icu::RegexMatcher> matcher(pattern.matcher(wide, status));
    struct Stretch {
        std::string text;
        bool match;
    };
    std::vector<Stretch> stretches;
    std::int32_t at = 0;
    const auto add = [&](std::int32_t from, std::int32_t to, bool match) {
        if (from < to) stretches.push_back({utf8(wide.tempSubStringBetween(from, to)), match != invert});
    };
    while (U_SUCCESS(status) && matcher->find(status)) {
        const std::int32_t begin = matcher->start(status), end = matcher->end(status);
        if (begin == end) continue;
        add(at, begin, false);
        add(begin, end, true);
        at = end;
    }
    add(at, wide.length(), false);
    bool wasMatch = false, joinNext = false;
    const std::size_t first = out.size();
    for (const Stretch& each : stretches) {
        const bool fresh = out.size() == first;
        if (behavior == Behavior::Removed && each.match) continue;
        const bool join = !fresh && ((behavior == Behavior::MergedWithPrevious && each.match && !wasMatch) ||
                                     (joinNext && !each.match) ||
                                     (behavior == Behavior::Contiguous && each.match == wasMatch));
        if (join)
            out.back() += each.text;
        else
            out.push_back(each.text);
        joinNext = behavior == Behavior::MergedWithNext && each.match;
        wasMatch = each.match;
    }
}

TextStep splitting(Pattern pattern, Behavior behavior, bool invert) {
    return [=](Pieces& pieces) {
        std::vector<std::string> out;
        for (const std::string& text : pieces.texts) split(text, *pattern, behavior, invert, out);
        pieces.texts = std::move(out);
    };
}

Result<TextStep> byteLevel(const Json& json, const std::string& place) {
    const bool prefix = json.value("add_prefix_space", true), words = json.value("use_regex", true);
    auto pattern = compile(kGpt2Words, place);
    if (!pattern) return propagate(pattern);
    return TextStep([=](Pieces& pieces) {
        for (std::size_t i = 0; prefix && i < pieces.texts.size(); ++i)
            if (std::string& text = pieces.texts[i]; (i > 0 || pieces.begin) && !text.starts_with(' ')) text.insert(0, 1, ' ');
        if (words) splitting(*pattern, Behavior::Isolated, false)(pieces);
        for (std::string& text : pieces.texts) {
            std::string mapped;
            for (const char c : text) mapped += byteCharacter(static_cast<unsigned char>(c));
            text = std::move(mapped);
        }
    });
}

Result<TextStep> metaspace(const Json& json, const std::string& place) {
    const auto sign = json.value("replacement", std::string(kSpaceSign));
    const bool old = json.contains("add_prefix_space") && !json.contains("prepend_scheme");
    const auto scheme = old ? std::string(json["add_prefix_space"].get<bool>() ? "always" : "never")
                            : json.value("prepend_scheme", std::string("always"));
    const bool cuts = json.value("split", true);
    auto pattern = compile("\\Q" + sign + "\\E", place);
    if (!pattern) return propagate(pattern);
    return TextStep([=](Pieces& pieces) {
        for (std::size_t i = 0; i < pieces.texts.size(); ++i) {
            std::string text;
            for (const char c : pieces.texts[i])
                if (c == ' ')
                    text += sign;
                else
                    text += c;
            const bool wanted = (scheme == "always" && (i > 0 || pieces.begin)) || (scheme == "first" && pieces.start && i == 0);
            if (wanted && !text.starts_with(sign)) text.insert(0, sign);
            pieces.texts[i] = std::move(text);
        }
        if (cuts) splitting(*pattern, Behavior::MergedWithNext, false)(pieces);
    });
}

Result<Behavior> behaviorOf(const std::string& name, const std::string& place) {
    static constexpr std::array kNames{std::pair{"Removed", Behavior::Removed}, std::pair{"Isolated", Behavior::Isolated},
                                       std::pair{"MergedWithPrevious", Behavior::MergedWithPrevious},
                                       std::pair{"MergedWithNext", Behavior::MergedWithNext},
                                       std::pair{"Contiguous", Behavior::Contiguous}};
    for (const auto& [word, behavior] : kNames)
        if (name == word) return behavior;
    return notKnown(place, "the behavior " + printable(name));
}

Result<TextStep> splitStep(const std::string& pattern, Behavior behavior, bool invert, const std::string& place) {
    auto compiled = compile(pattern, place);
    if (!compiled) return propagate(compiled);
    return splitting(std::move(*compiled), behavior, invert);
}

/// White space goes, punctuation stands alone.
Result<TextStep> bertWords(const std::string& place) {
    auto spaces = splitStep("\\s", Behavior::Removed, false, place);
    auto punctuation = splitStep(kPunctuation, Behavior::Isolated, false, place);
    if (!spaces) return spaces;
    if (!punctuation) return punctuation;
    return TextStep([spaces = *spaces, punctuation = *punctuation](Pieces& pieces) {
        spaces(pieces);
        punctuation(pieces);
    });
}

}  // namespace

Result<TextStep> cuttingStep(const Json& json, const std::string& place) {
    const auto type = json.value("type", std::string());
    if (type == "ByteLevel") return byteLevel(json, place);
    if (type == "Metaspace") return metaspace(json, place);
    if (type == "BertPreTokenizer") return bertWords(place);
    if (type == "WhitespaceSplit") return splitStep("\\s", Behavior::Removed, false, place);
    if (type == "Whitespace") return splitStep(R"([\w]+|[^\w\s]+)", Behavior::Removed, true, place);
    if (type == "Digits")
        return splitStep("\\p{N}", json.value("individual_digits", false) ? Behavior::Isolated : Behavior::Contiguous, false, place);
    if (type == "Punctuation" || type == "Split") {
        auto behavior = behaviorOf(json.value("behavior", std::string("Isolated")), place);
        if (!behavior) return propagate(behavior);
        auto pattern = type == "Split" ? patternOf(json.at("pattern"), place) : compile(kPunctuation, place);
        if (!pattern) return propagate(pattern);
        return splitting(std::move(*pattern), *behavior, json.value("invert", false));
    }
    return notKnown(place, "the pre-tokenizer " + printable(type));
}

const std::string& byteCharacter(unsigned char byte) {
    static const std::array<std::string, 256> table = [] {
        std::array<std::string, 256> out;
        char32_t next = 256;
        for (int b = 0; b < 256; ++b) {
            const bool printed = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            out[std::size_t(b)] = utf8(icu::UnicodeString(UChar32(printed ? char32_t(b) : next++)));
        }
        return out;
    }();
    return table[byte];
}

}  // namespace roundoff::calibration
