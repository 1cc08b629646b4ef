#include "core/schemes/tiling.h"

#include "core/schemes/number_format.h"

#include <cstdlib>
#include <numeric>

namespace roundoff::schemes {
namespace {

bool encodesBlocks(const TensorScheme& scheme) {
    const NumberFormat* format = findNumberFormat(scheme.format);
    return format && format->blocks;
}

}  // namespace

Granularity effectiveGranularity(const tensor::Shape& shape, int outputAxis, int reductionAxis, const TensorScheme& scheme) {
    const Granularity& granularity = scheme.granularity;
    if (encodesBlocks(scheme)) return granularity;
    const auto exists = [&](int axis) { return axis >= 0 && axis < int(shape.size()); };
    const bool whole = granularity.kind == Granularity::Kind::Group && exists(outputAxis) && exists(reductionAxis) &&
                       std::int64_t(granularity.columns) >= shape[std::size_t(reductionAxis)];
    return whole ? Granularity{Granularity::Kind::Channel} : granularity;
}

Result<Tiling> tilingOf(const tensor::Shape& shape, int outputAxis, int reductionAxis, const TensorScheme& scheme) {
    const Granularity granularity = effectiveGranularity(shape, outputAxis, reductionAxis, scheme);
    const auto count = tensor::elementCount(shape);
    if (!count) return badInput("weight", fmt::format("shape {} is not a size", tensor::text(shape)));
    const auto around = [&](int axis) {
        Tiling t;
        for (int i = 0; i < int(shape.size()); ++i) (i < axis ? t.outer : i == axis ? t.axis : t.inner) *= std::uint64_t(shape[std::size_t(i)]);
        return t;
    };
    const auto exists = [&](int axis) { return axis >= 0 && axis < int(shape.size()); };
    switch (granularity.kind) {
        case Granularity::Kind::Tensor: return Tiling{1, 1, *count, 1, 1, false};
        case Granularity::Kind::Channel:
            if (exists(outputAxis)) {
                Tiling t = around(outputAxis);
                t.outerBlock = std::max<std::uint64_t>(t.outer, 1);
                return t;
            }
            break;
        case Granularity::Kind::Group:
            if (exists(reductionAxis) && granularity.columns > 0) {
                Tiling t = around(reductionAxis);
                if (encodesBlocks(scheme) && exists(outputAxis) && outputAxis < reductionAxis) {
                    t = around(outputAxis);
                    t = {t.outer * t.axis, t.inner, 1};
                }
                t.block = granularity.columns;
                t.perInner = true;
                return t;
            }
            break;
        case Granularity::Kind::Block:
            if (exists(outputAxis) && exists(reductionAxis) && std::abs(outputAxis - reductionAxis) == 1) {
                const bool outputFirst = outputAxis < reductionAxis;
                Tiling t = around(std::max(outputAxis, reductionAxis));
                t.block = outputFirst ? granularity.columns : granularity.rows;
                t.outerBlock = outputFirst ? granularity.rows : granularity.columns;
                // Blocks must not reach across what lies before the two axes.
                if (const auto earlier = std::uint64_t(shape[std::size_t(std::min(outputAxis, reductionAxis))]);
                    earlier == t.outer || earlier % t.outerBlock == 0)
                    return t;
            }
            break;
        default: break;
    }
    return badInput("weight", fmt::format("shape {} has no axis for this granularity", tensor::text(shape)),
                    "Use tensor granularity for this layer");
}

std::vector<std::uint64_t> regionBoundaries(std::span<const Tiling> tilings, std::uint64_t count, std::uint64_t target) {
    std::uint64_t slab = count, unit = 1;
    for (const Tiling& t : tilings) {
        if (!t.local()) continue;
        slab = t.axis * t.inner;
        // A multiple of every block length, or the whole axis where that is shorter.
        unit = std::min(std::lcm(unit, t.block * t.inner), slab);
    }
    std::vector<std::uint64_t> boundaries{0};
    if (count == 0) return boundaries;
    if (slab <= target && slab < count) {
        const std::uint64_t step = std::max<std::uint64_t>(target / slab, 1) * slab;
        for (std::uint64_t at = step; at < count; at += step) boundaries.push_back(at);
    } else {
        const std::uint64_t step = std::max<std::uint64_t>(target / unit, 1) * unit;
        for (std::uint64_t base = 0; base < count; base += slab) {
            if (base > 0) boundaries.push_back(base);
            for (std::uint64_t at = step; at < slab; at += step) boundaries.push_back(base + at);
        }
    }
    boundaries.push_back(count);
    return boundaries;
}

}  // namespace roundoff::schemes
