#include "core/analysis/rank.h"

#include <algorithm>

#include "core/analysis/stored_ranking.h"
#include "core/analysis/tally.h"

namespace roundoff::analysis {
namespace {

using runtime::NamedTensor;

/// A sample with the float model's outputs.
struct Reference {
    runtime::Sample sample;
    std::vector<NamedTensor> outputs;

    [[nodiscard]] std::uint64_t bytes() const {
        std::uint64_t bytes = 0;
        for (const auto* tensors : {&sample, &outputs})
            for (const NamedTensor& tensor : *tensors) bytes += tensor.bytes.size();
        return bytes;
    }
};

/// Tries single layers. References stay from one layer to the next where all fit into memory; else they are made anew, in
/// chunks that do.
class Trier {
public:
    Trier(const RankingOn& on, Simulation& simulation) : m_on(on), m_simulation(simulation), m_data(on.data) {}

    Result<Sensitivity> tried(std::size_t layer, Job& job) {
        std::vector<bool> only(m_on.weights.size(), false);
        only[layer] = true;
        std::vector<bool> without = only;
        without.flip();
        Tally tallies[2];
        for (std::size_t first = 0; first < m_data.count(); first += m_chunk.size()) {
            if (auto loaded = load(first, job); !loaded) return propagate(loaded);
            for (const bool rest : {false, true}) {
                if (auto set = m_simulation.setActive(m_on.weights, rest ? without : only); !set) return propagate(set);
                for (std::size_t i = 0; i < m_chunk.size(); ++i) {
                    const Reference& reference = m_chunk[i];
                    const auto outputs = m_simulation.run(reference.sample, job);
                    if (!outputs) return propagate(outputs);
                    const auto added = tallies[rest].add(m_data, first + i, reference.sample, reference.outputs, *outputs, job);
                    if (!added) return propagate(added);
                }
            }
        }
        return Sensitivity{tallies[0].result(), tallies[1].result()};
    }

private:
    /// The samples from `first` on that fit into memory.
    Result<void> load(std::size_t first, Job& job) {
        if (!m_chunk.empty() && m_first == first) return {};
        m_chunk.clear();
        m_first = first;
        const std::vector<bool> none(m_on.weights.size(), false);
        if (auto set = m_simulation.setActive(m_on.weights, none); !set) return set;
        std::uint64_t held = 0;
        for (std::size_t s = first; s < m_data.count() && (m_chunk.empty() || held + m_chunk.back().bytes() <= m_on.room); ++s) {
            auto sample = m_data.sample(s);
            if (!sample) return propagate(sample);
            auto outputs = m_simulation.run(*sample, job);
            if (!outputs) return propagate(outputs);
            // Labels that are no classes say nothing here; evaluate() refuses them.
            if (s == 0 && !checkLabels(m_data, *outputs, "")) m_data.labels.clear();
            m_chunk.push_back({std::move(*sample), std::move(*outputs)});
            held += m_chunk.back().bytes();
        }
        return {};
    }

    const RankingOn& m_on;
    Simulation& m_simulation;
    calibration::Dataset m_data;
    std::vector<Reference> m_chunk;
    std::size_t m_first = 0;
};

}  // namespace

Result<void> rank(const RankingOn& on, Report& report, Job& job) {
    const auto& layers = on.model.layers();
    const std::string key = on.key.empty() ? "" : rankingKey(on.key, on.model, report);
    StoredRanking known = key.empty() ? StoredRanking() : loadRanking(*on.store, key);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < on.weights.size(); ++i) {
        auto& alone = report.layers[i].alone;
        const auto before = known.find(layers[i].name);
        if (on.weights[i] && !alone && before != known.end()) alone = before->second;
        if (on.weights[i] && !alone) order.push_back(i);
    }
    if (order.empty()) return {};
    std::ranges::stable_sort(order, {}, [&](std::size_t i) {
        const auto& output = report.layers[i].output;
        return output && output->isolated ? output->isolated->orderDb() : 0;
    });
    auto simulation = Simulation::open(on.model, report, nullptr, on.calibration, {}, job);
    if (!simulation) return propagate(simulation);
    Trier trier(on, *simulation);
    Result<void> done;
    for (std::size_t i = 0; i < order.size(); ++i) {
        job.progress(double(i), double(order.size()), "layers tried one at a time");
        auto found = trier.tried(order[i], job);
        if (!found) {
            done = propagate(found);
            break;
        }
        known.insert_or_assign(layers[order[i]].name, *found);
        report.layers[order[i]].alone = std::move(*found);
    }
    if (!key.empty()) saveRanking(*on.store, key, known);
    return done;
}

}  // namespace roundoff::analysis
