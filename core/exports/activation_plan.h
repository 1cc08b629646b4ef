#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/bias_codes.h"
#include "core/analysis/placement.h"
#include "core/base/job.h"
#include "core/calibration/calibration.h"
#include "core/model/model.h"
#include "core/schemes/quantized_tensor.h"
#include "core/schemes/scale_rule.h"

namespace roundoff::exports {

/// A placement with its numbers.
struct ActivationPlan {
    analysis::Placement placement;
    std::vector<schemes::Scale> scales;             ///< parallel to placement.points; {1, 0} for dynamic ones
    std::vector<std::optional<analysis::BiasCodes>> biases;  ///< parallel to placement.biases

    bool wanted = false;  ///< some scheme has an activation part

    /// Index of the point that gives what `node` reads of `value`.
    [[nodiscard]] std::optional<std::size_t> pointOf(const std::string& value, std::size_t node) const;
};

/// Values whose ranges a placement needs.
std::vector<std::string> calibratedValues(const analysis::Placement& placement);

/// The error of a range that is not known.
Error noRange(const model::Model& model, const std::string& value);

/// Scale and zero point of every point. An error where a range is needed that the calibration lacks.
Result<std::vector<schemes::Scale>> pointScales(const model::Model& model, const analysis::Placement& placement,
                                                const calibration::Calibration* calibration, Job& job);

/// @param schemes one a layer, as carried out
Result<ActivationPlan> planActivations(const model::Model& model, std::span<const schemes::Scheme> schemes,
                                       const calibration::Calibration* calibration, Job& job);

/// A constant operand as codes of its point.
Result<schemes::QuantizedTensor> constantCodes(const model::Model& model, const analysis::ActivationPoint& point, Job& job);

/// Why QuantizeLinear does not round to the scheme's codes; empty where it does.
std::string whyNotQuantizeLinear(const schemes::TensorScheme& scheme);

}  // namespace roundoff::exports
