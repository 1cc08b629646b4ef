#pragma once
#include <QString>
#include <optional>
#include <vector>

#include "ui/shell/state.h"

namespace roundoff::ui {

/// One column of the layer table. A new column is one entry of the list.
struct LayerColumn {
    enum class Look { Text, ElidedLeft, Scheme, Number, Heat, DataBar };
    const char* id;     ///< stable: settings and the filter's figures use it
    const char* title;  ///< translated with QCoreApplication::translate("LayerColumn", …)
    const char* help;   ///< tool tip of the header, likewise
    Look look;
    int width;  ///< to begin with
    bool shown; ///< to begin with
    QString (*text)(const State& state, int layer);  ///< empty = not known yet
    std::optional<double> (*value)(const State& state,
                                   int layer);  ///< what sorting and filtering use; null = text only
    double (*heat)(double value);  ///< 0 = fine, 1 = bad; Look::Heat only
    bool ofOutput = false;         ///< comes of running the model: shown once that was done
};

const std::vector<LayerColumn>& layerColumns();
int layerColumn(const char* id);

/// Heat of a weight SQNR: one scale wherever it is shown.
double sqnrHeat(double db);

/// Why an output column is empty: "pending", "not measured…", "stale…".
QString outputReason(const State& state, int layer);
/// "; stopped after 3 of 8 samples" where the figures of a layer's output are of a part of the samples.
QString partMark(const analysis::LayerReport* report);

/// A figure of the filter language: the columns' values, and "bits" per weight of the layer as quantized.
std::optional<double> layerFigure(const State& state, int layer, const QString& id);

}  // namespace roundoff::ui
