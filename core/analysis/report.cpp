#include "core/analysis/report.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace roundoff::analysis {

std::string_view name(Status status) {
    switch (status) {
        case Status::Pending: return "pending";
        case Status::Quantized: return "quantized";
        case Status::Kept: return "kept";
        case Status::Skipped: return "skipped";
    }
    return {};
}

double WeightError::sqnrDb() const {
    return broken > 0 && noise == 0 ? std::numeric_limits<double>::quiet_NaN() : ValueError::sqnrDb();
}

double WeightError::rmseOverScale() const {
    return stepSquares > 0 ? std::sqrt(noise / stepSquares) : std::numeric_limits<double>::quiet_NaN();
}

void WeightError::merge(const WeightError& other) {
    ValueError::merge(other);
    stepSquares += other.stepSquares;
    maxAbsError = std::max(maxAbsError, other.maxAbsError);
    broken += other.broken;
    clipped += other.clipped;
    zeroed += other.zeroed;
}

double WeightStatistics::absmax() const { return std::max(std::abs(min), std::abs(max)); }
double WeightStatistics::crest() const { return rms > 0 ? absmax() / rms : std::numeric_limits<double>::quiet_NaN(); }

Report::Total Report::total() const {
    Total total;
    WeightError error;
    for (const LayerReport& layer : layers) {
        total.bytesBefore += layer.bytesBefore;
        total.bytesAfter += layer.bytesAfter;
        total.parameters += layer.parameters;
        switch (layer.status) {
            case Status::Pending: ++total.pending; break;
            case Status::Quantized: ++total.quantized; break;
            case Status::Kept: ++total.kept; break;
            case Status::Skipped: ++total.skipped; break;
        }
        if (layer.weight) error.merge(*layer.weight);
    }
    total.bitsPerWeight = total.parameters == 0 ? 0 : 8 * double(total.bytesAfter) / double(total.parameters);
    total.weightSqnrDb = error.sqnrDb();
    return total;
}

}  // namespace roundoff::analysis
