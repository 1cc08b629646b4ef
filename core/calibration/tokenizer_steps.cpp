#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/regex.h>
#include <unicode/unistr.h>

#include <array>
#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/calibration/tokenizer_parts.h"

namespace roundoff::calibration {
namespace {

using Json = nlohmann::json;

constexpr const char* kSpaceSign = "\u2581";  // Metaspace's, and SentencePiece's
constexpr const char* kGpt2Words = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
constexpr const char* kPunctuation = R"([\p{P}\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E])";

tl::unexpected<Error> unknown(const std::string& place, const std::string& what) {
    return badInput(place, what + " is not known here", "Give token ids as .npy arrays instead");
}

std::string utf8(const icu::UnicodeString& text) {
    std::string out;
    text.toUTF8String(out);
    return out;
}

/// ICU's \s lacks the vertical tab and more; here it is Unicode's white space, also inside a set.
std::string spelled(std::string_view pattern) {
    std::string out;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const bool escape = pattern[i] == '\\' && i + 1 < pattern.size();
        if (escape && pattern[i + 1] == 's')
            out += R"(\p{White_Space})";
        else if (escape && pattern[i + 1] == 'S')
            out += R"(\P{White_Space})";
        else if (escape)
            out.append(pattern.substr(i, 2));
        else
            out += pattern[i];
        i += escape;
    }
    return out;
}

using Pattern = std::shared_ptr<const icu::RegexPattern>;

Result<Pattern> compile(const std::string& pattern, const std::string& place) {
    UErrorCode status = U_ZERO_ERROR;
    Pattern out(icu::RegexPattern::compile(icu::UnicodeString::fromUTF8(spelled(pattern)), 0, status));
    if (U_FAILURE(status) || !out) return unknown(place, "the pattern " + printable(pattern));
    return out;
}

/// {"String": …} or {"Regex": …}
Result<Pattern> patternOf(const Json& json, const std::string& place) {
    if (json.contains("Regex")) return compile(json["Regex"].get<std::string>(), place);
    if (!json.contains("String")) return unknown(place, "the pattern " + json.dump());
    std::string quoted;
    for (const char c : json["String"].get<std::string>()) {
        if (static_cast<unsigned char>(c) < 128 && !std::isalnum(static_cast<unsigned char>(c))) quoted += '\\';
        quoted += c;
    }
    return compile(quoted, place);
}

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

Result<TextStep> byteLevel(const Json& json, const std::string& place) {
    const bool prefix = json.value("add_prefix_space", true), words = json.value("use_regex", true);
    auto pattern = compile(kGpt2Words, place);
    if (!pattern) return propagate(pattern);
    return TextStep([=](Pieces& pieces) {
        if (prefix)
            for (std::string& text : pieces.texts)
                if (!text.starts_with(' ')) text.insert(0, 1, ' ');
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
            const bool wanted = scheme == "always" || (scheme == "first" && pieces.start && i == 0);
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
    return unknown(place, "the behavior " + printable(name));
}

Result<TextStep> splitStep(const std::string& pattern, Behavior behavior, bool invert, const std::string& place) {
    auto compiled = compile(pattern, place);
    if (!compiled) return propagate(compiled);
    return splitting(std::move(*compiled), behavior, invert);
}

Result<TextStep> cuttingStep(const Json& json, const std::string& place) {
    const auto type = json.value("type", std::string());
    if (type == "ByteLevel") return byteLevel(json, place);
    if (type == "Metaspace") return metaspace(json, place);
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
    return unknown(place, "the pre-tokenizer " + printable(type));
}

std::string lowercase(const std::string& text) {
    const icu::UnicodeString wide = icu::UnicodeString::fromUTF8(text);
    icu::UnicodeString out;
    // Character by character: what stands beside a sigma makes no difference.
    for (std::int32_t at = 0; at < wide.length(); at = wide.moveIndex32(at, 1))
        out.append(icu::UnicodeString(wide.char32At(at)).toLower(icu::Locale::getRoot()));
    return utf8(out);
}

Result<TextStep> normalizerStep(const Json& json, const std::string& place) {
    const auto type = json.value("type", std::string());
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* form = type == "NFC"    ? icu::Normalizer2::getNFCInstance(status)
                                   : type == "NFD"  ? icu::Normalizer2::getNFDInstance(status)
                                   : type == "NFKC" ? icu::Normalizer2::getNFKCInstance(status)
                                   : type == "NFKD" ? icu::Normalizer2::getNFKDInstance(status)
                                                    : nullptr;
    if (form)
        return eachPiece([form](const std::string& text) {
            UErrorCode failed = U_ZERO_ERROR;
            return utf8(form->normalize(icu::UnicodeString::fromUTF8(text), failed));
        });
    if (type == "Lowercase") return eachPiece(lowercase);
    if (type == "Prepend")
        return eachPiece([text = json.at("prepend").get<std::string>()](const std::string& piece) {
            return piece.empty() ? piece : text + piece;
        });
    if (type == "Replace") {
        auto pattern = patternOf(json.at("pattern"), place);
        if (!pattern) return propagate(pattern);
        const auto content = icu::UnicodeString::fromUTF8(json.at("content").get<std::string>());
        return eachPiece([pattern = *pattern, content](const std::string& text) { return replaced(text, *pattern, content); });
    }
    if (type == "Strip") {
        const std::string left = json.value("strip_left", true) ? "^\\s+" : "", right = json.value("strip_right", true) ? "\\s+$" : "";
        if (left.empty() && right.empty()) return eachPiece([](const std::string& text) { return text; });
        auto pattern = compile(left + (!left.empty() && !right.empty() ? "|" : "") + right, place);
        if (!pattern) return propagate(pattern);
        return eachPiece([pattern = *pattern](const std::string& text) { return replaced(text, *pattern, {}); });
    }
    return unknown(place, "the normalizer " + printable(type));
}

using Step = Result<TextStep> (*)(const Json&, const std::string&);

Result<void> add(const Json& json, const char* list, Step step, const std::string& place, std::vector<TextStep>& out, int depth) {
    if (json.is_null()) return {};
    if (json.value("type", std::string()) == "Sequence" && depth < 8) {
        for (const Json& each : json.at(list))
            if (auto done = add(each, list, step, place, out, depth + 1); !done) return done;
        return {};
    }
    auto made = step(json, place);
    if (!made) return propagate(made);
    out.push_back(std::move(*made));
    return {};
}

Result<std::vector<TextStep>> stepsOf(const Json& json, const char* list, Step step, const std::string& place) {
    std::vector<TextStep> out;
    if (auto done = add(json, list, step, place, out, 0); !done) return propagate(done);
    return out;
}

}  // namespace

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

Result<std::vector<TextStep>> normalizerSteps(const Json& normalizer, const std::string& place) {
    return stepsOf(normalizer, "normalizers", normalizerStep, place);
}

Result<std::vector<TextStep>> cuttingSteps(const Json& cutting, const std::string& place) {
    return stepsOf(cutting, "pretokenizers", cuttingStep, place);
}

}  // namespace roundoff::calibration
