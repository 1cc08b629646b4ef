#include <array>

#include "core/schemes/families.h"

/// NF4: sixteen levels, quantiles of the normal distribution with an exact zero, times the largest magnitude of a block;
/// nearest level, ties to the lower one. Source: QLoRA, arXiv 2305.14314.
namespace roundoff::schemes {
namespace {

constexpr std::array kNormalFloat4{-1.0F,
                                   -0.6961928009986877F,
                                   -0.5250730514526367F,
                                   -0.39491748809814453F,
                                   -0.28444138169288635F,
                                   -0.18477343022823334F,
                                   -0.09105003625154495F,
                                   0.0F,
                                   0.07958029955625534F,
                                   0.16093020141124725F,
                                   0.24611230194568634F,
                                   0.33791524171829224F,
                                   0.44070982933044434F,
                                   0.5626170039176941F,
                                   0.7229568362236023F,
                                   1.0F};

kernels::Grid normalFloat4(const TensorScheme&) {
    return kernels::nearestLevels({kNormalFloat4.begin(), kNormalFloat4.end()});
}

}  // namespace

Family codebooks() {
    NumberFormat format;
    format.id = "nf4";
    format.title = "4-bit NormalFloat";
    format.summary = "Levels of equal probability under a Gaussian; fine-tuning of large models with low-rank adapters.";
    format.formula = "q = nearest(x / max|x|), xq = level[q] · max|x|";
    format.source = "arXiv 2305.14314";
    format.bits = 4;
    format.defaults.format = format.id;
    format.defaults.granularity = {Granularity::Kind::Group, 0, 64};
    format.granularities = kScalarGranularities;
    format.symmetries = {Symmetry::Symmetric};
    format.ranges = kScalarRanges;
    format.grid = normalFloat4;
    return {"codebook", "Codebooks", "Levels placed where the weights are.", {format}};
}

}  // namespace roundoff::schemes
