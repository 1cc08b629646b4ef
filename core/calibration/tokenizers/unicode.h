#pragma once
// What this folder's files ask of ICU, over UTF-8.
#include <unicode/regex.h>
#include <unicode/unistr.h>

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/base/result.h"

namespace roundoff::calibration {

std::string utf8(const icu::UnicodeString& text);

using Pattern = std::shared_ptr<const icu::RegexPattern>;
/// A regular expression; \s is Unicode's white space. An error where ICU does not know it.
Result<Pattern> compile(const std::string& pattern, const std::string& place);
/// {"String": …} or {"Regex": …} of a tokenizer.json.
Result<Pattern> patternOf(const nlohmann::json& json, const std::string& place);

}  // namespace roundoff::calibration
