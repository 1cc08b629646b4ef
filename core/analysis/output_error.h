#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/runtime/session.h"

namespace roundoff::analysis {

/// Error of values y against x: sums in double over the elements where both are finite.
struct ValueError {
    double signal = 0;     ///< sum x²
    double noise = 0;      ///< sum (x - y)²
    double quantized = 0;  ///< sum y²
    double product = 0;    ///< sum x·y
    std::uint64_t count = 0;

    void add(std::span<const float> x, std::span<const float> y);
    void merge(const ValueError& other);
    [[nodiscard]] bool exact() const { return noise == 0 && count > 0; }
    [[nodiscard]] double sqnrDb() const;  ///< +inf where exact, NaN without a signal
    [[nodiscard]] double cosine() const;  ///< NaN where either is all zero
    [[nodiscard]] double mse() const;     ///< NaN of no element
    [[nodiscard]] double orderDb() const;  ///< a key to sort by: sqnrDb(), +inf in place of NaN
};

/// What comes out of one model against what comes out of another on the same samples, over all float outputs.
struct OutputError : ValueError {
    std::uint64_t rows = 0, sameTop = 0;   ///< of the first output, where it may be scores of classes
    std::uint64_t samples = 0, oddSamples = 0;
    std::string odd;   ///< the first output that holds no finite number, or is of another shape: left out of the sums
    std::string lost;  ///< the first output that is finite where the float model's is not: likewise

    [[nodiscard]] const std::string& leftOut() const { return odd.empty() ? lost : odd; }
    /// Why there are no figures though nothing was left out; empty else.
    [[nodiscard]] std::string whyNone() const { return count > 0 || !leftOut().empty() ? "" : "no output holds floats"; }

    /// One sample's outputs, in the same order.
    void addOutputs(const std::vector<runtime::NamedTensor>& reference, const std::vector<runtime::NamedTensor>& outputs);
};

/// One layer's output under a scheme against the float model's, on the same samples.
struct LayerOutput {
    std::optional<ValueError> isolated;     ///< only this layer is quantized: on the float model's inputs
    std::optional<ValueError> accumulated;  ///< every layer is, so its inputs carry the errors of those before it
    std::string reason;                     ///< why a figure is missing or of a part of the samples; else empty
    std::uint64_t samples = 0, wanted = 0;  ///< that the figures are of, and that the data hold: fewer where it was stopped

    [[nodiscard]] bool partial() const { return samples < wanted; }
};

/// All elements as float32.
std::vector<float> floatsOf(const runtime::NamedTensor& tensor);
/// How long the rows of scores are in [batch, classes], [batch, position, classes] or [batch, classes, 1, 1]; 0 where it is none
/// of these.
std::size_t classesOf(const runtime::NamedTensor& tensor);

}  // namespace roundoff::analysis
