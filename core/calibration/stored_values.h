#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/calibration/calibration.h"

namespace roundoff::calibration {

/// How far a value has been observed: the first `samples` of the data set, in their order.
struct Progress {
    Observation seen;
    Detail detail = Detail::Extremes;
    std::size_t samples = 0;
};
using ProgressOfValues = std::map<std::string, Progress>;  ///< by the name of the value

/// As sealed bytes (core/base/sealed.h) of CBOR. Every number comes back bit for bit.
std::vector<std::byte> encode(const ProgressOfValues& values);
/// Nothing where a byte was changed or is missing, or a size does not fit.
std::optional<ProgressOfValues> decode(std::span<const std::byte> bytes);

}  // namespace roundoff::calibration
