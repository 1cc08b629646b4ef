#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "core/base/job.h"
#include "core/kernels/snap.h"
#include "core/schemes/scale_rule.h"
#include "core/schemes/scheme.h"

namespace roundoff::schemes {

/// How a scheme makes a scale of the range [low, high].
using ScaleOf = std::function<Scale(float low, float high)>;

/// The half-width c of the range [-c, c], in standard deviations, at which a grid rounds N(0, 1) with the smallest mean
/// squared error: 2.47 for symmetric int4, 3.92 for int8, 4.66 for fp8-e4m3. At most 8.
double gaussianClip(const kernels::Grid& grid, const ScaleOf& scaleOf);

/// A range rule made ready for the blocks of one scheme.
struct RangeSearch {
    Range range;
    Symmetry symmetry = Symmetry::Symmetric;
    int bits = 8;             ///< of a code
    double gaussianClip = 0;  ///< Std only
    const kernels::Snapper* snapper = nullptr;
    ScaleOf scaleOf;
};

/// Narrows the range of one block, given as the minimum and maximum of its finite elements; those that are not finite
/// are skipped, and a block without a finite element (low > high) is left alone. No end moves outwards, so that of a
/// symmetric range the larger end still tells the clip, and on which side the largest element was.
///
/// minmax: the range as it is.
///
/// pN: exact order statistics, nearest rank: N % of |x|, or (asymmetric) (100 - N) / 2 % cut off each end.
///
/// mse: the smallest squared error over a search grid: the range times 1, 0.96 … 0.2, 0.17 … 0.01 for as long as that
/// can pay, then in finer steps around the best, then (asymmetric) each end alone. Blocks below 131,072 elements
/// measure each candidate on the data; longer ones on a histogram of 4,096 bins, and the data decides between the
/// winner, its neighbours and minmax. So never worse than minmax; not the exact optimum, but within 0.05 dB of it on
/// Gaussian and Laplace data.
///
/// kl: TensorRT's entropy rule (klShare) over |x| with 2^(bits - 1) levels and 2,048 bins, or fewer so that 16 elements
/// fall into one on average. Minmax where that leaves less than two bins a level: below 4,096 elements at 8 bits, 256
/// at 4 bits, and always at 16 bits, whose levels outnumber the bins. An asymmetric range is cut at ±c too.
///
/// std: k standard deviations, k = gaussianClip: about 0 (symmetric: the root mean square), or about the mean. One rule
/// for every grid: what is best for a Gaussian. Heavy tails lose by it.
///
/// Ends early, with a useless range, once the job is cancelled.
void narrow(const RangeSearch& search, const float* x, std::size_t n, float& low, float& high, const Job& job);

/// The same rules from a histogram alone, of data that is never seen all at once: an even number of equal bins over
/// [-limit, limit]. Percentiles are interpolated within their bin; `std` takes each bin's middle. Averages are not found here.
void narrow(const RangeSearch& search, std::span<const std::uint64_t> counts, double limit, float& low, float& high);

}  // namespace roundoff::schemes
