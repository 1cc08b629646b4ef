#include "app/worker/measure.h"

#include <algorithm>
#include <utility>

#include "core/analysis/run.h"

namespace roundoff::worker {
namespace {

/// The wanted reports alone: statistics and findings stay with the window.
analysis::Comparison wanted(const ui::MeasureCommand& command) {
    analysis::Comparison result;
    for (std::size_t column = 0; column < command.comparison->reports.size(); ++column)
        if (command.columns.empty() || std::find(command.columns.begin(), command.columns.end(), column) != command.columns.end())
            result.reports.push_back(command.comparison->reports[column]);
    return result;
}

bool anything(const ui::Measurement& measurement) {
    return measurement.calibration || std::ranges::any_of(measurement.comparison.reports, [](const auto& report) {
               return report.output || std::ranges::any_of(report.layers, [](const auto& layer) {
                          return (layer.output && (layer.output->isolated || layer.output->accumulated)) || layer.alone;
                      });
           });
}

}  // namespace

Result<ui::Measurement> measure(const ui::MeasureCommand& command, const std::optional<calibration::Store>& store, Job& job) {
    ui::Measurement result;
    result.comparison = wanted(command);
    analysis::RunOptions options;
    options.calibration = command.data;
    options.observeInputs = true;
    options.store = store;
    options.ranking = command.ranking;
    // A ranking compares with all layers quantized on its own samples: the whole model's output is measured on those.
    std::vector<std::optional<analysis::Evaluation>> before;
    if (command.ranking)
        for (auto& report : result.comparison.reports) before.push_back(std::exchange(report.output, std::nullopt));
    else
        options.evaluation = command.evaluation.value_or(command.data);
    auto seen = std::make_shared<calibration::Calibration>();
    const auto done = analysis::run(command.model, result.comparison, options, *seen, job);
    if (!seen->values.empty()) result.calibration = std::move(seen);
    for (std::size_t i = 0; i < before.size(); ++i) {
        auto& report = result.comparison.reports[i];
        result.allQuantized.push_back(report.output ? std::optional<analysis::ValueError>(report.output->output) : std::nullopt);
        if (before[i] || command.evaluation) report.output = std::move(before[i]);
    }
    if (!done) {
        if (done.error().code != ErrorCode::Cancelled || !anything(result)) return propagate(done);
        result.partial = true;
    }
    return result;
}

}  // namespace roundoff::worker
