#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/runtime/session.h"

namespace roundoff::analysis {

/// What comes out of one model against what comes out of another on the same samples: sums over all float outputs.
struct OutputError {
    double signal = 0, noise = 0, quantized = 0, product = 0;
    std::uint64_t count = 0;               ///< elements
    std::uint64_t rows = 0, sameTop = 0;   ///< of the first output, where its last axis is one of classes
    std::string odd;  ///< the first output that is no finite number, or of another shape

    /// One sample's outputs, in the same order.
    void add(const std::vector<runtime::NamedTensor>& reference, const std::vector<runtime::NamedTensor>& outputs);
    [[nodiscard]] double sqnrDb() const;  ///< +inf where equal, NaN without a signal
    [[nodiscard]] double cosine() const;
    [[nodiscard]] double mse() const { return count > 0 ? noise / double(count) : 0; }
};

/// All elements as float32.
std::vector<float> floatsOf(const runtime::NamedTensor& tensor);
/// Rows of scores: [batch, classes] or [batch, position, classes].
bool hasClassAxis(const runtime::NamedTensor& tensor);

}  // namespace roundoff::analysis
