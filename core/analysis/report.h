#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/analysis/evaluation.h"
#include "core/analysis/recipe.h"

namespace roundoff::analysis {

enum class Status : std::uint8_t { Pending, Quantized, Kept, Skipped };
std::string_view name(Status status);

/// Error of a quantized weight against the float one, over its finite elements.
struct WeightError : ValueError {
    std::uint64_t broken = 0;   ///< NaN and infinite elements: they stand in no sum
    double stepSquares = 0;   ///< sum over elements of their scale²
    double maxAbsError = 0;
    std::uint64_t clipped = 0;  ///< more than half a step beyond the outermost level
    std::uint64_t zeroed = 0;   ///< x ≠ 0 that became 0

    [[nodiscard]] double rmseOverScale() const;  ///< RMSE / RMS scale: 0.289 = 1/√12 is a healthy uniform quantizer
    [[nodiscard]] bool exact() const { return broken == 0 && ValueError::exact(); }
    [[nodiscard]] double sqnrDb() const;  ///< NaN where nothing but NaN and infinite elements was lost
    void merge(const WeightError& other);
};

/// Equal-width bins over [low, high]; both ends included. Counts finite elements only.
struct Histogram {
    double low = 0;
    double high = 0;
    std::vector<std::uint64_t> counts;
    [[nodiscard]] double binWidth() const { return counts.empty() ? 0 : (high - low) / double(counts.size()); }
};

/// What a weight is before any scheme.
struct WeightStatistics {
    std::uint64_t count = 0, nan = 0, inf = 0, zeros = 0;
    double min = 0, max = 0, mean = 0, rms = 0, std = 0, kurtosis = 0;  ///< of the finite elements; kurtosis 3 = Gaussian
    Histogram histogram;  ///< 2,048 bins over [min, max]
    [[nodiscard]] double absmax() const;
    [[nodiscard]] double crest() const;  ///< absmax / rms
};

/// One layer under one scheme.
struct LayerReport {
    Status status = Status::Pending;
    std::string reason;  ///< why kept or skipped; empty where quantized
    schemes::Scheme scheme;
    std::uint64_t parameters = 0;
    std::uint64_t bytesBefore = 0, bytesAfter = 0;
    std::optional<WeightError> weight;  ///< set where quantized
    std::optional<LayerOutput> output;  ///< set where the model was run
    std::optional<Sensitivity> alone;   ///< set where the layer was tried on its own
};

/// All layers under one recipe. `layers` is parallel to Model::layers().
struct Report {
    Recipe recipe;
    std::vector<LayerReport> layers;
    double seconds = 0;      ///< wall time of all that made it (shared by its recipes)
    bool partial = false;    ///< cancelled before the last layer
    std::optional<Evaluation> output;  ///< of the whole model, where it was run

    struct Total {
        std::uint64_t bytesBefore = 0, bytesAfter = 0, parameters = 0;  ///< of the layers' weights
        double bitsPerWeight = 0;
        double weightSqnrDb = 0;  ///< over all quantized layers' elements together; +inf exact, NaN none
        std::uint64_t quantized = 0, kept = 0, skipped = 0, pending = 0;
    };
    [[nodiscard]] Total total() const;
};

/// Something in the model or a report that a user should know of. `layer` indexes Model::layers(), or -1.
struct Finding {
    enum class Severity : std::uint8_t { Info, Warning, Problem };
    Severity severity = Severity::Info;
    int layer = -1;
    std::string rule;      ///< short id: "nan", "one-scale-many-channels"
    std::string message;   ///< with the evidence, numbers included
    std::optional<schemes::Scheme> suggestion;  ///< what one click would set on the layer
};

/// Several recipes over one model. `statistics` is parallel to Model::layers(); empty entries where not (yet) read.
struct Comparison {
    std::vector<Report> reports;
    std::vector<std::optional<WeightStatistics>> statistics;
    std::vector<Finding> findings;
    std::string calibration;  ///< what the ranges of values come from, where some were observed; empty else
    std::string measured;     ///< what the layers' output errors come from, where they were measured; empty else
    bool synthetic = false;   ///< the data of those two were made up
};

}  // namespace roundoff::analysis
