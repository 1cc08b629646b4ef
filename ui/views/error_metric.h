#pragma once
#include <QString>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/analysis/report.h"

namespace roundoff::ui {

/// How a layer's error is told: of its weight, then of its output, on its own and with every layer quantized.
enum class Metric : std::uint8_t {
    Sqnr, Mse, RmseOverScale, MaxAbs, Cosine, OutputIsolated, OutputAccumulated, CosineIsolated, CosineAccumulated,
};

const std::vector<Metric>& metrics();
bool ofOutput(Metric metric);
bool inDecibels(Metric metric);
bool isCosine(Metric metric);
/// The accumulated figure that stands beside an isolated one; none for others.
std::optional<Metric> accumulatedOf(Metric metric);
/// "Output SQNR" where both of a pair are shown.
QString pairName(Metric isolated);
QString metricTitle(Metric metric);  ///< "Weight SQNR, dB", translated
QString metricName(Metric metric);   ///< "SQNR", for a combo box
bool higherIsBetter(Metric metric);
/// NaN where there is no figure; +inf for an exact SQNR.
double metricValue(Metric metric, const analysis::WeightError& error);
double metricValue(Metric metric, const analysis::LayerReport* report);
double metricValue(Metric metric, const analysis::ValueError& error);
QString metricText(Metric metric, double value);
/// A difference of two figures, with its sign.
QString metricDelta(Metric metric, double difference);
/// How bad a figure is, for sorting: bigger is worse; NaN stays NaN.
double badness(Metric metric, double value);

/// Of all quantized weights together (each element counts once).
analysis::WeightError totalError(const analysis::Report& report);

/// Why a layer has no figure: "pending", "kept: …", "skipped: …", "not measured"; empty where it has one to give.
QString absence(const analysis::LayerReport* report, Metric metric = Metric::Sqnr);

}  // namespace roundoff::ui
