#include "core/analysis/evaluate.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/analysis/simulation.h"
#include "core/analysis/tally.h"
#include "core/base/cpu.h"

namespace roundoff::analysis {
namespace {

constexpr std::size_t kMostSamples = 1'000'000;

Evaluation resultOf(const Tally& tally, const calibration::Dataset& data, const calibration::DataSource& source) {
    ModelError error = tally.result();
    Evaluation result;
    result.samples = data.count();
    result.synthetic = source.isSynthetic();
    result.conditions = conditionsOf(data);
    result.output = error;
    result.language = error.language;
    result.accuracy = error.accuracy;
    return result;
}

}  // namespace

std::string conditionsOf(const calibration::Dataset& data) {
    return fmt::format("{}; ONNX Runtime {}, weights and activations carry the quantized values, arithmetic in float", data.words,
                       runtime::version());
}

Result<void> evaluate(const model::Model& model, Comparison& comparison, const calibration::DataSource& source,
                      const calibration::Calibration* calibration, std::uint64_t memoryLimit, Job& job) {
    const auto data = calibration::loadDataset(model, source, kMostSamples, job);
    if (!data) return propagate(data);
    auto reference = calibration::Trial::open(model, {}, job);
    if (!reference) return propagate(reference);

    std::vector<Report>& reports = comparison.reports;
    const std::uint64_t limit = memoryLimit > 0 ? memoryLimit : physicalMemory() / 2;
    std::uint64_t bytes = 1;
    for (const model::Tensor& tensor : model.tensors()) bytes += tensor.bytes;
    const auto together = std::size_t(std::clamp<std::uint64_t>(limit / bytes, 1, std::max<std::size_t>(reports.size(), 1)));
    for (std::size_t first = 0; first < reports.size(); first += together) {
        const std::size_t count = std::min(together, reports.size() - first);
        std::vector<Simulation> simulations;
        for (std::size_t r = 0; r < count; ++r) {
            const auto weights = quantizedWeights(model, reports[first + r], job);
            if (!weights) return propagate(weights);
            auto simulation = Simulation::open(model, reports[first + r], &*weights, calibration, {}, job);
            if (!simulation) return propagate(simulation);
            simulations.push_back(std::move(*simulation));
        }
        std::vector<Tally> tallies(count);
        for (std::size_t i = 0; i < data->count(); ++i) {
            const double done = double(i) / double(data->count());
            job.progress(double(first) + double(count) * done, double(reports.size()), "samples");
            const auto sample = data->sample(i);
            if (!sample) return propagate(sample);
            const auto expected = reference->run(*sample, job);
            if (!expected) return tl::unexpected(data->unfit(i, expected.error()));
            if (i == 0)
                if (auto fit = checkLabels(*data, *expected, source.path.string()); !fit) return fit;
            for (std::size_t r = 0; r < count; ++r) {
                const auto outputs = simulations[r].run(*sample, job);
                if (!outputs) return propagate(outputs);
                if (auto added = tallies[r].add(*data, i, *sample, *expected, *outputs, job); !added) return added;
            }
        }
        for (std::size_t r = 0; r < count; ++r) reports[first + r].output = resultOf(tallies[r], *data, source);
    }
    return {};
}

}  // namespace roundoff::analysis
