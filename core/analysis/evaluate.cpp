#include "core/analysis/evaluate.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/analysis/simulation.h"
#include "core/analysis/tally.h"
#include "core/base/cpu.h"
#include "core/runtime/memory_limit.h"

namespace roundoff::analysis {
namespace {

constexpr std::size_t kMostSamples = 1'000'000;

Evaluation resultOf(const Tally& tally, const calibration::Dataset& data, const calibration::DataSource& source) {
    ModelError error = tally.result();
    Evaluation result;
    result.samples = error.samples;
    result.wanted = data.count();
    result.synthetic = source.isSynthetic();
    result.conditions = conditionsOf(data, error.samples);
    if (const std::string words = tally.words(); !words.empty()) result.conditions += "; " + words;
    result.output = error;
    result.language = error.language;
    result.accuracy = error.accuracy;
    return result;
}

/// How many quantized models fit into memory together beside the float one, which runs once to see what running takes.
Result<std::size_t> fitting(const model::Model& model, const std::vector<Report>& reports, calibration::Trial& reference,
                            const calibration::Dataset& data, std::uint64_t memoryLimit, Job& job) {
    const auto sample = data.sample(0);
    if (!sample) return propagate(sample);
    runtime::takeWorkingMemory();
    if (const auto outputs = reference.run(*sample, job); !outputs) return propagate(outputs);
    const std::uint64_t limit = memoryLimit > 0 ? memoryLimit : physicalMemory() / 2;
    std::uint64_t constants = 0, quantized = 0;
    for (const model::Tensor& tensor : model.tensors()) constants += tensor.bytes;
    for (const model::Layer& layer : model.layers()) constants -= std::min(constants, model.tensors()[layer.weight].bytes);
    for (const Report& report : reports) quantized = std::max(quantized, quantizedBytes(model, report));
    const std::uint64_t each = constants + quantized + 1, base = residentMemory() + runtime::takeWorkingMemory();
    if (memoryLimit > 0 && base + each > limit)
        return runtime::overLimit("running the model beside a quantized form", base + each, limit);
    return std::clamp<std::size_t>((limit - std::min(limit, base)) / each, 1, std::max<std::size_t>(reports.size(), 1));
}

}  // namespace

std::string conditionsOf(const calibration::Dataset& data, std::uint64_t samples) {
    return fmt::format("{}{}; ONNX Runtime {}, weights and activations carry the quantized values, arithmetic in float",
                       samples < data.count() ? fmt::format("stopped after {} of ", samples) : "", data.words, runtime::version());
}

Result<void> evaluate(const model::Model& model, Comparison& comparison, const calibration::DataSource& source,
                      const calibration::Calibration* calibration, std::uint64_t memoryLimit, Job& job) {
    const auto data = calibration::loadDataset(model, source, kMostSamples, job);
    if (!data) return propagate(data);
    auto reference = calibration::Trial::open(model, {}, job);
    if (!reference) return propagate(reference);

    std::vector<Report>& reports = comparison.reports;
    const auto together = fitting(model, reports, *reference, *data, memoryLimit, job);
    if (!together) return propagate(together);
    for (std::size_t first = 0; first < reports.size(); first += *together) {
        const std::size_t count = std::min(*together, reports.size() - first);
        std::vector<Simulation> simulations;
        for (std::size_t r = 0; r < count; ++r) {
            const auto weights = quantizedWeights(model, reports[first + r], job);
            if (!weights) return propagate(weights);
            auto simulation = Simulation::open(model, reports[first + r], &*weights, calibration, {}, job);
            if (!simulation) return propagate(simulation);
            simulations.push_back(std::move(*simulation));
        }
        std::vector<Tally> tallies(count);
        const auto runAll = [&]() -> Result<void> {
            for (std::size_t i = 0; i < data->count(); ++i) {
                const double done = double(i) / double(data->count());
                job.progress(double(first) + double(count) * done, double(reports.size()), "samples");
                const auto sample = data->sample(i);
                if (!sample) return propagate(sample);
                const auto expected = reference->run(*sample, job);
                if (!expected) return tl::unexpected(data->unfit(i, expected.error()));
                if (i == 0)
                    if (auto fit = checkLabels(*data, *expected, source.path.string()); !fit) return fit;
                // All reports' figures are of the same samples, also where a stop comes between two of them.
                std::vector<Tally> next = tallies;
                for (std::size_t r = 0; r < count; ++r) {
                    const auto outputs = simulations[r].run(*sample, job);
                    if (!outputs) return propagate(outputs);
                    if (auto added = next[r].add(*data, i, *sample, *expected, *outputs, job); !added) return added;
                }
                tallies = std::move(next);
            }
            return {};
        };
        auto done = runAll();
        if (!done && done.error().code != ErrorCode::Cancelled) return done;
        for (std::size_t r = 0; r < count; ++r)
            if (tallies[r].result().samples > 0) reports[first + r].output = resultOf(tallies[r], *data, source);
        if (!done) return done;
    }
    return {};
}

}  // namespace roundoff::analysis
