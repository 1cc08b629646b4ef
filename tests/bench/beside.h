#pragma once
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstring>
#include <span>
#include <vector>

namespace roundoff::bench {

double secondsOf(const auto& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Runs `other` and `work` in turn, so that both see the same machine; `work` is what is timed. Reports GB/s of
/// `bytes` of source, and `ratio`: how many times as fast as `other` it is.
void against(benchmark::State& state, std::size_t bytes, const auto& other, const auto& work) {
    double own = 0, others = 0;
    for (auto _ : state) {
        others += secondsOf(other);
        const double seconds = secondsOf(work);
        state.SetIterationTime(seconds);
        own += seconds;
    }
    state.counters["GB/s"] = double(bytes) * double(state.iterations()) / own / 1e9;
    state.counters["ratio"] = others / own;
}

/// `work` against a memcpy of its source.
void beside(benchmark::State& state, std::span<const float> source, const auto& work) {
    std::vector<float> target(source.size());
    against(
        state, source.size_bytes(),
        [&] {
            std::memcpy(target.data(), source.data(), source.size_bytes());
            benchmark::DoNotOptimize(target.data());
        },
        work);
}

}  // namespace roundoff::bench
