#pragma once
#include <map>
#include <string>

#include "core/model/model.h"
#include "core/schemes/scheme.h"

namespace roundoff::analysis {

/// Layer → scheme: the one currency of window, command line, search and export.
struct Recipe {
    schemes::Scheme standard;                        ///< "default" in the file
    std::map<std::string, schemes::Scheme> layers;   ///< exceptions by layer name

    [[nodiscard]] const schemes::Scheme& schemeOf(const std::string& layer) const {
        const auto found = layers.find(layer);
        return found == layers.end() ? standard : found->second;
    }
    bool operator==(const Recipe&) const = default;
};

/// The JSON of contract.md: {"roundoff_recipe": 1, "default": …, "layers": {…}, "transforms": []}.
Result<Recipe> parseRecipe(std::string_view json, const std::string& where);
std::string recipeJson(const Recipe& recipe);
/// An error that names the first layer of the recipe that the model does not have.
Result<void> checkLayers(const Recipe& recipe, const model::Model& model, const std::string& where);

}  // namespace roundoff::analysis
