#pragma once
#include <string>
#include <vector>

#include "core/analysis/simulation.h"
#include "core/exports/provenance.h"
#include "core/exports/target.h"

namespace roundoff::exports {

/// The analysis' simulation of what a file says of itself, run beside the file: both round the same values, so that they differ
/// by the arithmetic between them alone.
class Simulated {
public:
    /// @param provenance whose record of activations fits the model: checkActivations() holds
    static Result<Simulated> open(const model::Model& model, const Provenance& provenance, Job& job);

    /// One sample: what the float model and the file, faithfully run, made of it. Errors: a stop alone.
    Result<void> add(const runtime::Sample& sample, const std::vector<runtime::NamedTensor>& expected,
                     const std::vector<runtime::NamedTensor>& file, Job& job);
    /// Holds where each output of the file is that of the simulation to 35 dB, or is as near to the float model's, to about
    /// 3 dB: in deep models what differs by a last bit may round to another code, and on from there. Where the simulation is
    /// lost in its own noise there is nothing to tell, and the check says so.
    [[nodiscard]] Check judge() const;

private:
    struct Output {
        std::string name;
        analysis::ValueError agreement;         ///< of the file against the simulation
        analysis::ValueError file, simulation;  ///< against the float model
        [[nodiscard]] bool holds() const;
        [[nodiscard]] bool drowned() const;  ///< the simulation itself
        [[nodiscard]] std::string figures() const;
    };
    explicit Simulated(analysis::Simulation simulation) : m_simulation(std::move(simulation)) {}

    analysis::Simulation m_simulation;
    std::string m_failure;  ///< of a run
    std::string m_advice;  ///< where this machine's integer products are known to be off
    std::vector<Output> m_outputs;
    std::size_t m_samples = 0;
};

/// The check where nothing was compared.
Check notSimulated(const std::string& why);

}  // namespace roundoff::exports
