#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/model/model.h"

namespace roundoff::analysis {

/// A tensor by its channels, finite values alone.
struct ChannelSizes {
    std::vector<float> absmax{};  ///< largest magnitude of each
    std::vector<double> sum2{};   ///< sum of squares of each
    std::uint64_t count = 0;      ///< values in all of them
    /// Crest factor: largest magnitude ÷ root mean square. It decides what unclipped integers lose: their SQNR is
    /// 52.9 dB - 20 log10(crest) with 8 bits. 0 where sums are not known or all values are zero.
    [[nodiscard]] double crest() const;
};

/// A layer's weight by the channels of its input, which stand along the reduction axis.
struct InputChannels {
    std::size_t layer = 0;
    ChannelSizes weight{};
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
    ChannelSizes activation, weight;  ///< afterwards
};
/// Precondition: as many channels on both sides.
Smoothing smoothed(const ChannelSizes& activation, const ChannelSizes& weight, double alpha);

}  // namespace roundoff::analysis
