#include "core/analysis/measure.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/analysis/evaluate.h"
#include "core/analysis/rank.h"
#include "core/analysis/simulation.h"
#include "core/base/cpu.h"
#include "core/base/text.h"
#include "core/runtime/memory_limit.h"

namespace roundoff::analysis {
namespace {

using runtime::NamedTensor;
using Floats = std::vector<float>;

constexpr std::size_t kMostSamples = 1'000'000;

std::span<const float> floatsIn(const tensor::TensorView& value) {
    return {reinterpret_cast<const float*>(value.bytes.data()), value.bytes.size() / sizeof(float)};
}

/// Everything that one report's measurement needs.
struct Work {
    const model::Model& model;
    Report& report;
    const calibration::Dataset& data;
    const MeasureOptions& options;
    Weights weights;
    std::vector<std::string> outputValues;  ///< by layer
    std::uint64_t room = 0;                 ///< for outputs that are kept
};

struct Groups {
    std::vector<std::vector<std::size_t>> layers;
    std::uint64_t peak = 0;  ///< bytes that the process will hold, about
};

/// Groups of layers whose outputs of one sample fit into memory together, found by running the first sample once.
Result<Groups> groupsOf(Work& work, Job& job) {
    const std::uint64_t before = residentMemory();
    std::vector<std::size_t> layers;
    calibration::TrialPlan plan;
    for (std::size_t i = 0; i < work.weights.size(); ++i) {
        if (!work.weights[i] || work.outputValues[i].empty()) continue;
        layers.push_back(i);
        plan.taps.push_back(work.outputValues[i]);
    }
    auto trial = calibration::Trial::open(work.model, plan, job);
    if (!trial) return propagate(trial);
    std::vector<std::uint64_t> bytes(layers.size(), 0);
    trial->handlers().tap = [&](std::size_t tap, const tensor::TensorView& value) { bytes[tap] = value.bytes.size(); };
    const auto sample = work.data.sample(0);
    if (!sample) return propagate(sample);
    runtime::takeWorkingMemory();
    if (const auto outputs = trial->run(*sample, job); !outputs) return tl::unexpected(work.data.unfit(0, outputs.error()));
    // Two models will run, one of them with twins: about three times what this one took, but for the float weights.
    std::uint64_t one = residentMemory() - std::min(before, residentMemory()), floats = 0;
    for (const model::Layer& layer : work.model.layers()) floats += work.model.tensors()[layer.weight].bytes;
    floats = std::min(floats, one);
    one -= floats;
    const std::uint64_t base = before + floats + 3 * one + 2 * runtime::takeWorkingMemory(), largest = bytes.empty() ? 0 : *std::ranges::max_element(bytes);
    const std::uint64_t limit = work.options.memoryLimit > 0 ? work.options.memoryLimit : physicalMemory() / 2;
    if (work.options.memoryLimit > 0 && base + largest > limit)
        return runtime::overLimit("running the model beside its quantized form", base + largest, limit);
    work.room = limit - std::min(limit, base);
    Groups groups;
    std::uint64_t held = 0, most = 0;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (groups.layers.empty() || held + bytes[i] > work.room) {
            groups.layers.emplace_back();
            held = 0;
        }
        groups.layers.back().push_back(layers[i]);
        most = std::max(most, held += bytes[i]);
    }
    if (layers.empty() && std::ranges::any_of(work.weights, [](const auto& weight) { return weight != nullptr; }))
        groups.layers.emplace_back();  // the outputs alone
    groups.peak = base + most;
    return groups;
}

/// What is summed of one layer.
struct Figures {
    ValueError isolated, accumulated;
    std::size_t reshaped = 0;  ///< samples in which the quantized model gave another shape

    void merge(const Figures& other) {
        isolated.merge(other.isolated);
        accumulated.merge(other.accumulated);
        reshaped += other.reshaped;
    }
    /// @param twinless why there is no isolated figure; empty where there is one
    [[nodiscard]] LayerOutput output(const std::string& twinless, std::size_t samples, std::size_t wanted) const {
        LayerOutput out{{}, {}, twinless, samples, wanted};
        const auto also = [&](const std::string& why) { out.reason += (out.reason.empty() ? "" : "; ") + why; };
        if (isolated.count > 0) out.isolated = isolated;
        if (accumulated.count > 0) out.accumulated = accumulated;
        if (reshaped > 0) also(fmt::format("with all layers quantized its output has another shape, in {} of {} samples", reshaped, samples));
        else if (!out.accumulated || (!out.isolated && twinless.empty())) also("its output holds no finite number");
        if (out.partial()) also(fmt::format("stopped after {} of {} samples", samples, wanted));
        return out;
    }
};

/// One pass over the samples for a group of layers. A stop leaves figures of the samples that were finished.
Result<void> measureGroup(Work& work, const Groups& groups, std::size_t which, OutputError& total, Job& job) {
    const std::vector<std::size_t>& group = groups.layers[which];
    const std::string what = fmt::format("samples through the layers, about {} of memory", bytesText(groups.peak));
    calibration::TrialPlan plan;
    plan.twins = group;
    std::vector<std::string> taps;
    for (const std::size_t layer : group) taps.push_back(work.outputValues[layer]);
    plan.taps = taps;
    auto reference = calibration::Trial::open(work.model, plan, job);
    if (!reference) return propagate(reference);
    auto simulation = Simulation::open(work.model, work.report, &work.weights, work.options.calibration, taps, job);
    if (!simulation) return propagate(simulation);
    const auto quantizers = inputQuantizers(work.model, work.report, work.options.calibration);
    if (!quantizers) return propagate(quantizers);
    for (const std::size_t layer : group)
        if (reference->whyNoTwin(layer).empty()) reference->setTwinWeight(layer, work.weights[layer]);
    std::vector<Floats> kept(group.size());
    std::vector<Figures> sample(work.weights.size()), all(work.weights.size());  // by layer
    Result<void> fits;  // samples may be larger than the first
    reference->handlers().tap = [&](std::size_t tap, const tensor::TensorView& value) {
        if (!fits) return;
        const auto x = floatsIn(value);
        if (x.size() > kept[tap].capacity())
            fits = runtime::reserve(x.size_bytes(), "keeping the outputs of a sample", "Raise the limit, or give smaller samples");
        if (!fits) return;
        kept[tap].assign(x.begin(), x.end());
    };
    reference->handlers().twinInput = [&](std::size_t layer, std::size_t use, const tensor::TensorView& x, std::span<float> y) {
        if (const auto found = (*quantizers)[layer].find(use); found != (*quantizers)[layer].end()) return found->second.apply(x, y);
        std::ranges::copy(x.bytes, std::as_writable_bytes(y).begin());
    };
    reference->handlers().twin = [&](std::size_t layer, const tensor::TensorView& x, const tensor::TensorView& y) {
        sample[layer].isolated.add(floatsIn(x), floatsIn(y));
    };
    simulation->trial().handlers().tap = [&](std::size_t tap, const tensor::TensorView& value) {
        const auto y = floatsIn(value);
        if (y.size() == kept[tap].size())
            sample[group[tap]].accumulated.add(kept[tap], y);
        else
            ++sample[group[tap]].reshaped;
    };
    std::size_t finished = 0;
    const auto runAll = [&]() -> Result<void> {
        for (; finished < work.data.count(); ++finished) {
            job.progress(double(finished), double(work.data.count()), what);
            const auto inputs = work.data.sample(finished);
            if (!inputs) return propagate(inputs);
            for (const std::size_t layer : group) sample[layer] = {};
            const auto expected = reference->run(*inputs, job);
            if (!expected) return tl::unexpected(work.data.unfit(finished, expected.error()));
            if (!fits) return fits;
            const auto got = simulation->run(*inputs, job);
            if (!got) return propagate(got);
            for (const std::size_t layer : group) all[layer].merge(sample[layer]);
            if (which == 0) total.addOutputs(*expected, *got);
        }
        return {};
    };
    auto done = runAll();
    for (const std::size_t layer : group)
        if (finished > 0)
            work.report.layers[layer].output = all[layer].output(reference->whyNoTwin(layer), finished, work.data.count());
    return done;
}

}  // namespace

Result<void> measureOutputs(const model::Model& model, Comparison& comparison, const calibration::DataSource& source,
                            const MeasureOptions& options, Job& job) {
    const auto data = calibration::loadDataset(model, source, kMostSamples, job);
    if (!data) return propagate(data);
    comparison.measured = conditionsOf(*data, data->count()) + (source.isSynthetic() ? "; SYNTHETIC inputs" : "");
    comparison.synthetic = source.isSynthetic();
    const auto values = calibration::layerValues(model);
    const double reports = double(comparison.reports.size());
    for (std::size_t r = 0; r < comparison.reports.size(); ++r) {
        Report& report = comparison.reports[r];
        Job own = job.part(double(r) / reports, 1 / reports);
        auto weights = quantizedWeights(model, report, own);
        if (!weights) return propagate(weights);
        Work work{model, report, *data, options, std::move(*weights), {}};
        for (const auto& value : values) work.outputValues.push_back(value.output);
        for (std::size_t i = 0; i < values.size(); ++i)
            if (work.weights[i] && values[i].output.empty())
                report.layers[i].output = LayerOutput{{}, {}, "its operator stands in a branch of the graph or a function"};
        const auto groups = groupsOf(work, own);
        if (!groups) return propagate(groups);
        OutputError total;
        const double share = options.ranking ? 0.2 : 1;
        const double passes = double(groups->layers.size());
        Result<void> done;
        for (std::size_t g = 0; g < groups->layers.size() && done; ++g) {
            Job part = own.part(share * double(g) / passes, share / passes);
            done = measureGroup(work, *groups, g, total, part);
        }
        if (!done && done.error().code != ErrorCode::Cancelled) return done;
        if (!report.output && total.samples > 0) {
            report.output.emplace();
            report.output->samples = total.samples;
            report.output->wanted = data->count();
            report.output->synthetic = source.isSynthetic();
            report.output->output = total;
            report.output->conditions = conditionsOf(*data, total.samples);
        }
        if (!done) return done;
        if (!options.ranking) continue;
        auto key = calibration::placeOf(options.store, model, *data, source, own);
        if (!key) return propagate(key);
        Job ranking = own.part(share, 1 - share);
        done = rank({model, *data, work.weights, options.calibration, work.room, options.store, *key}, report, ranking);
        if (!done) return done;
    }
    return {};
}

}  // namespace roundoff::analysis
