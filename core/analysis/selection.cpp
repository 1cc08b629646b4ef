#include "core/analysis/selection.h"

#include <algorithm>
#include <optional>
#include <regex>

#include "core/base/text.h"

namespace roundoff::analysis {
namespace {

Result<std::optional<std::regex>> compile(const std::string& pattern, const char* option) {
    if (pattern.empty()) return std::optional<std::regex>();
    try {
        return std::optional(std::regex(pattern, std::regex::ECMAScript | std::regex::optimize));
    } catch (const std::regex_error& error) {
        return usage(option, fmt::format("'{}' is not a regular expression: {}", pattern, error.what()),
                     "Escape its special characters with a backslash");
    }
}

}  // namespace

Result<std::vector<std::string>> leftOut(const model::Model& model, const Selection& selection) {
    const auto only = compile(selection.only, "--layers"), exclude = compile(selection.exclude, "--exclude");
    if (!only) return propagate(only);
    if (!exclude) return propagate(exclude);
    std::vector<std::string> reasons;
    bool any = model.layers().empty();
    for (const model::Layer& layer : model.layers()) {
        const bool chosen = !*only || std::regex_search(layer.name, **only);
        any = any || chosen;
        const bool excluded = chosen && *exclude && std::regex_search(layer.name, **exclude);
        reasons.emplace_back(!chosen ? "not among the chosen layers" : excluded ? "excluded" : "");
    }
    if (!any)
        return usage("--layers", fmt::format("no layer's name matches '{}'", printable(selection.only)),
                     fmt::format("The first is called {}; roundoff-cli info lists all", printable(model.layers().front().name)));
    return reasons;
}

}  // namespace roundoff::analysis
