#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/base/cpu.h"
#include "core/base/text.h"
#include "core/calibration/memory_forecast.h"
#include "core/calibration/observer.h"
#include "core/calibration/store.h"
#include "core/calibration/trial.h"

namespace roundoff::calibration {
namespace {

constexpr std::size_t kMostSamples = 1'000'000;

/// "about 512 MB of memory": what the process will hold, told before the model is loaded.
std::string forecast(const model::Model& model, const TrialPlan& plan, const runtime::Sample& first) {
    // Constants are held as they are serialized, as they are parsed, and as they are used.
    std::uint64_t bytes = residentMemory() + plan.taps.size() * sizeof(std::uint64_t) * Observation::kBins;
    for (const model::Tensor& tensor : model.tensors()) bytes += tensor.bytes * (plan.replaceable ? 1 : 3);
    const auto activations = activationBytes(model, first);
    return fmt::format("{} {} of memory", activations ? "about" : "at least", bytesText(bytes + activations.value_or(0)));
}

/// Runs the samples that some of the values have not seen yet.
Result<void> observeRest(const model::Model& model, const Dataset& data, const std::vector<std::string>& values,
                         ProgressOfValues& progress, Job& job) {
    std::vector<Progress*> own;
    std::size_t sample = data.count();
    for (const std::string& value : values) {
        own.push_back(&progress.at(value));
        sample = std::min(sample, own.back()->samples);
    }
    const std::size_t begun = sample;
    const auto first = data.sample(begun);
    if (!first) return propagate(first);
    const bool channels = std::ranges::any_of(own, [](const Progress* each) { return each->detail == Detail::Channels; });
    const TrialPlan plan = watching(model, values, !channels);
    std::string memory = forecast(model, plan, *first);
    job.progress(0, 1, "loading the model, " + memory);
    auto trial = Trial::open(model, plan, job);
    if (!trial) return propagate(trial);
    // A run may be stopped between two values: each counts for itself.
    trial->handlers().tap = [&](std::size_t tap, const tensor::TensorView& value) {
        if (own[tap]->samples > sample) return;
        observe(value, own[tap]->detail, own[tap]->seen);
        own[tap]->samples = sample + 1;
    };
    for (; sample < data.count(); ++sample) {
        job.progress(double(sample), double(data.count()), "calibration samples, " + memory);
        const auto inputs = data.sample(sample);
        if (!inputs) return propagate(inputs);
        if (const auto outputs = trial->run(*inputs, job); !outputs) return tl::unexpected(data.unfit(sample, outputs.error()));
        for (Progress* each : own) each->samples = std::max(each->samples, sample + 1);  // some values are not made every time
        // It does not grow with the samples: what the first took is what all will.
        if (sample == begun) memory = fmt::format("about {} of memory", bytesText(peakMemory()));
    }
    return {};
}

/// As if no more than `detail` had been kept.
Observation reduced(Observation seen, Detail detail) {
    if (detail < Detail::Channels) {
        seen.channelAbsmax.clear();
        seen.channelSum2.clear();
    }
    if (detail < Detail::Histograms) {
        seen.counts.clear();
        seen.limit = 0;
        seen.zeros = 0;
    }
    return seen;
}

/// "Value "a" never varied: 0 …", for the first few, and how many more there are.
void warn(const std::vector<std::string>& of, std::vector<std::string>& into) {
    constexpr std::size_t kMost = 10;
    for (std::size_t i = 0; i < std::min(of.size(), kMost); ++i) into.push_back(of[i]);
    if (of.size() > kMost) into.push_back(fmt::format("{} more value{} like these", of.size() - kMost, of.size() == kMost + 1 ? "" : "s"));
}

std::vector<std::string> warningsOf(const Calibration& calibration) {
    std::vector<std::string> constant, broken, all;
    for (const auto& [name, seen] : calibration.values) {
        if (seen.broken > 0)
            broken.push_back(fmt::format("Value \"{}\" held NaN or infinite numbers in {} of {} samples: they are left out of its range",
                                         printable(name), seen.broken, seen.samples));
        if (seen.moments.finite() > 1 && seen.moments.min == seen.moments.max)
            constant.push_back(fmt::format("Value \"{}\" never varied: it was {:g} throughout, so the data tell nothing of its range",
                                           printable(name), seen.moments.min));
    }
    warn(broken, all);
    warn(constant, all);
    return all;
}

Result<void> check(const Calibration& calibration, const model::Model& model, const DataSource& source) {
    const auto any = [&](auto has) { return calibration.values.empty() || std::ranges::any_of(calibration.values, has); };
    const auto nothing = [&](const char* why) {
        return badInput(source.path.string(), std::string("the data show nothing: ") + why, "Give samples as the model meets them");
    };
    if (!any([](const auto& entry) { return entry.second.moments.finite() > 0 || entry.second.broken > 0; }))
        return nothing("an axis of every value is of size 0, so there were no numbers");
    const bool broken = std::ranges::any_of(calibration.values, [](const auto& entry) { return entry.second.broken > 0; });
    if (!any([](const auto& entry) { return entry.second.moments.min < entry.second.moments.max; }))
        return nothing(broken ? "every value held only NaN or infinite numbers, or kept one number throughout"
                              : "every value kept one number throughout");
    for (const auto& [name, observation] : calibration.values)
        if (observation.moments.finite() == 0)
            return badInput(model.info().path, "the value \"" + name + "\" held no finite number in any sample",
                            "Look at the data, or leave its layers float with --exclude");
    return {};
}

}  // namespace

Result<Calibration> calibrate(const model::Model& model, const std::vector<std::string>& values, const DataSource& source,
                              Detail detail, Job& job, const Store* store) {
    const auto data = loadDataset(model, source, kMostSamples, job);
    if (!data) return propagate(data);
    const double hashing = store && !source.isSynthetic() ? 0.05 : 0;
    Job keying = job.part(0, hashing), observing = job.part(hashing, 1 - hashing);
    const auto place = placeOf(store, model, *data, source, keying);
    if (!place) return propagate(place);

    ProgressOfValues progress = place->empty() ? ProgressOfValues() : store->load(*place);
    const std::set<std::string> once(values.begin(), values.end());
    std::vector<std::string> missing;
    bool known = false;
    for (const std::string& value : once) {
        Progress& own = progress[value];
        if (own.detail < detail || own.samples > data->count()) own = {{}, detail, 0};
        known = known || own.samples > 0;
        if (own.samples < data->count()) missing.push_back(value);
    }
    if (!missing.empty()) {
        const auto done = observeRest(model, *data, missing, progress, observing);
        const bool stopped = !done && done.error().code == ErrorCode::Cancelled;
        if (!place->empty() && (done || stopped)) store->save(*place, progress);
        if (!done) return propagate(done);
    }
    Calibration result;
    for (const std::string& value : once) result.values[value] = reduced(std::move(progress[value].seen), detail);
    result.samples = data->count();
    result.synthetic = source.isSynthetic();
    result.conditions = fmt::format("{}; ONNX Runtime {}{}", data->words, runtime::version(),
                                    !known ? "" : missing.empty() ? "; reused" : "; partly reused");
    if (const auto checked = check(result, model, source); !checked) return propagate(checked);
    result.warnings = warningsOf(result);
    return result;
}

}  // namespace roundoff::calibration
