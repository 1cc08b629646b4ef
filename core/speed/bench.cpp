#include "core/speed/bench.h"

#include <algorithm>
#include <optional>

#include "core/base/cpu.h"
#include "core/schemes/size.h"
#include "core/speed/bench_plan.h"
#include "core/speed/contest.h"
#include "core/speed/layer_model.h"
#include "core/speed/load.h"
#include "core/speed/roofline.h"
#include "core/base/scratch.h"
#include "core/speed/why.h"

namespace roundoff::speed {
namespace {

using analysis::Status;

// Layers that are loaded at a time, so that each one's rounds lie seconds apart.
constexpr std::size_t kGroup = 24;
constexpr std::uint64_t kGroupBytes = 256'000'000;
constexpr std::size_t kRounds = 2;
constexpr double kBefore = 0.05, kLayers = 0.9;  // shares of the bar: until the layers, and theirs

class Bench {
public:
    Bench(const model::Model& model, const BenchOptions& options, BenchPlan plan, runtime::Sample sample, Scratch scratch, Job& job)
        : m_model(model), m_options(options), m_plan(std::move(plan)), m_sample(std::move(sample)), m_scratch(std::move(scratch)),
          m_job(job) {}

    Timing run(const analysis::Recipe& recipe, Result<void>& outcome) {
        const Load load;
        m_timing.recipe = recipe;
        conditions();
        begin();
        outcome = measure();
        if (!outcome && outcome.error().code == ErrorCode::Cancelled) {
            m_timing.partial = true;
            outcome = {};
        }
        m_timing.conditions.othersShare = load.othersShare();
        return std::move(m_timing);
    }

private:
    struct Entrant {
        std::size_t layer;
        Contest contest;
    };

    void conditions() {
        Conditions& about = m_timing.conditions;
        about.threads = m_job.threads() > 0 ? m_job.threads() : hardwareThreads();
        about.cpu = cpuName();
        about.runtime = "ONNX Runtime " + runtime::version() + ", waiting threads do not spin";
        about.synthetic = m_options.data.isSynthetic();
        about.inputs = about.synthetic ? "synthetic" : "first sample of " + m_options.data.path.filename().string();
    }

    void begin() {
        for (std::size_t i = 0; i < m_model.layers().size(); ++i) {
            const model::Layer& layer = m_model.layers()[i];
            LayerTiming& timing = m_timing.layers.emplace_back();
            timing.layer = i;
            timing.scheme = m_timing.recipe.schemeOf(layer.name);
            const Choice& choice = m_plan.layers[i];
            timing.reason = choice.reason;
            if (!choice.target) {
                timing.status = choice.status;
                continue;
            }
            timing.target = choice.target->id;
            const auto bytes = schemes::weightBytes(layer.shape, layer.outputAxis, layer.reductionAxis,
                                                    m_model.tensors()[layer.weight].type, timing.scheme.weight);
            if (bytes && layer.parameters > 0) timing.weightBits = 8 * double(*bytes) / double(layer.parameters);
        }
        if (m_plan.whole) m_timing.target = m_plan.whole->id;
    }

    Result<void> measure() {
        std::optional<Contest> whole;
        if (m_options.explain) {
            m_job.progress(0, 1, "the machine");
            auto machine = measureMachine(m_job);
            if (!machine) return propagate(machine);
            m_timing.machine = *machine;
        }
        if (m_options.endToEnd) {
            m_job.progress(0, 1, "the whole model");
            auto opened = openWhole();
            if (!opened && opened.error().code == ErrorCode::Cancelled) return propagate(opened);
            if (!opened)
                m_timing.endToEndReason = opened.error().line();
            else if (*opened)
                whole = std::move(**opened);
        }
        if (whole) {
            if (auto done = whole->round(m_options.limits, m_job); !done) return done;
            m_timing.endToEnd = soFar(*whole);  // for a stop before the second
        }
        if (m_options.layers)
            if (auto done = layers(); !done) return done;
        if (whole)
            if (auto done = finishWhole(*whole); !done) return done;
        return {};
    }

    Result<std::optional<Contest>> openWhole() {
        if (!m_plan.whole) {
            m_timing.endToEndReason = "no layer is quantized";
            return std::nullopt;
        }
        const auto path = m_scratch.path() / "whole.onnx";
        Job exporting = m_job.part(0, kBefore);
        const auto exported = exportToRun(m_model, m_plan.recipe, *m_plan.whole, path, m_options, exporting);
        if (!exported) return propagate(exported);
        auto contest = Contest::open(m_model.info().file(), path, m_sample, m_job);
        if (!contest) return propagate(contest);
        return std::move(*contest);
    }

    Result<void> finishWhole(Contest& contest) {
        m_job.progress(kBefore + kLayers, 1, "the whole model");
        if (auto done = contest.round(m_options.limits, m_job); !done) return done;
        if (contest.judge().noisy) {
            contest.again();
            for (int round = 0; round < 2; ++round)
                if (auto done = contest.round(m_options.limits, m_job); !done) return done;
        }
        m_timing.endToEnd = contest.judge();
        if (!m_options.explain || m_timing.endToEnd->faster()) return {};
        const auto nodes = profileOf(contest.quantized(), contest.sample(), m_job);
        if (!nodes) return propagate(nodes);
        const auto floatNodes = profileOf(contest.floatModel(), contest.sample(), m_job);
        if (!floatNodes) return propagate(floatNodes);
        m_timing.endToEndReason = whyNotFaster(*m_timing.endToEnd, summarize(*nodes), summarize(*floatNodes), *m_timing.machine,
                                               m_timing.conditions.cpu);
        return {};
    }

    Result<void> layers() {
        const auto parts = layerParts(m_model);
        std::vector<std::size_t> group;
        std::uint64_t bytes = 0;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            LayerTiming& timing = m_timing.layers[i];
            if (timing.status == Status::Pending && !parts[i].whyNot.empty()) fail(i, parts[i].whyNot);
            if (timing.status == Status::Pending) {
                group.push_back(i);
                bytes += m_model.tensors()[m_model.layers()[i].weight].bytes;
            }
            if (group.size() < kGroup && bytes < kGroupBytes && i + 1 < parts.size()) continue;
            if (auto done = measureGroup(parts, group); !done) return done;
            group.clear();
            bytes = 0;
        }
        return {};
    }

    void fail(std::size_t layer, const std::string& reason) {
        m_timing.layers[layer].status = Status::Skipped;
        m_timing.layers[layer].reason = reason;
        if (m_options.onLayer) m_options.onLayer(m_timing.layers[layer]);
    }

    Result<void> measureGroup(const std::vector<LayerPart>& parts, const std::vector<std::size_t>& group) {
        if (group.empty()) return {};
        std::vector<std::string> names;
        for (const std::size_t layer : group) names.insert(names.end(), parts[layer].inputs.begin(), parts[layer].inputs.end());
        Job here = m_job.part(fraction(), 0);
        auto values = captureValues(m_model, names, m_sample, here);
        if (!values && values.error().code == ErrorCode::Cancelled) return propagate(values);
        std::vector<Entrant> entrants;
        std::size_t next = 0;
        for (const std::size_t layer : group) {
            if (!values) {
                fail(layer, values.error().line());
                continue;
            }
            const std::size_t count = parts[layer].inputs.size();
            runtime::Sample sample(values->begin() + std::ptrdiff_t(next), values->begin() + std::ptrdiff_t(next + count));
            next += count;
            auto contest = openLayer(parts[layer], layer, std::move(sample));
            if (contest)
                entrants.push_back({layer, std::move(*contest)});
            else if (contest.error().code == ErrorCode::Cancelled)
                return propagate(contest);
            else
                fail(layer, contest.error().line());
        }
        const auto raced = race(entrants, double(group.size()));
        for (const Entrant& each : entrants) keep(each);
        if (!raced) return raced;
        for (Entrant& each : entrants) {
            LayerTiming& timing = m_timing.layers[each.layer];
            if (m_options.explain && !timing.time->faster()) {
                const auto nodes = profileOf(each.contest.quantized(), each.contest.sample(), m_job);
                if (!nodes) return propagate(nodes);
                const auto floatNodes = profileOf(each.contest.floatModel(), each.contest.sample(), m_job);
                if (!floatNodes) return propagate(floatNodes);
                timing.reason = whyNotFaster(timing, m_model.layers()[each.layer].op, summarize(*nodes), summarize(*floatNodes),
                                             *m_timing.machine, m_timing.conditions.cpu);
            }
            if (m_options.onLayer) m_options.onLayer(timing);
        }
        return {};
    }

    /// Two rounds each, and those that are noisy anew.
    Result<void> race(std::vector<Entrant>& entrants, double share) {
        const double begun = m_done;
        for (std::size_t round = 0; round < kRounds; ++round)
            for (std::size_t i = 0; i < entrants.size(); ++i) {
                m_done = begun + (double(round) + double(i) / double(entrants.size())) / 2 * share;
                tell(entrants[i].layer);
                if (auto done = entrants[i].contest.round(m_options.limits, m_job); !done) return done;
            }
        m_done = begun + share;
        for (Entrant& each : entrants) {
            if (!each.contest.judge().noisy) continue;
            keep(each);  // for a stop before the next round
            each.contest.again();
            tell(each.layer);
            if (auto done = each.contest.round(m_options.limits, m_job); !done) return done;
        }
        for (Entrant& each : entrants) {
            if (each.contest.rounds() == kRounds) continue;
            tell(each.layer);
            if (auto done = each.contest.round(m_options.limits, m_job); !done) return done;
        }
        return {};
    }

    /// What a layer's contest gave so far; what is known already stays where there is nothing.
    void keep(const Entrant& entrant) {
        if (entrant.contest.rounds() == 0) return;
        m_timing.layers[entrant.layer].time = soFar(entrant.contest);
        m_timing.layers[entrant.layer].status = Status::Quantized;
    }

    /// The figures of a contest; one that was stopped between its rounds is called noisy.
    static Duel soFar(const Contest& contest) {
        Duel duel = contest.judge();
        if (contest.rounds() < kRounds && !duel.noisy) {
            duel.noisy = true;
            duel.noise = "stopped after the first of two rounds";
        }
        return duel;
    }

    [[nodiscard]] double fraction() const { return kBefore + kLayers * m_done / double(m_model.layers().size()); }
    void tell(std::size_t layer) { m_job.progress(fraction(), 1, m_model.layers()[layer].name); }

    Result<Contest> openLayer(const LayerPart& part, std::size_t index, runtime::Sample sample) {
        const model::Layer& layer = m_model.layers()[index];
        LayerTiming& timing = m_timing.layers[index];
        const auto floatPath = m_scratch.path() / fmt::format("layer{}.onnx", index);
        const auto path = m_scratch.path() / fmt::format("layer{}.quantized.onnx", index);
        Job here = m_job.part(fraction(), 0);
        const auto small = layerModel(m_model, part, sample, floatPath, here);
        if (!small) return propagate(small);
        const model::Layer* same = sameLayer(*small, m_model, layer);
        if (!same) return failed(layer.name, "the layer cannot be told from others once it stands alone", "");
        analysis::Recipe recipe;
        recipe.layers[same->name] = timing.scheme;
        const exports::Target& target = *m_plan.layers[index].target;
        const auto exported = exportToRun(*small, recipe, target, path, sample, here);
        if (!exported) return propagate(exported);
        auto contest = Contest::open(floatPath, path, std::move(sample), m_job);
        if (!contest) return propagate(contest);
        const auto outputs = contest->outputs(m_job);
        if (!outputs) return propagate(outputs);
        timing.work = workOf(layer, contest->sample(), *outputs);
        return contest;
    }

    const model::Model& m_model;
    const BenchOptions& m_options;
    BenchPlan m_plan;
    runtime::Sample m_sample;
    Scratch m_scratch;
    Job& m_job;
    Timing m_timing;
    double m_done = 0;  ///< layers
};

}  // namespace

Result<Timing> bench(const model::Model& model, const analysis::Recipe& recipe, const BenchOptions& options, Job& job) {
    auto plan = planBench(model, recipe, options);
    if (!plan) return propagate(plan);
    auto data = calibration::loadDataset(model, options.data, 1, job);
    if (!data) return propagate(data);
    auto sample = data->sample(0);
    if (!sample) return propagate(sample);
    auto scratch = Scratch::make();
    if (!scratch) return propagate(scratch);
    Result<void> outcome;
    Timing timing = Bench(model, options, std::move(*plan), std::move(*sample), std::move(*scratch), job)
                        .run(recipe, outcome);
    if (!outcome) return propagate(outcome);
    return timing;
}

}  // namespace roundoff::speed
