#include "core/analysis/selection.h"

#include <algorithm>
#include <optional>
#include <regex>

#include "core/base/text.h"

namespace roundoff::analysis {
namespace {

/// For each layer whether a pattern is found in its name; `empty` for all where there is no pattern.
Result<std::vector<bool>> found(const model::Model& model, const std::string& pattern, bool empty, const char* option) {
    std::vector<bool> out(model.layers().size(), empty);
    if (pattern.empty()) return out;
    std::optional<std::regex> regex;
    try {
        regex.emplace(pattern, std::regex::ECMAScript | std::regex::optimize);
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::regex_search(model.layers()[i].name, *regex);
    } catch (const std::regex_error& error) {
        if (regex) return usage(option, fmt::format("'{}' asks too much of the search: {}", printable(pattern), error.what()), "Give a simpler one");
        return usage(option, fmt::format("'{}' is not a regular expression: {}", pattern, error.what()),
                     "Escape its special characters with a backslash");
    }
    return out;
}

}  // namespace

Result<std::vector<std::string>> leftOut(const model::Model& model, const Selection& selection) {
    const auto only = found(model, selection.only, true, "--layers"), exclude = found(model, selection.exclude, false, "--exclude");
    if (!only) return propagate(only);
    if (!exclude) return propagate(exclude);
    std::vector<std::string> reasons;
    for (std::size_t i = 0; i < model.layers().size(); ++i)
        reasons.emplace_back(!(*only)[i] ? "not among the chosen layers" : (*exclude)[i] ? "excluded" : "");
    if (!model.layers().empty() && std::ranges::count(*only, true) == 0)
        return usage("--layers", fmt::format("no layer's name matches '{}'", printable(selection.only)),
                     fmt::format("The first is called {}; roundoff-cli info lists all", printable(model.layers().front().name)));
    return reasons;
}

}  // namespace roundoff::analysis
