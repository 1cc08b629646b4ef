#pragma once
#include <optional>
#include <span>
#include <vector>

#include "core/analysis/placement.h"
#include "core/base/job.h"
#include "core/base/result.h"

namespace roundoff::analysis {

/// A bias as int32 codes, value = code * scale, scale = that of the product's input times that of the weight, zero at 0.
struct BiasCodes {
    std::vector<std::int32_t> codes;
    std::vector<float> scales;  ///< one, or one a code
};
/// nullopt where a code would leave its product no room in 32 bits: such a bias stays float.
std::optional<BiasCodes> biasCodes(std::span<const float> bias, float inputScale, std::span<const float> weightScales);

/// The same of a placement's bias, under its layer's weight scheme.
Result<std::optional<BiasCodes>> biasCodes(const model::Model& model, const BiasPoint& bias, float inputScale,
                                           const schemes::TensorScheme& weight, Job& job);

}  // namespace roundoff::analysis
