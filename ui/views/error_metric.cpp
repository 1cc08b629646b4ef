#include "ui/views/error_metric.h"

#include <QCoreApplication>
#include <cmath>
#include <limits>

#include "ui/charts/axis.h"
#include "ui/shell/numbers.h"

namespace roundoff::ui {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

QString words(const char* text) { return QCoreApplication::translate("Metric", text); }

}  // namespace

const std::vector<Metric>& metrics() {
    using enum Metric;
    static const std::vector<Metric> all{Sqnr,           Mse,               RmseOverScale,  MaxAbs,           Cosine,
                                         OutputIsolated, OutputAccumulated, CosineIsolated, CosineAccumulated};
    return all;
}

QString metricTitle(Metric metric) {
    switch (metric) {
        case Metric::Sqnr: return words(QT_TRANSLATE_NOOP("Metric", "Weight SQNR, dB"));
        case Metric::Mse: return words(QT_TRANSLATE_NOOP("Metric", "Mean squared error of the weights"));
        case Metric::RmseOverScale: return words(QT_TRANSLATE_NOOP("Metric", "RMS error in steps (healthy: 0.289)"));
        case Metric::MaxAbs: return words(QT_TRANSLATE_NOOP("Metric", "Largest error of a weight"));
        case Metric::Cosine: return words(QT_TRANSLATE_NOOP("Metric", "Cosine similarity of the weights"));
        case Metric::OutputIsolated: return words(QT_TRANSLATE_NOOP("Metric", "Output SQNR of each layer alone, dB"));
        case Metric::OutputAccumulated: return words(QT_TRANSLATE_NOOP("Metric", "Output SQNR with all layers quantized, dB"));
        case Metric::CosineIsolated: return words(QT_TRANSLATE_NOOP("Metric", "Cosine of each layer's output alone"));
        case Metric::CosineAccumulated: return words(QT_TRANSLATE_NOOP("Metric", "Cosine of the outputs with all layers quantized"));
    }
    return {};
}

QString metricName(Metric metric) {
    switch (metric) {
        case Metric::Sqnr: return words(QT_TRANSLATE_NOOP("Metric", "SQNR"));
        case Metric::Mse: return words(QT_TRANSLATE_NOOP("Metric", "MSE"));
        case Metric::RmseOverScale: return words(QT_TRANSLATE_NOOP("Metric", "RMSE / scale"));
        case Metric::MaxAbs: return words(QT_TRANSLATE_NOOP("Metric", "Largest error"));
        case Metric::Cosine: return words(QT_TRANSLATE_NOOP("Metric", "Cosine"));
        case Metric::OutputIsolated: return words(QT_TRANSLATE_NOOP("Metric", "Output SQNR, isolated"));
        case Metric::OutputAccumulated: return words(QT_TRANSLATE_NOOP("Metric", "Output SQNR, accumulated"));
        case Metric::CosineIsolated: return words(QT_TRANSLATE_NOOP("Metric", "Output cosine, isolated"));
        case Metric::CosineAccumulated: return words(QT_TRANSLATE_NOOP("Metric", "Output cosine, accumulated"));
    }
    return {};
}

bool ofOutput(Metric metric) { return metric >= Metric::OutputIsolated; }

bool inDecibels(Metric metric) {
    return metric == Metric::Sqnr || metric == Metric::OutputIsolated || metric == Metric::OutputAccumulated;
}

bool isCosine(Metric metric) {
    return metric == Metric::Cosine || metric == Metric::CosineIsolated || metric == Metric::CosineAccumulated;
}

std::optional<Metric> accumulatedOf(Metric metric) {
    if (metric == Metric::OutputIsolated) return Metric::OutputAccumulated;
    if (metric == Metric::CosineIsolated) return Metric::CosineAccumulated;
    return std::nullopt;
}

QString pairName(Metric isolated) {
    if (isolated == Metric::OutputIsolated) return words(QT_TRANSLATE_NOOP("Metric", "Output SQNR"));
    if (isolated == Metric::CosineIsolated) return words(QT_TRANSLATE_NOOP("Metric", "Output cosine"));
    return metricName(isolated);
}

bool higherIsBetter(Metric metric) { return inDecibels(metric) || isCosine(metric); }

double metricValue(Metric metric, const analysis::WeightError& error) {
    if (error.count == 0) return kNone;
    switch (metric) {
        case Metric::Sqnr: return error.sqnrDb();
        case Metric::Mse: return error.mse();
        case Metric::RmseOverScale: return error.rmseOverScale();
        case Metric::MaxAbs: return error.maxAbsError;
        case Metric::Cosine: return error.cosine();
        default: return kNone;
    }
}

double metricValue(Metric metric, const analysis::ValueError& error) {
    if (error.count == 0 || !ofOutput(metric)) return kNone;
    return inDecibels(metric) ? error.sqnrDb() : error.cosine();
}

double metricValue(Metric metric, const analysis::LayerReport* report) {
    if (ofOutput(metric)) {
        if (!report || !report->output) return kNone;
        const bool own = metric == Metric::OutputIsolated || metric == Metric::CosineIsolated;
        const auto& error = own ? report->output->isolated : report->output->accumulated;
        return error ? metricValue(metric, *error) : kNone;
    }
    return report && report->weight ? metricValue(metric, *report->weight) : kNone;
}

QString metricText(Metric metric, double value) {
    if (inDecibels(metric)) return dbText(value);
    switch (metric) {
        case Metric::RmseOverScale: return std::isfinite(value) ? QString::number(value, 'f', 3) : numberText(value);
        case Metric::Cosine:
        case Metric::CosineIsolated:
        case Metric::CosineAccumulated: {
            if (!std::isfinite(value)) return numberText(value);
            // Four nines look like one at any fixed width; more digits where they say something.
            const int decimals = 1 - value < 1e-4 && value < 1 ? 7 : 5;
            return QString::number(value, 'f', decimals);
        }
        default: return numberText(value);
    }
}

QString metricDelta(Metric metric, double difference) {
    if (!std::isfinite(difference)) return numberText(difference);
    if (difference == 0) return QStringLiteral("0");
    const double size = std::abs(difference);
    const QString text = inDecibels(metric)                ? QString::number(size, 'f', 1)
                         : metric == Metric::RmseOverScale ? QString::number(size, 'f', 3)
                                                           : numberText(size);
    return (difference < 0 ? QStringLiteral("−") : QStringLiteral("+")) + text;
}

double badness(Metric metric, double value) { return higherIsBetter(metric) ? -value : value; }

analysis::WeightError totalError(const analysis::Report& report) {
    analysis::WeightError total;
    for (const auto& layer : report.layers) {
        if (layer.weight) total.merge(*layer.weight);
    }
    return total;
}

QString absence(const analysis::LayerReport* report, Metric metric) {
    if (!report) return words(QT_TRANSLATE_NOOP("Metric", "pending"));
    const QString reason = QString::fromStdString(report->reason);
    if (report->status == analysis::Status::Pending) return words(QT_TRANSLATE_NOOP("Metric", "pending"));
    if (ofOutput(metric)) {
        if (!std::isnan(metricValue(metric, report))) return {};
        if (report->output && !report->output->reason.empty()) return QString::fromStdString(report->output->reason);
        if (!report->output) return words(QT_TRANSLATE_NOOP("Metric", "not measured: choose data, then Measure"));
    }
    if (report->status == analysis::Status::Kept) return words(QT_TRANSLATE_NOOP("Metric", "kept as float: %1")).arg(reason);
    if (report->status == analysis::Status::Skipped) return words(QT_TRANSLATE_NOOP("Metric", "skipped: %1")).arg(reason);
    return {};
}

}  // namespace roundoff::ui
