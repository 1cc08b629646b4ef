#pragma once
#include <filesystem>
#include <memory>
#include <vector>

#include "core/runtime/timed_run.h"
#include "core/speed/race.h"

namespace roundoff::speed {

/// A float model and its quantized form, both loaded, with one sample bound to each.
class Contest {
public:
    /// @param job outlives it
    static Result<Contest> open(const std::filesystem::path& floatModel, const std::filesystem::path& quantized,
                                runtime::Sample sample, Job& job);

    /// A further round of runs in turns.
    Result<void> round(const RaceLimits& limits, Job& job);
    /// Forgets the rounds so far.
    void again() { m_rounds.clear(); }
    [[nodiscard]] std::size_t rounds() const { return m_rounds.size(); }
    [[nodiscard]] Duel judge() const { return speed::judge(m_rounds); }

    [[nodiscard]] const runtime::Sample& sample() const { return m_loaded->sample; }
    [[nodiscard]] const std::filesystem::path& floatModel() const { return m_loaded->paths[0]; }
    [[nodiscard]] const std::filesystem::path& quantized() const { return m_loaded->paths[1]; }
    /// What the float model makes of the sample.
    Result<runtime::Sample> outputs(Job& job) { return m_loaded->sessions[0].run(m_loaded->sample, job); }

private:
    struct Loaded {
        std::filesystem::path paths[2];
        runtime::Sample sample;
        std::vector<runtime::Session> sessions;
        std::vector<runtime::TimedRun> runs;  // last: they look into the others
    };
    Contest() = default;
    std::unique_ptr<Loaded> m_loaded = std::make_unique<Loaded>();
    std::vector<Round> m_rounds;
};

/// What each node of a model takes, by a run of its own beside the races: a profile slows small nodes down.
Result<std::vector<runtime::NodeTime>> profileOf(const std::filesystem::path& model, const runtime::Sample& sample, Job& job);

}  // namespace roundoff::speed
