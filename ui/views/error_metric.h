#pragma once
#include <QString>
#include <cstdint>
#include <vector>

#include "core/analysis/report.h"

namespace roundoff::ui {

/// How a layer's error is told.
enum class Metric : std::uint8_t { Sqnr, Mse, RmseOverScale, MaxAbs, Cosine };

const std::vector<Metric>& metrics();
QString metricTitle(Metric metric);  ///< "Weight SQNR, dB", translated
QString metricName(Metric metric);   ///< "SQNR", for a combo box
bool higherIsBetter(Metric metric);
/// NaN where there is no figure; +inf for an exact SQNR.
double metricValue(Metric metric, const analysis::WeightError& error);
double metricValue(Metric metric, const analysis::LayerReport* report);
QString metricText(Metric metric, double value);
/// A difference of two figures, with its sign.
QString metricDelta(Metric metric, double difference);
/// How bad a figure is, for sorting: bigger is worse; NaN stays NaN.
double badness(Metric metric, double value);

/// Of all quantized weights together (each element counts once).
analysis::WeightError totalError(const analysis::Report& report);

/// Why a layer has no figure: "pending", "kept: …", "skipped: …"; empty where it is quantized.
QString absence(const analysis::LayerReport* report);

}  // namespace roundoff::ui
