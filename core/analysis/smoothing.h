#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/model/model.h"

namespace roundoff::analysis {

/// A layer's weight by the channels of its input.
struct InputChannels {
    std::size_t layer = 0;
    std::vector<float> absmax;  ///< largest finite magnitude of each, along the reduction axis
};

/// Reads one weight. Errors: a weight that is stored quantized or holds no floats.
Result<InputChannels> inputChannels(const model::Model& model, std::size_t layer, Job& job);

/// SmoothQuant (Xiao et al., arXiv:2211.10438, equation 4): the activation's channel j is divided by
/// s_j = max|X_j|^alpha / max|W_j|^(1 - alpha), the weight's rows multiplied by it, which changes nothing in float.
/// Channels where either is zero keep 1. Precondition: equal sizes.
std::vector<double> smoothingFactors(std::span<const float> activation, std::span<const float> weight, double alpha);

/// How far channels stand apart: one scale has to serve the largest, most of them lie near the median.
struct ChannelSpread {
    double largest = 0, median = 0;
    std::size_t at = 0;  ///< index of the largest
    [[nodiscard]] double ratio() const { return median > 0 ? largest / median : 0; }
};
ChannelSpread spreadOf(std::span<const float> absmax);

struct Smoothing {
    std::vector<float> activation, weight;  ///< channel magnitudes afterwards
};
Smoothing smoothed(std::span<const float> activation, std::span<const float> weight, double alpha);

}  // namespace roundoff::analysis
