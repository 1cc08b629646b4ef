#include <fmt/format.h>

#include <array>

#include "core/schemes/families.h"
#include "core/schemes/lloyd_max.h"

/// NF4: sixteen levels, quantiles of the normal distribution with an exact zero, times the largest magnitude of a block;
/// nearest level, ties to the lower one. Source: QLoRA, arXiv 2305.14314.
///
/// k-means: 2^n levels, learned for each weight: of x / s, with one scale a block and one codebook for all of them, those with
/// the least mean square error (the Lloyd–Max quantizer), exact over 4,095 equal bins of x / s. No level need be 0.
/// Sources: Lloyd 1982; Deep Compression, arXiv 1510.00149.
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

/// Before the weight is known: evenly spaced.
kernels::Grid unlearned(const TensorScheme& scheme) {
    const int count = 1 << findNumberFormat(scheme.format)->bits;
    std::vector<float> even;
    for (int i = 0; i < count; ++i) even.push_back(float(2 * i + 1 - count) / float(count - 1));
    return kernels::nearestLevels(even);
}

kernels::Grid kMeans(const TensorScheme& scheme, std::span<const std::uint64_t> counts) {
    std::vector<double> positions;
    const double half = double(counts.size() / 2);
    for (std::size_t i = 0; i < counts.size(); ++i) positions.push_back((double(i) - half) / half);
    const auto levels = lloydMaxLevels(counts, positions, std::size_t(1) << findNumberFormat(scheme.format)->bits);
    auto grid = kernels::nearestLevels({levels.begin(), levels.end()});
    grid.full = 1;
    return grid;
}

}  // namespace

Family codebooks() {
    std::vector<NumberFormat> list;
    NumberFormat nf4 = scalarFormat("nf4", 4);
    nf4.title = "4-bit NormalFloat";
    nf4.summary = "Levels of equal probability under a Gaussian; fine-tuning of large models with low-rank adapters.";
    nf4.formula = "q = nearest(x / max|x|), xq = level[q] · max|x|";
    nf4.source = "arXiv 2305.14314";
    nf4.defaults.granularity = {Granularity::Kind::Group, 0, 64};
    nf4.grid = normalFloat4;
    list.push_back(nf4);
    for (int bits = 2; bits <= 8; ++bits) {
        NumberFormat format = scalarFormat(fmt::format("kmeans{}", bits), bits);
        format.title = fmt::format("{}-bit learned codebook", bits);
        format.summary = "The best levels for each weight's own distribution: what no fixed grid of these bits can beat.";
        format.formula = "xq = s · level[q], the levels with the least square error";
        format.source = "Lloyd 1982; arXiv 1510.00149";
        format.grid = unlearned;
        format.learn = kMeans;
        format.ranges = {Range::Rule::MinMax, Range::Rule::Percentile};  // the levels find the tails themselves
        format.exactZero = false;
        list.push_back(format);
    }
    return {"codebook", "Codebooks", "Levels placed where the weights are.", list};
}

}  // namespace roundoff::schemes
