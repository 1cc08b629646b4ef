#pragma once
#include <functional>
#include <vector>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/speed/timing.h"

namespace roundoff::speed {

/// Runs something once and tells its milliseconds.
using Run = std::function<Result<double>()>;

struct RaceLimits {
    std::size_t warmups = 2;      ///< of each, untimed
    std::size_t leastRuns = 8;    ///< of each in a round: two rounds make the 16 of a figure
    double leastMs = 50;          ///< of each, added up
    double mostMs = 2000;         ///< of both together; then three of each are enough
};

/// Times of one round; the two were run in turns.
struct Round {
    std::vector<double> floats, quantized;
    double othersSeconds = 0, totalSeconds = 0;  ///< of all processors' time; nothing where the system does not tell
};
Result<Round> race(const Run& floats, const Run& quantized, const RaceLimits& limits, Job& job);

/// The figure that rounds make, which lie apart in time. Noisy where a side's runs spread over more than a fifth of their
/// median, where the medians of two stretches of them differ by more than a tenth, where other programs took more than a tenth
/// of the machine meanwhile, or where a run is so short that what it finds in the caches decides.
Duel judge(std::span<const Round> rounds);

}  // namespace roundoff::speed
