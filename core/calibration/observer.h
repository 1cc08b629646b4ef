#pragma once
#include "core/calibration/calibration.h"
#include "core/tensor/tensor_view.h"

namespace roundoff::calibration {

/// Adds one sample's value (float32) to what was seen.
void observe(const tensor::TensorView& value, Detail detail, Observation& observation);

/// A way to find a value's range from what was seen. A new one is one line in observer.cpp.
struct Observer {
    schemes::Range::Rule rule;
    std::string_view id;       ///< the word of the scheme: "ema"
    std::string_view title;
    std::string_view summary;  ///< when to take it
    Detail detail;             ///< what must have been kept for it
    /// The range of a value with a finite element, as rangeOf() gives it.
    ActivationRange (*range)(const Observation& seen, const schemes::TensorScheme& scheme);
};
const std::vector<Observer>& observers();
/// The one of a rule; every rule has one.
const Observer& observerOf(schemes::Range::Rule rule);

}  // namespace roundoff::calibration
