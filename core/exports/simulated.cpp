#include "core/exports/simulated.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/base/cpu.h"
#include "core/base/text.h"
#include "core/exports/activation_notes.h"
#include "core/runtime/memory_limit.h"

namespace roundoff::exports {
namespace {

constexpr const char* kSimulated = "as simulated";
constexpr double kLeastSqnrDb = 35;
constexpr double kLeastSignal = 2;  ///< of the simulation's over its noise: 3 dB

/// How many times the simulation's noise the file may have: 3 dB more, and of few values, where a single one that rounds the
/// other way is a good part of it, as much more as chance makes likely.
double mostExcess(std::uint64_t values) {
    return 2 + 20 / std::sqrt(double(values));
}

std::string decibels(const analysis::ValueError& error) {
    const double value = error.sqnrDb();
    if (std::isnan(value)) return error.noise == 0 ? "exact" : "no signal";
    return std::isinf(value) ? "exact" : fmt::format("{:.2f} dB", value);
}

}  // namespace

Result<Simulated> Simulated::open(const model::Model& model, const Provenance& provenance, Job& job) {
    analysis::Report report;
    report.recipe = provenance.recipe;
    std::uint64_t bytes = 0;
    std::string advice;
    for (const model::Layer& layer : model.layers()) {
        analysis::LayerReport& entry = report.layers.emplace_back();
        entry.scheme = provenance.recipe.schemeOf(layer.name);
        if (entry.scheme.isFloat()) continue;
        entry.status = analysis::Status::Quantized;
        bytes += model.tensors()[layer.weight].bytes;
        if (advice.empty()) advice = saturationAdvice(instructionSet(), entry.scheme);
    }
    const std::uint64_t limit = runtime::memoryLimit() > 0 ? runtime::memoryLimit() : physicalMemory() / 2;
    if (bytes > limit / 2)
        return failed(model.info().path, fmt::format("a simulation holds {} of weights in memory", bytesText(bytes)), "");
    std::vector<schemes::Scale> scales;
    for (const auto& point : provenance.activations->points) scales.push_back({point.scale, point.zero});
    const auto weights = analysis::quantizedWeights(model, report, job);
    if (!weights) return propagate(weights);
    auto simulation = analysis::Simulation::open(model, report, &*weights, nullptr, {}, job, scales);
    if (!simulation) return propagate(simulation);
    Simulated out(std::move(*simulation));
    out.m_advice = std::move(advice);
    return out;
}

Result<void> Simulated::add(const runtime::Sample& sample, const std::vector<runtime::NamedTensor>& expected,
                            const std::vector<runtime::NamedTensor>& file, Job& job) {
    if (!m_failure.empty()) return {};
    const auto simulated = m_simulation.run(sample, job);
    if (!simulated && simulated.error().code == ErrorCode::Cancelled) return propagate(simulated);
    if (!simulated) {
        m_failure = simulated.error().line();
        return {};
    }
    m_outputs.resize(expected.size());
    for (std::size_t i = 0; i < std::min({expected.size(), file.size(), simulated->size()}); ++i) {
        if (!isFloat(expected[i].type)) continue;
        const auto real = analysis::floatsOf(expected[i]), mine = analysis::floatsOf((*simulated)[i]), theirs = analysis::floatsOf(file[i]);
        if (real.size() != mine.size() || real.size() != theirs.size()) continue;  // the runs' own check tells
        Output& output = m_outputs[i];
        output.name = expected[i].name;
        output.agreement.add(mine, theirs);
        output.file.add(real, theirs);
        output.simulation.add(real, mine);
    }
    ++m_samples;
    return {};
}

bool Simulated::Output::holds() const {
    return agreement.noise <= agreement.signal * std::pow(10, -kLeastSqnrDb / 10) || file.noise <= mostExcess(file.count) * simulation.noise;
}

bool Simulated::Output::drowned() const {
    return simulation.signal < kLeastSignal * simulation.noise;
}

std::string Simulated::Output::figures() const {
    return fmt::format("output \"{}\" {} against the simulation; against the float model {}, the simulation {}", name,
                       decibels(agreement), decibels(file), decibels(simulation));
}

Check Simulated::judge() const {
    if (!m_failure.empty()) return notSimulated(m_failure);
    const Output* worst = nullptr;
    const auto badness = [](const Output& output) {
        return std::tuple(!output.holds() && !output.drowned(), !output.holds(), output.agreement.noise / output.agreement.signal);
    };
    std::size_t count = 0;
    for (const Output& output : m_outputs) {
        if (output.agreement.count == 0) continue;
        ++count;
        if (!worst || badness(*worst) < badness(output)) worst = &output;
    }
    if (!worst) return notSimulated("no output of floats was seen");
    const std::string figures = worst->figures() + (count > 1 ? fmt::format(", the worst of {}", count) : "") +
                                fmt::format("; {} sample{}, faithful", m_samples, m_samples == 1 ? "" : "s");
    if (worst->holds()) return {kSimulated, true, figures};
    if (worst->drowned()) return notSimulated("under this scheme noise hides the output, in the simulation as in the file; " + figures);
    if (!m_advice.empty()) return notSimulated(m_advice + "; " + figures);
    return {kSimulated, false, "the file computes something else: " + figures};
}

Check notSimulated(const std::string& why) {
    return {kSimulated, true, "not compared: " + why};
}

}  // namespace roundoff::exports
