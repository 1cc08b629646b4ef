#pragma once
#include <vector>

#include "core/exports/target.h"

namespace roundoff::exports {

/// What becomes of each layer, parallel to Model::layers(). Error where the recipe wants a layer quantized that the
/// target cannot hold: it names the layer, the scheme, the reason and the way out.
Result<std::vector<ExportedLayer>> planLayers(const model::Model& model, const analysis::Recipe& recipe,
                                              const Target& target, const ExportOptions& options);

/// The recipe as it was carried out: float by default, each quantized layer by name.
analysis::Recipe recipeOf(const std::vector<ExportedLayer>& layers);

/// What each layer gets, parallel to Model::layers(); float where it stays as it is.
std::vector<schemes::Scheme> schemesOf(const std::vector<ExportedLayer>& layers);

/// A warning for each quantized layer whose weights are not all finite.
Result<std::vector<std::string>> brokenWeights(const model::Model& model, const std::vector<ExportedLayer>& layers, Job& job);

/// Bytes that the written model will need, roughly.
std::uint64_t estimateBytes(const model::Model& model, const std::vector<ExportedLayer>& layers, const Target& target);

}  // namespace roundoff::exports
