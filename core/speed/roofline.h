#pragma once
#include "core/base/job.h"
#include "core/base/result.h"
#include "core/speed/timing.h"

namespace roundoff::speed {

/// Measures this machine with the job's threads, in about a second: the best of several runs, as it is a limit.
Result<Machine> measureMachine(Job& job);

/// Time of an operator that needs both: the longer of arithmetic and memory, milliseconds.
struct Roof {
    double computeMs = 0, memoryMs = 0;
    [[nodiscard]] double ms() const { return computeMs > memoryMs ? computeMs : memoryMs; }
    [[nodiscard]] const char* bound() const { return computeMs > memoryMs ? "compute" : "memory"; }
};
/// @param gigaOps a second, a multiplication with its addition counting two  @param gigabytes a second
Roof roofOf(const Work& work, double weightBits, double activationBytes, double gigaOps, double gigabytes);

}  // namespace roundoff::speed
