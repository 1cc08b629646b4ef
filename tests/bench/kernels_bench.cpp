// Streaming kernels against memcpy of the same buffer, measured beside them. `ratio` is GB/s of float32 source over
// memcpy's GB/s of source. Run: roundoff_bench --benchmark_repetitions=5 --benchmark_report_aggregates_only=true
#include <benchmark/benchmark.h>
#include <tbb/task_arena.h>

#include <cstring>

#include "core/analysis/compare.h"
#include "core/base/cpu.h"
#include "core/kernels/histogram.h"
#include "core/kernels/moments.h"
#include "tests/bench/beside.h"
#include "tests/support/memory_model.h"
#include "tests/support/random.h"

namespace roundoff {
namespace {

constexpr std::size_t kRows = 8192, kWidth = 4096, kCount = kRows * kWidth;  // 128 MiB, far beyond any cache

const model::Model& weights() {
    static const model::Model model = [] {
        // A small pattern repeated: the kernels do not care, and making 32 Mi Gaussians would take seconds.
        const auto pattern = test::gaussian(1 << 20, 1, 0.02);
        std::vector<float> x(kCount);
        for (std::size_t i = 0; i < kCount; i += pattern.size()) std::memcpy(&x[i], pattern.data(), pattern.size() * 4);
        return test::memoryModel({{"w", {kRows, kWidth}, std::move(x), "Gemm", 0, 1}});
    }();
    return model;
}

std::span<const float> source() {
    static const auto data = weights().data(0).value();
    return {reinterpret_cast<const float*>(data.view.bytes.data()), kCount};
}

void beside(benchmark::State& state, const auto& work) { bench::beside(state, source(), work); }

void momentsBench(benchmark::State& state) {
    beside(state, [] {
        kernels::Moments moments;
        kernels::accumulate(source().data(), kCount, moments);
        benchmark::DoNotOptimize(moments);
    });
}
BENCHMARK(momentsBench)->UseManualTime()->Unit(benchmark::kMillisecond);

void histogramBench(benchmark::State& state) {
    std::vector<std::uint64_t> bins(2048);
    beside(state, [&] { kernels::accumulateHistogram(source().data(), kCount, -0.1F, 0.1F, bins); });
}
BENCHMARK(histogramBench)->UseManualTime()->Unit(benchmark::kMillisecond);

void compareSchemes(benchmark::State& state, std::vector<const char*> texts, int threads) {
    std::vector<analysis::Recipe> recipes;
    for (const char* text : texts) recipes.push_back({schemes::parseScheme(text).value(), {}});
    beside(state, [&] {
        Job job({}, {}, threads);
        benchmark::DoNotOptimize(analysis::compare(weights(), recipes, {}, job));
    });
}
#define ROUNDOFF_COMPARE(name, threads, ...)                                                               \
    BENCHMARK_CAPTURE(compareSchemes, name, std::vector<const char*>{__VA_ARGS__}, threads) \
        ->UseManualTime()->Unit(benchmark::kMillisecond)
ROUNDOFF_COMPARE(statistics, 1, "float");
ROUNDOFF_COMPARE(int8, 1, "int8");
ROUNDOFF_COMPARE(int4_g128_asym, 1, "int4:g128:asym");
ROUNDOFF_COMPARE(fp8_e4m3, 1, "fp8-e4m3");
ROUNDOFF_COMPARE(log4, 1, "log4");
ROUNDOFF_COMPARE(log8, 1, "log8");
ROUNDOFF_COMPARE(five, 1, "int8", "int4:g128:asym", "fp8-e4m3", "log4", "int4:g32");
ROUNDOFF_COMPARE(five_two_threads, 2, "int8", "int4:g128:asym", "fp8-e4m3", "log4", "int4:g32");

}  // namespace
}  // namespace roundoff

int main(int argc, char** argv) {
    benchmark::AddCustomContext("cpu", roundoff::cpuName());
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
