#pragma once
#include <string>
#include <string_view>

#include "core/exports/activation_plan.h"
#include "core/exports/onnx_writer.h"

namespace roundoff::exports {

/// Remarks for the user of a model with quantized activations: where the ranges come from, how much computes with codes,
/// what keeps a float activation and why, and what this machine makes of it.
void noteActivations(OnnxWriter& writer, const analysis::Placement& placement, const calibration::Calibration* calibration);

/// What to do where products of unsigned activations and signed weights overflow on a machine: processors with AVX2 or AVX-512
/// but without VNNI add two such products in 16 bits, which saturate. Weights of 7 bits avoid it. Empty where all is well.
std::string saturationAdvice(std::string_view instructionSet, const schemes::Scheme& scheme);

}  // namespace roundoff::exports
