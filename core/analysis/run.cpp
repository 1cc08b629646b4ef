#include "core/analysis/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "core/analysis/evaluate.h"
#include "core/analysis/measure.h"
#include "core/analysis/simulation.h"
#include "core/calibration/observer.h"

namespace roundoff::analysis {
namespace {

/// The values to watch: those whose ranges are wanted, and the layers' inputs where asked.
std::vector<std::string> watched(const model::Model& model, const Comparison& comparison, bool inputs) {
    std::vector<std::string> values = calibratedValues(model, comparison.reports);
    const auto layers = calibration::layerValues(model);
    for (std::size_t i = 0; inputs && i < layers.size(); ++i)
        if (!layers[i].input.empty() && tensor::isFloat(model.tensors()[model.layers()[i].weight].type))
            values.push_back(layers[i].input);
    return values;
}

}  // namespace

calibration::Detail detailFor(const Recipe& recipe) {
    auto detail = calibration::Detail::Extremes;
    const auto add = [&](const schemes::Scheme& scheme) {
        if (scheme.activation) detail = std::max(detail, calibration::observerOf(scheme.activation->range.rule).detail);
    };
    add(recipe.standard);
    for (const auto& [layer, scheme] : recipe.layers) add(scheme);
    return detail;
}

namespace {

Result<void> runAll(const model::Model& model, Comparison& comparison, const RunOptions& options,
                    calibration::Calibration& calibration, Job& job) {
    double done = 0;
    const auto part = [&](double share) {
        const double from = done;
        done += share;
        return job.part(from, share);
    };
    if (options.calibration) {
        const auto values = watched(model, comparison, options.observeInputs);
        Job calibrating = part(0.2);
        if (!values.empty()) {
            auto detail = options.observeInputs ? calibration::Detail::Channels : calibration::Detail::Extremes;
            for (const Report& report : comparison.reports) detail = std::max(detail, detailFor(report.recipe));
            auto found = calibration::calibrate(model, values, *options.calibration, detail, calibrating,
                                                options.store ? &*options.store : nullptr);
            if (!found) return propagate(found);
            calibration = std::move(*found);
            for (const std::string& warning : calibration.warnings)
                comparison.findings.push_back({Finding::Severity::Warning, -1, "calibration", warning, {}});
            comparison.calibration = calibration.conditions + (calibration.synthetic ? "; SYNTHETIC inputs" : "");
        }
        Job measuring = part(options.evaluation ? 0.4 : 0.8);
        const MeasureOptions how{&calibration, options.memoryLimit, options.ranking, options.store ? &*options.store : nullptr};
        if (auto measured = measureOutputs(model, comparison, *options.calibration, how, measuring); !measured) return measured;
    }
    if (options.evaluation) {
        Job evaluating = part(1 - done);
        return evaluate(model, comparison, *options.evaluation, &calibration, options.memoryLimit, evaluating);
    }
    return {};
}

}  // namespace

Result<void> run(const model::Model& model, Comparison& comparison, const RunOptions& options,
                 calibration::Calibration& calibration, Job& job) {
    const auto start = std::chrono::steady_clock::now();
    auto done = runAll(model, comparison, options, calibration, job);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    for (Report& report : comparison.reports) {
        const auto& scheme = report.recipe.standard.activation;
        if (report.output && !report.output->synthetic && calibration.synthetic && scheme)
            report.output->conditions += "; ranges of activations from SYNTHETIC inputs";
        report.seconds += seconds;
        if (done || done.error().code == ErrorCode::Cancelled || report.output) continue;
        // Figures of a part of the samples would pass for whole ones.
        for (LayerReport& layer : report.layers)
            if (layer.status == Status::Quantized) layer.output = LayerOutput{{}, {}, done.error().what};
    }
    return done;
}

}  // namespace roundoff::analysis
