#pragma once
#include <optional>
#include <vector>

#include "core/analysis/distribution.h"

namespace roundoff::ui {

/// A clip range tried by hand, in the weights' own unit.
struct ClipRange {
    double low = 0, high = 0;
    bool operator==(const ClipRange&) const = default;
};

/// Bits of an evenly spaced integer format of 2…16 bits; empty for floats, codebooks, laws and blocks with scales within, whose levels a clip does
/// not respace evenly.
std::optional<int> integerBits(const schemes::TensorScheme& scheme);

/// The grid of such a format over a clip range: (q - zero) * step, ascending, as estimateClip means it.
std::vector<double> clipLevels(int bits, schemes::Symmetry symmetry, const ClipRange& range);

/// The whole range, mirrored where symmetric.
ClipRange wholeRange(const analysis::Histogram& histogram, schemes::Symmetry symmetry);
/// Keeps `share` (0…1) of the values.
ClipRange percentileRange(const analysis::Histogram& histogram, schemes::Symmetry symmetry, double share);
/// The range with the least estimated error.
ClipRange leastErrorRange(const analysis::Histogram& histogram, int bits, schemes::Symmetry symmetry);

struct ClipPoint {
    double share = 0;  ///< of the whole range
    double mse = 0;    ///< rounding and clipping together
};
/// The error for clips from 2 % of the whole range to all of it.
std::vector<ClipPoint> clipCurve(const analysis::Histogram& histogram, int bits, schemes::Symmetry symmetry);
ClipRange scaledRange(const ClipRange& whole, double share);

/// Share (0…1) of the values within a range, by bin centres.
double shareWithin(const analysis::Histogram& histogram, const ClipRange& range);

}  // namespace roundoff::ui
