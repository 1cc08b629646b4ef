#pragma once
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/analysis/placement.h"
#include "core/calibration/activation_quantizer.h"
#include "core/calibration/calibration.h"
#include "core/calibration/trial.h"

namespace roundoff::analysis {

/// Weights of the layers that a report quantizes, in its schemes; null for the others. Shared, as they are large.
using Weights = std::vector<std::shared_ptr<const runtime::NamedTensor>>;
/// What quantizedWeights() holds at most, in bytes.
std::uint64_t quantizedBytes(const model::Model& model, const Report& report);
Result<Weights> quantizedWeights(const model::Model& model, const Report& report, Job& job);

/// The schemes of a report's quantized layers, float for the others.
std::vector<schemes::Scheme> schemesOf(const Report& report);
/// Values that must be calibrated before these reports can be simulated; none where no activation is static.
std::vector<std::string> calibratedValues(const model::Model& model, std::span<const Report> reports);

/// A model run with the values that a report's schemes give its weights and activations; all arithmetic is float.
class Simulation {
public:
    /// @param weights as quantizedWeights() gave them; null: all float, and activations are left alone until setActive()
    /// @param calibration may be null where no activation is static
    /// @param taps values to watch through trial().handlers().tap
    /// @param scales of the placement's points, where they are known already; then no calibration is asked
    static Result<Simulation> open(const model::Model& model, const Report& report, const Weights* weights,
                                   const calibration::Calibration* calibration, std::vector<std::string> taps, Job& job,
                                   std::span<const schemes::Scale> scales = {});
    Simulation(Simulation&&) noexcept = default;

    calibration::Trial& trial() { return *m_trial; }
    /// Quantizes exactly these layers, weights and inputs; other points of the placement are active where all are. Of layers
    /// that read the same value all read it rounded where one of them is quantized.
    Result<void> setActive(const Weights& weights, const std::vector<bool>& layers);
    Result<std::vector<runtime::NamedTensor>> run(const runtime::Sample& sample, Job& job) { return m_trial->run(sample, job); }

private:
    struct Points {
        std::vector<std::optional<calibration::ActivationQuantizer>> quantizers;
        std::vector<std::vector<float>> fixed;  ///< of biases: the values to take; no quantizer then
        std::vector<bool> active;
    };
    Simulation() = default;

    std::optional<calibration::Trial> m_trial;
    std::shared_ptr<Points> m_points = std::make_shared<Points>();
    std::vector<std::vector<std::size_t>> m_inputPoints;  ///< by layer: the points that quantize its input
};

/// By layer and node: what rounds the value that the layer's operator computes on there, for twins.
using InputQuantizers = std::vector<std::map<std::size_t, calibration::ActivationQuantizer>>;
Result<InputQuantizers> inputQuantizers(const model::Model& model, const Report& report,
                                        const calibration::Calibration* calibration);

}  // namespace roundoff::analysis
