#include "core/exports/provenance.h"

#include "core/preprocessing/preprocess.h"

namespace roundoff::exports {

Result<Provenance> provenanceOf(const model::Model& exported) {
    const model::Info& info = exported.info();
    const auto entry = [&](std::string_view key) {
        const auto found = info.metadata.find(std::string(key));
        return found == info.metadata.end() ? std::string() : found->second;
    };
    const std::string recipe = entry(kRecipeKey);
    if (recipe.empty() || entry(kDigestKey).empty())
        return usage(info.path, "the file was not exported by Roundoff: it carries no recipe and digest to prove",
                     "Export the model anew, or compare the two models' outputs by running both");
    auto parsed = analysis::parseRecipe(recipe, info.path + ", metadata " + std::string(kRecipeKey));
    if (!parsed) return propagate(parsed);
    auto steps = preprocessing::parseSteps(entry(kPreprocessingKey));
    if (!steps) {
        steps.error().where = info.path + ", metadata " + std::string(kPreprocessingKey);
        return propagate(steps);
    }
    Provenance provenance{std::move(*parsed), entry(kTargetKey), entry(kVersionKey), entry(kSourceKey), std::move(*steps), std::nullopt};
    if (const std::string activations = entry(kActivationsKey); !activations.empty()) {
        auto record = parseActivations(activations, info.path + ", metadata " + std::string(kActivationsKey));
        if (!record) return propagate(record);
        provenance.activations = std::move(*record);
    }
    return provenance;
}

}  // namespace roundoff::exports
