// llama.cpp's blocks. `ratio` of the 32-blocks is to memcpy of the same buffer; of the K quants, which search, to the
// plain C++ form of the reference algorithm, quantize and dequantize.
#include "core/kernels/ggml_blocks.h"
#include "tests/bench/beside.h"
#include "tests/support/random.h"

namespace roundoff {
namespace {

namespace ggml = kernels::ggml;

const std::vector<float>& gaussians() {
    static const auto x = test::gaussian(1 << 20, 1, 0.02);
    return x;
}

void plainBench(benchmark::State& state, ggml::Type type) {
    constexpr std::size_t kCount = std::size_t(32) << 20;  // 128 MiB, far beyond any cache
    std::vector<float> x(kCount), y(kCount);
    for (std::size_t i = 0; i < kCount; i += gaussians().size())
        std::memcpy(&x[i], gaussians().data(), gaussians().size() * sizeof(float));
    bench::beside(state, x, [&] { ggml::round(type, x.data(), kCount / ggml::layout(type).elements, y.data()); });
}
BENCHMARK_CAPTURE(plainBench, q8_0, ggml::Type::Q8_0)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plainBench, q4_0, ggml::Type::Q4_0)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plainBench, q4_1, ggml::Type::Q4_1)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plainBench, q5_0, ggml::Type::Q5_0)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plainBench, q5_1, ggml::Type::Q5_1)->UseManualTime()->Unit(benchmark::kMillisecond);

void kBench(benchmark::State& state, ggml::Type type) {
    const auto& x = gaussians();
    const auto [elements, bytes] = ggml::layout(type);
    const std::size_t blocks = x.size() / elements;
    std::vector<float> y(x.size());
    std::vector<std::byte> coded(blocks * bytes);
    bench::against(
        state, x.size() * sizeof(float),
        [&] {
            ggml::reference::quantize(type, x.data(), blocks, coded.data());
            ggml::dequantize(type, coded.data(), blocks, y.data());
        },
        [&] { ggml::round(type, x.data(), blocks, y.data()); });
}
BENCHMARK_CAPTURE(kBench, q4_k, ggml::Type::Q4_K)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(kBench, q5_k, ggml::Type::Q5_K)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(kBench, q6_k, ggml::Type::Q6_K)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace roundoff
