#pragma once
#include <QString>
#include <limits>
#include <optional>
#include <vector>

#include "core/analysis/recipe.h"

namespace roundoff::ui {

/// A measured time: a median never comes without its spread and count.
struct SpeedFigure {
    double medianMs = 0, iqrMs = 0;
    std::size_t runs = 0;
    QString noise;  ///< why it is not to be relied upon, though it was repeated; empty where it is
};

/// Float against quantized, of a layer or of the whole model.
struct SpeedRow {
    int layer = -1;  ///< -1 = end to end
    std::optional<SpeedFigure> floating, quantized;
    QString bound;   ///< "memory", "compute"; empty = not known
    QString reason;  ///< why it is not faster, or why it was not timed
    double operations = 0;                    ///< of one run, for the roofline; 0 = not known
    double floatBytes = 0, quantizedBytes = 0;  ///< moved at least in one run
    /// Above 1 is faster; NaN where either is missing.
    [[nodiscard]] double speedup() const {
        return floating && quantized && quantized->medianMs > 0 ? floating->medianMs / quantized->medianMs
                                                                : std::numeric_limits<double>::quiet_NaN();
    }
};

/// What a device is expected to do: computed from its data sheet, never measured.
struct SpeedProjection {
    QString device, source;
    struct Row {
        int layer = -1;
        double floatMs = 0, quantizedMs = 0;
        QString bound;
    };
    std::vector<Row> rows;  ///< layers alone; their sum is the projection of the whole
};

/// What this machine can do at most, by a micro-benchmark.
struct Ceilings {
    double bytesPerSecond = 0, floatOperations = 0, integerOperations = 0;  ///< a second; 0 = not known
};

/// The times of one recipe.
struct SpeedResult {
    analysis::Recipe recipe;
    std::vector<SpeedRow> rows;       ///< layers that were timed, or say why not
    std::optional<SpeedRow> whole;    ///< end to end
    std::vector<SpeedProjection> projections;
    Ceilings ceilings;
    QString conditions;  ///< "2 threads, AVX-512 VNNI, ONNX Runtime 1.29.0"
    bool partial = false;
};

}  // namespace roundoff::ui
