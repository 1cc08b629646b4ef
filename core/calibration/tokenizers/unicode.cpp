#include "core/calibration/tokenizers/unicode.h"

#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/calibration/tokenizers/parts.h"

namespace roundoff::calibration {
namespace {

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

}  // namespace

std::string utf8(const icu::UnicodeString& text) {
    std::string out;
    text.toUTF8String(out);
    return out;
}

Result<Pattern> compile(const std::string& pattern, const std::string& place) {
    UErrorCode status = U_ZERO_ERROR;
    Pattern out(icu::RegexPattern::compile(icu::UnicodeString::fromUTF8(spelled(pattern)), 0, status));
    if (U_FAILURE(status) || !out) return notKnown(place, "the pattern " + printable(pattern));
    return out;
}

Result<Pattern> patternOf(const nlohmann::json& json, const std::string& place) {
    if (json.contains("Regex")) return compile(json["Regex"].get<std::string>(), place);
    if (!json.contains("String")) return notKnown(place, "the pattern " + json.dump());
    std::string quoted;
    for (const char c : json["String"].get<std::string>()) {
        if (static_cast<unsigned char>(c) < 128 && !std::isalnum(static_cast<unsigned char>(c))) quoted += '\\';
        quoted += c;
    }
    return compile(quoted, place);
}

}  // namespace roundoff::calibration
