#include "core/analysis/measure.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/analysis/evaluate.h"
#include "core/analysis/simulation.h"
#include "core/analysis/stored_ranking.h"
#include "core/analysis/tally.h"
#include "core/base/cpu.h"
#include "core/base/text.h"
#include "core/runtime/memory_limit.h"

namespace roundoff::analysis {
namespace {

using runtime::NamedTensor;
using Outputs = std::vector<NamedTensor>;
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
    std::string key = {};                   ///< of model and data in the store; empty where nothing is kept
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
    if (const auto outputs = trial->run(*sample, job); !outputs) return tl::unexpected(work.data.unfit(0, outputs.error()));
    // Two models will run, one of them with twins: about three times what this one took.
    const std::uint64_t one = residentMemory() - std::min(before, residentMemory());
    const std::uint64_t base = before + 3 * one, largest = bytes.empty() ? 0 : *std::ranges::max_element(bytes);
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

/// One pass over the samples for a group of layers.
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
    std::vector<LayerOutput*> outputs(work.weights.size(), nullptr);
    for (const std::size_t layer : group) {
        LayerOutput& output = work.report.layers[layer].output.emplace();
        outputs[layer] = &output;
        output.accumulated.emplace();
        if (output.reason = reference->whyNoTwin(layer); !output.reason.empty()) continue;
        output.isolated.emplace();
        reference->setTwinWeight(layer, work.weights[layer]);
    }
    std::vector<Floats> kept(group.size());
    reference->handlers().tap = [&](std::size_t tap, const tensor::TensorView& value) {
        const auto x = floatsIn(value);
        kept[tap].assign(x.begin(), x.end());
    };
    reference->handlers().twinInput = [&](std::size_t layer, std::size_t use, const tensor::TensorView& x, std::span<float> y) {
        if (const auto found = (*quantizers)[layer].find(use); found != (*quantizers)[layer].end()) return found->second.apply(x, y);
        std::ranges::copy(x.bytes, std::as_writable_bytes(y).begin());
    };
    reference->handlers().twin = [&](std::size_t layer, const tensor::TensorView& x, const tensor::TensorView& y) {
        outputs[layer]->isolated->add(floatsIn(x), floatsIn(y));
    };
    simulation->trial().handlers().tap = [&](std::size_t tap, const tensor::TensorView& value) {
        const auto y = floatsIn(value);
        if (y.size() == kept[tap].size()) outputs[group[tap]]->accumulated->add(kept[tap], y);
    };
    for (std::size_t s = 0; s < work.data.count(); ++s) {
        job.progress(double(s), double(work.data.count()), what);
        const auto sample = work.data.sample(s);
        if (!sample) return propagate(sample);
        const auto expected = reference->run(*sample, job);
        if (!expected) return tl::unexpected(work.data.unfit(s, expected.error()));
        const auto got = simulation->run(*sample, job);
        if (!got) return propagate(got);
        if (which == 0) total.addOutputs(*expected, *got);
    }
    return {};
}

/// Samples with the float model's outputs, as many as fit into memory.
struct Reference {
    std::vector<runtime::Sample> samples;
    std::vector<Outputs> outputs;
};
Result<Reference> referenceOf(const Work& work, Simulation& simulation, Job& job) {
    Reference reference;
    std::uint64_t held = 0;
    for (std::size_t s = 0; s < work.data.count() && held <= work.room; ++s) {
        auto sample = work.data.sample(s);
        if (!sample) return propagate(sample);
        auto outputs = simulation.run(*sample, job);
        if (!outputs) return propagate(outputs);
        for (const NamedTensor& output : *outputs) held += output.bytes.size();
        for (const NamedTensor& input : *sample) held += input.bytes.size();
        reference.samples.push_back(std::move(*sample));
        reference.outputs.push_back(std::move(*outputs));
    }
    return reference;
}

Result<ModelError> errorOf(const calibration::Dataset& data, Simulation& simulation, const Reference& reference, Job& job) {
    Tally tally;
    for (std::size_t s = 0; s < reference.samples.size(); ++s) {
        const auto outputs = simulation.run(reference.samples[s], job);
        if (!outputs) return propagate(outputs);
        if (auto added = tally.add(data, s, reference.samples[s], reference.outputs[s], *outputs, job); !added) return propagate(added);
    }
    return tally.result();
}

Result<void> rank(Work& work, Job& job) {
    auto simulation = Simulation::open(work.model, work.report, nullptr, work.options.calibration, {}, job);
    if (!simulation) return propagate(simulation);
    const std::size_t count = work.weights.size();
    const auto reference = referenceOf(work, *simulation, job);
    if (!reference) return propagate(reference);
    calibration::Dataset data = work.data;
    if (!checkLabels(data, reference->outputs.front(), "")) data.labels.clear();
    const std::string key = work.key.empty() ? "" : rankingKey(work.key, work.model, work.report, reference->samples.size());
    StoredRanking known = key.empty() ? StoredRanking() : loadRanking(*work.options.store, key);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < count; ++i) {
        auto& alone = work.report.layers[i].alone;
        const auto before = known.find(work.model.layers()[i].name);
        if (work.weights[i] && !alone && before != known.end()) alone = before->second;
        if (work.weights[i] && !alone) order.push_back(i);
    }
    const auto sqnr = [&](std::size_t i) {
        const auto& output = work.report.layers[i].output;
        return output && output->isolated ? output->isolated->sqnrDb() : 0;
    };
    std::ranges::stable_sort(order, {}, sqnr);
    const auto keep = [&] {
        if (!key.empty() && !order.empty()) saveRanking(*work.options.store, key, known);
    };
    for (std::size_t done = 0; done < order.size(); ++done) {
        job.progress(double(done), double(order.size()), "layers tried one at a time");
        std::vector<bool> layers(count, false);
        layers[order[done]] = true;
        Sensitivity found;
        for (ModelError* into : {&found.only, &found.without}) {
            auto set = simulation->setActive(work.weights, layers);
            auto error = set ? errorOf(data, *simulation, *reference, job) : propagate(set);
            if (!error) {
                keep();
                return propagate(error);
            }
            *into = std::move(*error);
            layers.flip();
        }
        known.insert_or_assign(work.model.layers()[order[done]].name, found);
        work.report.layers[order[done]].alone = std::move(found);
    }
    keep();
    return {};
}

}  // namespace

Result<void> measureOutputs(const model::Model& model, Comparison& comparison, const calibration::DataSource& source,
                            const MeasureOptions& options, Job& job) {
    const auto data = calibration::loadDataset(model, source, kMostSamples, job);
    if (!data) return propagate(data);
    comparison.measured = conditionsOf(*data) + (source.isSynthetic() ? "; SYNTHETIC inputs" : "");
    comparison.synthetic = source.isSynthetic();
    const auto values = calibration::layerValues(model);
    const double reports = double(comparison.reports.size());
    for (std::size_t r = 0; r < comparison.reports.size(); ++r) {
        Report& report = comparison.reports[r];
        Job own = job.part(double(r) / reports, 1 / reports);
        auto weights = quantizedWeights(model, report, own);
        if (!weights) return propagate(weights);
        Work work{model, report, *data, options, std::move(*weights), {}, 0};
        for (const auto& value : values) work.outputValues.push_back(value.output);
        for (std::size_t i = 0; i < values.size(); ++i)
            if (work.weights[i] && values[i].output.empty())
                report.layers[i].output = LayerOutput{{}, {}, "its operator stands in a branch of the graph or a function"};
        const auto groups = groupsOf(work, own);
        if (!groups) return propagate(groups);
        OutputError total;
        const double share = options.ranking ? 0.2 : 1;
        const double passes = double(groups->layers.size());
        for (std::size_t g = 0; g < groups->layers.size(); ++g) {
            Job part = own.part(share * double(g) / passes, share / passes);
            if (auto done = measureGroup(work, *groups, g, total, part); !done) return done;
        }
        if (!report.output && !groups->layers.empty()) {
            report.output.emplace();
            report.output->samples = data->count();
            report.output->synthetic = source.isSynthetic();
            report.output->output = total;
            report.output->conditions = conditionsOf(*data);
        }
        if (!options.ranking) continue;
        auto key = calibration::placeOf(options.store, model, *data, source, own);
        if (!key) return propagate(key);
        work.key = std::move(*key);
        Job ranking = own.part(share, 1 - share);
        if (auto done = rank(work, ranking); !done) return done;
    }
    return {};
}

}  // namespace roundoff::analysis
