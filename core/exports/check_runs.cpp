#include <cmath>

#include "core/analysis/output_error.h"
#include "core/calibration/dataset.h"
#include "core/exports/proof.h"
#include "core/runtime/session.h"

namespace roundoff::exports {
namespace {

using runtime::Session;
using runtime::SessionOptions;

constexpr const char* kRuns = "runs in ONNX Runtime";
constexpr const char* kLoads = "loads in ONNX Runtime";
constexpr const char* kRefused = "A model that ONNX Runtime does not run (see whether an operator in it is a custom one) is exported with --no-verify alone";
constexpr std::size_t kReal = 32;      // samples read from data, at most

struct Configuration {
    SessionOptions options;
    const char* words;
};

/// Both models side by side over the samples, so that no more than one sample's outputs are held.
/// @param simulated sees what they give; may be null
Result<analysis::OutputError> compareRuns(const std::filesystem::path& original, const std::filesystem::path& exported,
                         SessionOptions options, const calibration::Dataset& inputs, Simulated* simulated, Job& job) {
    options.stop = job.stopToken();
    auto reference = Session::open(original, options);
    if (!reference) return propagate(reference);
    auto session = Session::open(exported, options);
    if (!session) return propagate(session);
    analysis::OutputError sums;
    for (std::size_t i = 0; i < inputs.count(); ++i) {
        job.progress(double(i), double(inputs.count()), kRuns);
        const auto sample = inputs.sample(i);
        if (!sample) return propagate(sample);
        const auto expected = reference->run(*sample, job);
        if (!expected) return tl::unexpected(inputs.unfit(i, expected.error()));
        const auto outputs = session->run(*sample, job);
        if (!outputs) return propagate(outputs);
        sums.addOutputs(*expected, *outputs);
        if (!simulated) continue;
        if (auto added = simulated->add(*sample, *expected, *outputs, job); !added) return propagate(added);
    }
    return sums;
}

std::string decibels(double value) {
    if (std::isnan(value)) return "no signal";
    return std::isinf(value) ? "exact" : fmt::format("{:.2f} dB", value);
}

/// What is left where no made-up input suits the float model: the file loads with all optimizations. Says so.
Check checkLoads(const std::filesystem::path& original, const std::filesystem::path& exported, const SessionOptions& options,
                 const Error& why) {
    if (const auto session = Session::open(original, options); !session)
        return {kRuns, false, "the float model itself fails: " + session.error().what, kRefused};
    const auto session = Session::open(exported, options);
    if (!session) return {kLoads, false, session.error().line()};
    return {kLoads, true,
            fmt::format("with all optimizations; not run, since made-up inputs do not suit the float model ({}). Give real "
                        "ones with --calib to compare outputs", why.what)};
}

}  // namespace

Result<Check> checkRuns(const model::Model& model, const std::filesystem::path& exported,
                        const calibration::DataSource& data, Simulated* simulated, std::vector<OutputComparison>& outputs,
                        Job& job) {
    const Configuration configurations[] = {
        {{SessionOptions::Level::All, 4, job.threads()},
         "all optimizations, its default: 4- and 8-bit matrix products may round activations to int8"},
        {{SessionOptions::Level::Faithful, 1, job.threads()}, "faithful: each operator of the file as written, none fused into one that rounds more"},
    };
    const auto inputs = calibration::loadDataset(model, data, kReal, job);
    // Data that cannot be read is the caller's trouble; inputs that cannot be made up leave the runs undone.
    if (!inputs) {
        if (!data.isSynthetic() || inputs.error().code == ErrorCode::Cancelled) return propagate(inputs);
        return checkLoads(model.info().file(), exported, configurations[0].options, inputs.error());
    }
    std::string detail;
    for (std::size_t c = 0; c < std::size(configurations); ++c) {
        Job part = job.part(double(c) / double(std::size(configurations)), 1.0 / double(std::size(configurations)));
        const auto sums = compareRuns(model.info().file(), exported, configurations[c].options, *inputs,
                                      configurations[c].options.level == SessionOptions::Level::Faithful ? simulated : nullptr, part);
        if (!sums && sums.error().code == ErrorCode::Cancelled) return propagate(sums);
        if (!sums) {
            const bool original = sums.error().where == model.info().file();
            if (!original && sums.error().where != exported.string()) return propagate(sums);
            if (original && data.isSynthetic()) return checkLoads(model.info().file(), exported, configurations[0].options, sums.error());
            return Check{kRuns, false, (original ? "the float model itself fails: " : "") + sums.error().what, original ? kRefused : ""};
        }
        OutputComparison& comparison = outputs.emplace_back();
        comparison.conditions =
            fmt::format("ONNX Runtime {}, {}; {}", runtime::version(), configurations[c].words, inputs->words);
        comparison.synthetic = data.isSynthetic();
        comparison.sqnrDb = sums->sqnrDb();
        comparison.cosine = sums->cosine();
        if (sums->rows > 0) comparison.sameTop1 = double(sums->sameTop) / double(sums->rows);
        if (!sums->odd.empty()) return Check{kRuns, false, sums->odd + " (" + comparison.conditions + ")"};
        detail += fmt::format("{}{} {}", c == 0 ? "output " : ", ", c == 0 ? "by default" : "faithful",
                              decibels(comparison.sqnrDb));
        if (!sums->lost.empty()) detail += " (" + sums->lost + ")";
        if (comparison.sameTop1) detail += fmt::format(" (same top-1 {:.1f} %)", 100 * *comparison.sameTop1);
    }
    return Check{kRuns, true, detail + "; " + inputs->words};
}

}  // namespace roundoff::exports
