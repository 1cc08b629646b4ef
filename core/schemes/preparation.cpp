#include "core/schemes/preparation.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace roundoff::schemes {
namespace {

using Bins = std::vector<std::uint64_t>;

/// One more pass, for the quantizers that learn their levels.
void learn(const tensor::TensorView& weight, std::span<BlockQuantizer> quantizers, std::span<const std::uint64_t> boundaries,
           const Preparation& known, Job& job) {
    std::vector<std::size_t> learners;
    for (std::size_t q = 0; q < quantizers.size(); ++q)
        if (quantizers[q].learns()) learners.push_back(q);
    if (learners.empty()) return;
    const std::size_t regions = boundaries.size() - 1;
    std::vector<std::vector<Bins>> bins(kStripes, std::vector<Bins>(learners.size()));
    forEachStripe(regions, [&](std::size_t stripe, std::size_t from, std::size_t to) {
        std::vector<float> buffer;
        for (Bins& own : bins[stripe]) own.assign(BlockQuantizer::kLearningBins, 0);
        for (std::size_t r = from; r < to && !job.cancelled(); ++r) {
            const auto x = floats(weight, boundaries[r], boundaries[r + 1], buffer);
            for (std::size_t i = 0; i < learners.size(); ++i) {
                const BlockQuantizer& quantizer = quantizers[learners[i]];
                Parameters own;
                BlockQuantizer::Ranges ranges;
                if (quantizer.tiling().local()) own = localParameters(quantizer, x, boundaries[r], known.absmax(), ranges, job);
                quantizer.count(x.data(), boundaries[r], boundaries[r + 1],
                                quantizer.tiling().local() ? own : known.parameters[learners[i]], bins[stripe][i]);
            }
        }
    });
    for (std::size_t i = 0; i < learners.size() && !job.cancelled(); ++i) {
        Bins sum(BlockQuantizer::kLearningBins, 0);
        for (const auto& stripe : bins)
            for (std::size_t b = 0; b < stripe[i].size(); ++b) sum[b] += stripe[i][b];
        quantizers[learners[i]].learn(sum);
    }
}

}  // namespace

double Preparation::absmax() const {
    return moments.finite() > 0 ? std::max(std::abs(double(moments.min)), std::abs(double(moments.max))) : 0;
}

std::span<const float> floats(const tensor::TensorView& weight, std::uint64_t first, std::uint64_t end,
                              std::vector<float>& buffer) {
    const std::byte* bytes = weight.bytes.data();
    if (weight.type == tensor::ElementType::Float32 && std::bit_cast<std::uintptr_t>(bytes) % alignof(float) == 0)
        return {reinterpret_cast<const float*>(bytes) + first, std::size_t(end - first)};
    buffer.resize(std::size_t(end - first));
    tensor::readFloats(weight, first, buffer);
    return buffer;
}

Parameters localParameters(const BlockQuantizer& quantizer, std::span<const float> x, std::uint64_t first, double absmax,
                           BlockQuantizer::Ranges& ranges, const Job& job) {
    if (quantizer.blocks()) return {};
    if (ranges.low.empty()) {
        ranges = quantizer.emptyRanges(first, first + x.size());
        quantizer.widen(x.data(), first, first + x.size(), ranges);
    }
    if (!quantizer.refines()) return quantizer.parameters(ranges, absmax);
    auto refined = ranges;
    quantizer.refine(x.data(), first, first + x.size(), refined, absmax, job);
    return quantizer.parameters(refined, absmax);
}

std::vector<std::size_t> sharedTilings(std::span<const BlockQuantizer> quantizers) {
    std::vector<std::size_t> shared(quantizers.size());
    for (std::size_t q = 0; q < quantizers.size(); ++q) {
        shared[q] = q;
        for (std::size_t earlier = q; earlier-- > 0;)
            if (quantizers[earlier].tiling() == quantizers[q].tiling()) shared[q] = earlier;
    }
    return shared;
}

void forEachStripe(std::size_t regions, const std::function<void(std::size_t, std::size_t, std::size_t)>& body) {
    const std::size_t stripes = std::min(regions, kStripes);
    tbb::this_task_arena::isolate([&] {
        tbb::parallel_for(std::size_t(0), stripes, [&](std::size_t stripe) {
            body(stripe, stripe * regions / stripes, (stripe + 1) * regions / stripes);
        });
    });
}

Result<Preparation> prepare(const tensor::TensorView& weight, std::span<BlockQuantizer> quantizers,
                            std::span<const std::uint64_t> boundaries, Job& job) {
    const std::uint64_t count = boundaries.back();
    const std::size_t regions = boundaries.size() - 1;
    Preparation result;
    result.parameters.resize(quantizers.size());
    if (regions == 0) return result;
    const auto shared = sharedTilings(quantizers);
    std::vector<std::size_t> global;  // those whose ranges are found here
    for (std::size_t q = 0; q < quantizers.size(); ++q)
        if (!quantizers[q].tiling().local() && shared[q] == q) global.push_back(q);
    std::vector<kernels::Moments> moments(regions);
    std::vector<std::vector<BlockQuantizer::Ranges>> ranges(kStripes, std::vector<BlockQuantizer::Ranges>(quantizers.size()));
    forEachStripe(regions, [&](std::size_t stripe, std::size_t from, std::size_t to) {
        std::vector<float> buffer;
        for (const std::size_t q : global) ranges[stripe][q] = quantizers[q].emptyRanges(0, count);
        for (std::size_t r = from; r < to && !job.cancelled(); ++r) {
            const auto x = floats(weight, boundaries[r], boundaries[r + 1], buffer);
            kernels::accumulate(x.data(), x.size(), moments[r]);
            for (const std::size_t q : global) quantizers[q].widen(x.data(), boundaries[r], boundaries[r + 1], ranges[stripe][q]);
        }
    });
    if (job.cancelled()) return cancelled();
    for (const auto& part : moments) result.moments.merge(part);
    for (const std::size_t q : global)
        for (std::size_t stripe = 1; stripe < std::min(regions, kStripes); ++stripe) ranges[0][q].merge(ranges[stripe][q]);
    for (std::size_t q = 0; q < quantizers.size(); ++q) {
        if (quantizers[q].tiling().local()) continue;
        auto own = ranges[0][shared[q]];
        if (quantizers[q].refines()) {
            std::vector<float> buffer;
            quantizers[q].refine(floats(weight, 0, count, buffer).data(), 0, count, own, result.absmax(), job);
        }
        result.parameters[q] = quantizers[q].parameters(own, result.absmax());
    }
    if (!job.cancelled()) learn(weight, quantizers, boundaries, result, job);
    if (job.cancelled()) return cancelled();
    return result;
}

}  // namespace roundoff::schemes
