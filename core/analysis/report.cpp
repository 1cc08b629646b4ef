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
    if (!(signal > 0)) return std::numeric_limits<double>::quiet_NaN();
    if (noise == 0) return std::numeric_limits<double>::infinity();
    return 10 * std::log10(signal / noise);
}

double WeightError::mse() const { return count == 0 ? 0 : noise / double(count); }

double WeightError::cosine() const {
    if (!(signal > 0) || !(quantized > 0)) return std::numeric_limits<double>::quiet_NaN();
    return product / (std::sqrt(signal) * std::sqrt(quantized));
}

double WeightError::rmseOverScale() const {
    return stepSquares > 0 ? std::sqrt(noise / stepSquares) : std::numeric_limits<double>::quiet_NaN();
}

void WeightError::merge(const WeightError& other) {
    signal += other.signal;
    noise += other.noise;
    quantized += other.quantized;
    product += other.product;
    stepSquares += other.stepSquares;
    maxAbsError = std::max(maxAbsError, other.maxAbsError);
    count += other.count;
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
