#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/calibration/dataset.h"
#include "core/kernels/moments.h"
#include "core/schemes/scale_rule.h"
#include "core/schemes/scheme.h"
#include "core/tensor/shape.h"

namespace roundoff::calibration {

/// What was seen of one value of the graph while samples ran through the float model: summaries, never tensors.
struct Observation {
    tensor::Shape shape;       ///< at the first sample
    std::uint64_t samples = 0;
    std::uint64_t broken = 0;  ///< samples in which it held NaN or an infinite number: those numbers count nowhere else
    kernels::Moments moments;  ///< over all samples, sums to the second power
    /// Moving averages of each sample's minimum and maximum: m += 0.01 (m_sample - m), begun with the first.
    double averageLow = 0, averageHigh = 0;
    /// Equal bins over [-limit, limit]; limit is a power of two, grown as the samples ask.
    static constexpr std::size_t kBins = 4096;
    std::vector<std::uint64_t> counts;  ///< kBins of them, or none
    double limit = 0;
    std::uint64_t zeros = 0;  ///< seen before anything else was: not among the counts
    /// Each sample's extremes, of the first kMostBands samples.
    struct Band {
        float low = 0, high = 0;
    };
    std::vector<Band> bands;
    static constexpr std::size_t kMostBands = 512;
    std::vector<float> channelAbsmax;  ///< largest magnitude of each channel, see channelAxis
    std::vector<double> channelSum2;   ///< sum of squares of each
};

/// Observations by the name of the value.
struct Calibration {
    std::map<std::string, Observation> values;
    std::size_t samples = 0;
    bool synthetic = false;
    std::string conditions;  ///< "100 samples of digits.calib; ONNX Runtime 1.29.0", "; reused" where that is so
    std::vector<std::string> warnings;  ///< one sentence each: values that never varied, values that were not finite
};

/// Where channels stand: along axis 1 of four dimensions or more, along the last of fewer.
constexpr std::size_t channelAxis(const tensor::Shape& shape) {
    return shape.size() >= 4 ? 1 : shape.empty() ? 0 : shape.size() - 1;
}

/// What is kept of each value: extremes and sums alone, histograms too, or the channels as well.
enum class Detail { Extremes, Histograms, Channels };
class Store;

/// Runs the float model once a sample and watches the values as they come by; memory does not grow with the samples.
/// Where it is cancelled the error says so; values that are no numbers (integers, booleans) must not be asked for.
/// @param store keeps what is seen of data that come from files, also where it is cancelled. What it has is not observed again,
///   what is begun there goes on with the next sample: the bits are those of one run over all values that were missing, but for
///   sums' last bits where channels were asked for in between (the elements come in another order then).
Result<Calibration> calibrate(const model::Model& model, const std::vector<std::string>& values, const DataSource& source,
                              Detail detail, Job& job, const Store* store = nullptr);

/// The range that the scheme's range rule finds for a value: the observers. Zero is part of it.
struct ActivationRange {
    double low = 0, high = 0;
};
ActivationRange rangeOf(const Observation& observation, const schemes::TensorScheme& scheme);
/// Scale and zero point of a static per-tensor scheme.
schemes::Scale parametersOf(const Observation& observation, const schemes::TensorScheme& scheme);

}  // namespace roundoff::calibration
