#include "core/speed/roofline.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <limits>

#include "core/formats/onnx/small_model.h"
#include "core/runtime/timed_run.h"
#include "core/tensor/convert.h"

namespace roundoff::speed {
namespace {

constexpr std::int64_t kProduct = 512;  // 0.27 GFLOP, 3 MB: short enough to find a moment without other programs
constexpr std::size_t kStream = std::size_t(64) << 20;  // bytes of each of two
constexpr std::size_t kBlock = std::size_t(1) << 20;

using tensor::ElementType;

model::Value value(std::string name, ElementType type, tensor::Shape shape) {
    model::Value out;
    out.name = std::move(name);
    out.type = type;
    out.shape = std::move(shape);
    return out;
}

/// Times of a model of one operator, ascending.
Result<std::vector<double>> timesOf(const std::string& op, const std::vector<model::Value>& inputs, std::size_t runs, Job& job) {
    formats::onnx::NodeSpec node{op, op, "", {}, {"out"}, {}};
    runtime::Sample sample;
    for (const model::Value& input : inputs) {
        node.inputs.push_back(input.name);
        const std::vector<double> values(tensor::elementCount(input.shape).value_or(0), 0.5);
        std::vector<std::byte> bytes(tensor::storageBytes(input.type, values.size()).value_or(0));
        tensor::writeNumbers(input.type, values, bytes);
        sample.push_back({input.name, input.type, input.shape, std::move(bytes)});
    }
    const std::string model = formats::onnx::smallModel(node, inputs);
    runtime::SessionOptions options;
    options.threads = job.threads();
    auto session = runtime::Session::open("the measurement of the machine", std::as_bytes(std::span(model)), options, {});
    if (!session) return propagate(session);
    auto run = runtime::TimedRun::bind(*session, sample, job);
    if (!run) return propagate(run);
    std::vector<double> times;
    for (std::size_t i = 0; i < runs; ++i) {
        const auto time = run->run();
        if (!time) return propagate(time);
        times.push_back(*time);
    }
    std::sort(times.begin(), times.end());
    return times;
}

/// Best time of reading two equal streams once, in milliseconds. The comparison of the C library reads as fast as the memory
/// gives, in every build; the kernels of this program are made for sums and do more.
double streamMs(const std::vector<std::byte>& a, const std::vector<std::byte>& b, int threads) {
    double best = std::numeric_limits<double>::infinity();
    tbb::task_arena arena(threads > 0 ? threads : int(tbb::task_arena::automatic));
    for (int run = 0; run < 10; ++run) {
        std::atomic<std::size_t> different{0};
        const auto start = std::chrono::steady_clock::now();
        arena.execute([&] {
            tbb::parallel_for(std::size_t(0), kStream / kBlock, [&](std::size_t block) {
                if (std::memcmp(a.data() + block * kBlock, b.data() + block * kBlock, kBlock) != 0) ++different;
            });
        });
        const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
        if (different == 0) best = std::min(best, ms);
    }
    return best;
}

}  // namespace

Result<Machine> measureMachine(Job& job) {
    Machine machine;
    const auto call = timesOf("Identity", {value("x", ElementType::Float32, {1})}, 200, job);
    if (!call) return propagate(call);
    machine.callMs = (*call)[call->size() / 2];
    const auto peak = [&](const char* op, ElementType a, ElementType b) -> Result<double> {
        const auto times = timesOf(op, {value("a", a, {kProduct, kProduct}), value("b", b, {kProduct, kProduct})}, 60, job);
        if (!times) return propagate(times);
        if (job.cancelled()) return cancelled();
        return times->front() > 0 ? 2e-6 * double(kProduct * kProduct * kProduct) / times->front() : 0;
    };
    const auto product = peak("MatMul", ElementType::Float32, ElementType::Float32);
    if (!product) return propagate(product);
    machine.gflops = *product;
    const auto integers = peak("MatMulInteger", ElementType::Uint8, ElementType::Int8);
    if (!integers) return propagate(integers);
    machine.int8Gops = *integers;
    const std::vector<std::byte> stream(kStream, std::byte{1}), same = stream;
    const double read = streamMs(stream, same, job.threads());
    if (read > 0) machine.gigabytes = 2e-6 * double(kStream) / read;
    return machine;
}

Roof roofOf(const Work& work, double weightBits, double activationBytes, double gigaOps, double gigabytes) {
    Roof roof;
    const double bytes = double(work.weights) * weightBits / 8 + double(work.inputs + work.outputs) * activationBytes;
    if (gigaOps > 0) roof.computeMs = 2e-6 * double(work.macs) / gigaOps;
    if (gigabytes > 0) roof.memoryMs = 1e-6 * bytes / gigabytes;
    return roof;
}

}  // namespace roundoff::speed
