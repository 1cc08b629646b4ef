#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/analysis/recipe.h"
#include "core/base/result.h"
#include "core/exports/activation_record.h"
#include "core/model/model.h"

namespace roundoff::exports {

// What an exported file says of itself in its metadata_props.
inline constexpr std::string_view kRecipeKey = "roundoff.recipe";
inline constexpr std::string_view kTargetKey = "roundoff.target";
inline constexpr std::string_view kVersionKey = "roundoff.version";
inline constexpr std::string_view kSourceKey = "roundoff.source_sha256";
inline constexpr std::string_view kPreprocessingKey = "roundoff.preprocessing";
inline constexpr std::string_view kActivationsKey = "roundoff.activations";
inline constexpr std::string_view kDigestKey = "roundoff.digest";

/// What the name of a weight's codes adds to the weight's own.
inline constexpr std::string_view kCodesSuffix = "_quantized";

struct Provenance {
    analysis::Recipe recipe;   ///< float by default; every quantized layer by name
    std::string target;        ///< id
    std::string version;       ///< of Roundoff
    std::string sourceSha256;  ///< of the float model's file
    std::vector<std::string> preprocessing;  ///< ids of the steps done to the float model first
    std::optional<ActivationRecord> activations;  ///< where activations are quantized
};

/// Error where the file was not exported by Roundoff, or its entries are broken.
Result<Provenance> provenanceOf(const model::Model& exported);

}  // namespace roundoff::exports
