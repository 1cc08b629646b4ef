#pragma once
#include <functional>
#include <span>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/kernels/moments.h"
#include "core/schemes/block_quantizer.h"
#include "core/tensor/tensor_view.h"

namespace roundoff::schemes {

/// What must be known of a whole weight before any of its elements can be rounded.
struct Preparation {
    kernels::Moments moments;
    std::vector<Parameters> parameters;  ///< one a quantizer; empty where its tiling is local
    [[nodiscard]] double absmax() const;  ///< largest finite magnitude
};

/// Elements [first, end) as float32: the view's own bytes where they are aligned float32, else converted into `buffer`.
std::span<const float> floats(const tensor::TensorView& weight, std::uint64_t first, std::uint64_t end,
                              std::vector<float>& buffer);

/// For each quantizer the first one with the same tiling, whose ranges are its ranges too.
std::vector<std::size_t> sharedTilings(std::span<const BlockQuantizer> quantizers);

/// Scales of the blocks that x, elements of a weight from `first` on, is made of, for a local tiling; none for blocks encoded
/// as a whole. @param ranges of these blocks: filled in where empty, so that one can serve several quantizers
Parameters localParameters(const BlockQuantizer& quantizer, std::span<const float> x, std::uint64_t first, double absmax,
                           BlockQuantizer::Ranges& ranges, const Job& job);

/// Streams the weight: once for moments and for the ranges of scales that span regions, once more where a codebook is
/// learned. Regions run in parallel, their sums merge in order.
/// @param boundaries of regions, see regionBoundaries()
Result<Preparation> prepare(const tensor::TensorView& weight, std::span<BlockQuantizer> quantizers,
                            std::span<const std::uint64_t> boundaries, Job& job);

/// Runs body(stripe, first region, end region) in parallel for at most kStripes stripes of consecutive regions, so that what
/// a stripe keeps does not cost memory a region. Lets no unrelated task in.
constexpr std::size_t kStripes = 64;
void forEachStripe(std::size_t regions, const std::function<void(std::size_t, std::size_t, std::size_t)>& body);

}  // namespace roundoff::schemes
