#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/calibration/observer.h"
#include "core/calibration/trial.h"

namespace roundoff::calibration {
namespace {

constexpr std::size_t kMostSamples = 1'000'000;
/// Up to here the weights are constants of the session, which is the fastest; larger ones stay in the mapped file.
constexpr std::uint64_t kConstantWeights = 512'000'000;

}  // namespace

Result<Calibration> calibrate(const model::Model& model, const std::vector<std::string>& values, const DataSource& source,
                              Detail detail, Job& job) {
    const auto data = loadDataset(model, source, kMostSamples, job);
    if (!data) return propagate(data);
    TrialPlan plan;
    plan.replaceable = model.info().bytes > kConstantWeights;
    const std::set<std::string> once(values.begin(), values.end());
    plan.taps.assign(once.begin(), once.end());
    auto trial = Trial::open(model, plan, job);
    if (!trial) return propagate(trial);
    Calibration result;
    std::vector<Observation*> seen;
    for (const std::string& value : plan.taps) seen.push_back(&result.values[value]);
    trial->handlers().tap = [&](std::size_t tap, const tensor::TensorView& value) { observe(value, detail, *seen[tap]); };
    for (std::size_t i = 0; i < data->count(); ++i) {
        job.progress(double(i), double(data->count()), "calibration samples");
        const auto sample = data->sample(i);
        if (!sample) return propagate(sample);
        if (const auto outputs = trial->run(*sample, job); !outputs) return propagate(outputs);
    }
    result.samples = data->count();
    result.synthetic = source.isSynthetic();
    result.conditions = fmt::format("{}; ONNX Runtime {}", data->words, runtime::version());
    const bool moved = std::ranges::any_of(result.values, [](const auto& entry) { return entry.second.moments.min < entry.second.moments.max; });
    if (!result.values.empty() && !moved)
        return badInput(source.path.string(), "the data show nothing: every value kept one number throughout",
                        "Give samples as the model meets them");
    for (const auto& [name, observation] : result.values)
        if (observation.moments.finite() == 0)
            return badInput(model.info().path, "the value \"" + name + "\" held no finite number in any sample",
                            "Look at the data, or leave its layers float with --exclude");
    return result;
}

}  // namespace roundoff::calibration
