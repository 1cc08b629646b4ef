// Streaming kernels against memcpy of the same buffer, measured beside them. `ratio` is GB/s of float32 source over
// memcpy's GB/s of source. Run: roundoff_bench --benchmark_repetitions=5 --benchmark_report_aggregates_only=true
#include <benchmark/benchmark.h>
#include <tbb/task_arena.h>

#include <cstring>

#include "core/analysis/compare.h"
#include "core/base/cpu.h"
#include "core/kernels/histogram.h"
#include "core/kernels/moments.h"
#include "core/schemes/preparation.h"
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

/// One scheme's own pass, as the comparison streams it: ranges and scales of blocks, then round, dequantize and error of each
/// region while it is in cache. The scales of channels are known already.
void passBench(benchmark::State& state, const char* text) {
    const auto scheme = schemes::parseScheme(text).value().weight;
    const auto weight = weights().data(0).value();
    const auto tiling = schemes::tilingOf({kRows, kWidth}, 0, 1, scheme).value();
    std::vector<schemes::BlockQuantizer> quantizer{{scheme, tiling, tensor::ElementType::Float32}};
    const auto boundaries = schemes::regionBoundaries({&tiling, 1}, kCount, 1 << 16);
    Job job({}, {}, 1);
    const auto known = schemes::prepare(weight.view, quantizer, boundaries, job).value();
    bench::beside(state, source(), [&] {
        kernels::ErrorSums sums;
        for (std::size_t r = 0; r + 1 < boundaries.size(); ++r) {
            const auto x = source().subspan(boundaries[r], boundaries[r + 1] - boundaries[r]);
            schemes::Parameters own;
            schemes::BlockQuantizer::Ranges ranges;
            if (tiling.local()) own = schemes::localParameters(quantizer[0], x, boundaries[r], known.absmax(), ranges, job);
            const auto& parameters = tiling.local() ? own : known.parameters[0];
            schemes::forEachBatch(tiling, boundaries[r], boundaries[r + 1], std::size_t(-1), [&](const schemes::Batch& batch) {
                quantizer[0].measure(batch, x.data() + (batch.first - boundaries[r]), nullptr, parameters, true, sums);
            });
        }
        benchmark::DoNotOptimize(sums);
    });
}

void compareSchemes(benchmark::State& state, std::vector<const char*> texts, int threads) {
    std::vector<analysis::Recipe> recipes;
    for (const char* text : texts) recipes.push_back({schemes::parseScheme(text).value(), {}});
    bench::beside(state, source(), [&] {
        Job job({}, {}, threads);
        benchmark::DoNotOptimize(analysis::compare(weights(), recipes, {}, job));
    });
}

const char* const kEight[] = {"int8", "int4:g32:asym", "fp8-e4m3", "mxfp4", "nvfp4", "nf4", "log4", "q4_0"};

}  // namespace

void registerAll() {
    const auto add = [](const std::string& name, auto run) {
        benchmark::RegisterBenchmark(name.c_str(), run)->UseManualTime()->Unit(benchmark::kMillisecond);
    };
    for (const char* text : {"int8", "int8:tensor", "int4:g128:asym", "fp8-e4m3", "mxfp4", "nvfp4", "log4", "log6", "log8", "nf4",
                             "kmeans4", "posit8", "q8_0", "q4_0"})
        add(std::string("pass/") + text, [text](benchmark::State& state) { passBench(state, text); });
    for (const char* text : kEight)
        add(std::string("compare/") + text, [text](benchmark::State& state) { compareSchemes(state, {text}, 1); });
    add("compare/float", [](benchmark::State& state) { compareSchemes(state, {"float"}, 1); });
    for (const int threads : {1, 2})
        add("compare/eight/threads:" + std::to_string(threads), [threads](benchmark::State& state) {
            compareSchemes(state, {std::begin(kEight), std::end(kEight)}, threads);
        });
    add("compare/kmeans4", [](benchmark::State& state) { compareSchemes(state, {"kmeans4:tensor"}, 1); });
}

}  // namespace roundoff

int main(int argc, char** argv) {
    benchmark::AddCustomContext("cpu", roundoff::cpuName());
    roundoff::registerAll();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
