#pragma once
#include <span>
#include <vector>

#include "core/analysis/report.h"
#include "core/base/job.h"
#include "core/model/model.h"
#include "core/schemes/block_quantizer.h"
#include "core/schemes/quantized_tensor.h"

namespace roundoff::analysis {

/// Streams one weight for any number of schemes: the engine below compare() and distribution().
/// Two passes over the map: minimum, maximum and moments; then histogram, rounding and error of every scheme while a
/// region is in cache. Regions run in parallel and their sums are merged in order.
struct LayerPass {
    WeightStatistics statistics;
    std::vector<WeightError> errors;                ///< one a scheme
    std::vector<schemes::Parameters> parameters;    ///< one a scheme; empty for local ones
    std::vector<std::vector<float>> codebooks;      ///< one a scheme: learned levels at scale 1, ascending; else empty
};

/// What a caller may want of every region besides: x, then y of the first scheme; called concurrently.
class RegionObserver {
public:
    virtual ~RegionObserver() = default;
    /// @param low,high the histogram's range, known since the first pass
    virtual void observe(std::size_t region, std::uint64_t first, std::span<const float> x, std::span<const float> y,
                         const schemes::Parameters& parameters) = 0;
    /// Called once between the passes.
    virtual void prepare(const WeightStatistics& statistics, std::size_t regions) = 0;
};

/// @param schemes quantizing schemes, all fitting the layer (see tilingOf)
Result<LayerPass> passOver(const tensor::TensorView& weight, const model::Layer& layer,
                           std::span<const schemes::TensorScheme> schemes, RegionObserver* observer, Job& job);

}  // namespace roundoff::analysis
