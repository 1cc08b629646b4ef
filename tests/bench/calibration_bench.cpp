// What running the model costs. Calibrations stand against the plain inference of the same samples, both from the files to the
// last sample and run in turn: `ratio` is the calibration's time over the plain one's, which `plain_ms` gives. Two threads;
// nothing is kept from one run for the next.
#include <benchmark/benchmark.h>

#include <fstream>

#include "core/analysis/compare.h"
#include "core/analysis/run.h"
#include "core/analysis/simulation.h"
#include "core/base/scratch.h"
#include "core/formats/format.h"
#include "tests/bench/beside.h"
#include "tests/support/detector_model.h"

namespace roundoff {
namespace {

using calibration::Detail;
const std::filesystem::path kSamples = std::filesystem::path(ROUNDOFF_SOURCE_DIR) / "resources/samples";

struct Case {
    std::filesystem::path model;
    calibration::DataSource data;
};

Case digits() {
    return {kSamples / "digits.onnx", {kSamples / "digits.calib"}};
}
Case shakespeare() {
    return {kSamples / "shakespeare.onnx", {kSamples / "shakespeare.calib.txt"}};
}
Case detector() {
    static const Scratch folder = Scratch::make().value();
    static const auto path = [] {
        std::ofstream(folder.path() / "detector.onnx", std::ios::binary) << test::detectorModel();
        return folder.path() / "detector.onnx";
    }();
    return {path, {{}, 8}};
}

Job twoThreads() {
    return {{}, nullptr, 2};
}

struct Opened {
    model::Model model;
    analysis::Comparison comparison;
};
Opened open(const Case& of, const char* scheme) {
    Job job = twoThreads();
    auto model = formats::openModel(of.model, job).value();
    const analysis::Recipe recipe{schemes::parseScheme(scheme).value(), {}};
    auto comparison = analysis::compare(model, {&recipe, 1}, {}, job).value();
    return {std::move(model), std::move(comparison)};
}

void plainly(const model::Model& model, const Case& of, Job& job) {
    const auto data = calibration::loadDataset(model, of.data, 1'000'000, job).value();
    auto session = runtime::Session::open(of.model, {.threads = job.threads()}).value();
    for (std::size_t i = 0; i < data.count(); ++i) benchmark::DoNotOptimize(session.run(data.sample(i).value(), job).value());
}

void calibrationBench(benchmark::State& state, Case (*of)(), Detail detail) {
    Job job = twoThreads();
    const Case what = of();
    const Opened opened = open(what, "int8/uint8");
    const auto values = analysis::calibratedValues(opened.model, opened.comparison.reports);
    double plain = 0, own = 0;
    for (auto _ : state) {
        plain += bench::secondsOf([&] { plainly(opened.model, what, job); });
        const double seconds = bench::secondsOf([&] { calibration::calibrate(opened.model, values, what.data, detail, job).value(); });
        state.SetIterationTime(seconds);
        own += seconds;
    }
    state.counters["values"] = double(values.size());
    state.counters["plain_ms"] = plain / double(state.iterations()) * 1e3;
    state.counters["ratio"] = own / plain;
}
#define CALIBRATION(model, detail) \
    BENCHMARK_CAPTURE(calibrationBench, model##_##detail, model, Detail::detail)->UseManualTime()->Unit(benchmark::kMillisecond)
CALIBRATION(digits, Extremes);
CALIBRATION(digits, Histograms);
CALIBRATION(digits, Channels);
CALIBRATION(shakespeare, Extremes);
CALIBRATION(shakespeare, Histograms);
CALIBRATION(shakespeare, Channels);
CALIBRATION(detector, Extremes);
CALIBRATION(detector, Histograms);
CALIBRATION(detector, Channels);

/// Every layer's output error on 8 samples, isolated and accumulated, or the ranking one at a time as well; the weights are
/// quantized already.
void outputsBench(benchmark::State& state, const char* scheme, bool ranking) {
    const Case what = detector();
    const Opened opened = open(what, scheme);
    analysis::RunOptions options;
    options.calibration = what.data;
    options.ranking = ranking;
    for (auto _ : state) {
        Job job = twoThreads();
        analysis::Comparison comparison = opened.comparison;
        calibration::Calibration calibration;
        const auto done = analysis::run(opened.model, comparison, options, calibration, job);
        if (!done) state.SkipWithError(done.error().line().c_str());
    }
}
BENCHMARK_CAPTURE(outputsBench, int8, "int8", false)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(outputsBench, int8_uint8, "int8/uint8", false)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(outputsBench, int8_ranking, "int8", true)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace roundoff
