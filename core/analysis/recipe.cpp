#include "core/analysis/recipe.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/json.h"
#include "core/base/text.h"

namespace roundoff::analysis {

Result<Recipe> parseRecipe(std::string_view json, const std::string& where) {
    const auto root = parseJson(json);
    if (root.is_discarded() || !root.is_object() || root.value("roundoff_recipe", nlohmann::json()) != 1)
        return badInput(where, "is not a recipe of version 1", "A recipe is {\"roundoff_recipe\": 1, \"default\": \"int8\"}");
    const auto scheme = [&](const nlohmann::json& value, const std::string& key) -> Result<schemes::Scheme> {
        if (!value.is_string())
            return badInput(where, fmt::format("'{}' is not a scheme text", printable(key)), "Write a scheme in quotes, as \"int8\" or \"float\"");
        auto parsed = schemes::parseScheme(value.get<std::string>());
        if (!parsed) return badInput(where, fmt::format("'{}': {}", key, parsed.error().what), parsed.error().remedy);
        return parsed;
    };
    Recipe recipe;
    if (!root.contains("default"))
        return badInput(where, "there is no 'default', the scheme of the layers that are not named", "Add \"default\": \"float\", or another scheme");
    auto standard = scheme(root["default"], "default");
    if (!standard) return propagate(standard);
    recipe.standard = *standard;
    if (const auto entry = root.find("layers"); entry != root.end()) {
        if (!entry->is_object()) return badInput(where, "'layers' is not an object of name: scheme", "Write it as {\"name\": \"int8\"}");
        for (const auto& [layer, text] : entry->items()) {
            auto parsed = scheme(text, layer);
            if (!parsed) return propagate(parsed);
            recipe.layers.emplace(layer, *parsed);
        }
    }
    if (const auto entry = root.find("transforms"); entry != root.end() && !(entry->is_array() && entry->empty()))
        return badInput(where, "'transforms' is not empty, and this version knows none", "Remove them");
    return recipe;
}

std::string recipeJson(const Recipe& recipe) {
    nlohmann::ordered_json root;
    root["roundoff_recipe"] = 1;
    root["default"] = schemes::text(recipe.standard);
    root["layers"] = nlohmann::ordered_json::object();
    for (const auto& [layer, scheme] : recipe.layers) root["layers"][layer] = schemes::text(scheme);
    root["transforms"] = nlohmann::ordered_json::array();
    return root.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<void> checkLayers(const Recipe& recipe, const model::Model& model, const std::string& where) {
    for (const auto& [layer, scheme] : recipe.layers)
        if (std::ranges::find(model.layers(), layer, &model::Layer::name) == model.layers().end())
            return usage(where, fmt::format("'{}' is no layer of {}", printable(layer), printable(model.info().path)),
                         "Take the recipe that was made for this model; roundoff-cli info lists the layers");
    return {};
}

}  // namespace roundoff::analysis
