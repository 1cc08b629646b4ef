#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.h"
#include "core/schemes/scheme.h"
#include "core/tensor/shape.h"

namespace roundoff::schemes {

/// Which scale an element uses. The tensor is seen as [outer][axis][inner], row-major; blocks of `block` run along
/// axis, the last may be short. Element (o, a, i) uses scale
///     (o / outerBlock * blocks() + a / block) * (perInner ? inner : 1) + (perInner ? i : 0).
/// Per tensor: outer 1, axis 1, inner = count. Per channel: axis = the channel axis, block 1, all of outer together. Per
/// group: axis = the reduction axis, each of outer and inner by itself. So scales are stored in the order of ONNX's
/// DequantizeLinear: scalar, [C], or the weight's shape with axis divided by block, rounded up. In blocks of two axes:
/// axis = the later of them, and `outerBlock` steps of the earlier one, the last of outer, share a scale.
struct Tiling {
    std::uint64_t outer = 1, axis = 1, inner = 1, block = 1, outerBlock = 1;
    bool perInner = false;

    [[nodiscard]] std::uint64_t blocks() const { return (axis + block - 1) / block; }
    [[nodiscard]] std::uint64_t scales() const {
        return (outer + outerBlock - 1) / outerBlock * blocks() * (perInner ? inner : 1);
    }
    [[nodiscard]] std::uint64_t count() const { return outer * axis * inner; }
    [[nodiscard]] std::uint64_t index(std::uint64_t element) const {
        const std::uint64_t i = element % inner, a = element / inner % axis, o = element / inner / axis;
        return (o / outerBlock * blocks() + a / block) * (perInner ? inner : 1) + (perInner ? i : 0);
    }
    /// True where the scales of a region depend on that region's elements alone: groups, but not channels.
    [[nodiscard]] bool local() const { return perInner; }
    bool operator==(const Tiling&) const = default;
};

/// What a granularity comes to on a weight: a group at least as long as the reduction axis is the whole channel, so a
/// depthwise convolution in groups of 32 has a scale for each filter and not one for each weight. Formats that encode
/// whole blocks keep theirs.
Granularity effectiveGranularity(const tensor::Shape& shape, int outputAxis, int reductionAxis, const TensorScheme& scheme);

/// The tiling of a weight under its effective granularity. Error where the granularity does not fit the shape (no such axis).
/// Whole blocks run along all that lies behind the output axis, where the reduction axis does.
Result<Tiling> tilingOf(const tensor::Shape& shape, int outputAxis, int reductionAxis, const TensorScheme& scheme);

/// A stretch of consecutive elements that a kernel takes in one call: either runs of `width` elements, each with the next
/// scale, or rows of `width` elements, in which column j has scale `scale + j`.
struct Batch {
    std::uint64_t first = 0;  ///< element in the tensor
    std::size_t count = 0;
    std::size_t width = 0;
    std::uint64_t scale = 0;
    bool columns = false;
    [[nodiscard]] std::size_t scales() const { return columns ? width : (count + width - 1) / width; }
    [[nodiscard]] std::size_t rows() const { return count / width; }
};

/// Cuts elements [first, end) into batches of at most `limit` elements.
template <class Function>
void forEachBatch(const Tiling& t, std::uint64_t first, std::uint64_t end, std::size_t limit, Function function) {
    const std::uint64_t slab = t.axis * t.inner, unit = t.block * t.inner;
    const bool rowsOfInner = t.perInner && t.inner > 1;
    const bool rowsOfAxis = !rowsOfInner && t.inner == 1 && t.block == 1 && t.axis > 1 && t.outerBlock >= t.outer;
    for (std::uint64_t at = first; at < end;) {
        const std::uint64_t left = std::min<std::uint64_t>(end - at, limit);
        const std::uint64_t o = at / slab, within = at % slab;
        Batch batch{at, 0, 0, 0, rowsOfInner || rowsOfAxis};
        if (batch.columns) {
            const std::uint64_t width = rowsOfInner ? t.inner : t.axis, column = within % width, a = within / width;
            const std::uint64_t rowsLeft =
                rowsOfInner ? std::min(t.block - a % t.block, t.axis - a) : (end - at) / width;
            batch.scale = (rowsOfInner ? (o / t.outerBlock * t.blocks() + a / t.block) * width : 0) + column;
            const std::uint64_t rows = column == 0 ? std::min(rowsLeft, left / width) : 0;
            batch.count = std::size_t(rows > 0 ? rows * width : std::min(width - column, left));
            batch.width = std::size_t(rows > 0 ? width : batch.count);
        } else {
            const std::uint64_t b = within / unit, into = within % unit;
            batch.scale = o / t.outerBlock * t.blocks() + b;
            const bool even = t.outerBlock == 1 && t.axis % t.block == 0;
            const std::uint64_t wholeUnits = into != 0 ? 0 : std::min(even ? left : t.axis / t.block - b, left / unit);
            batch.count = std::size_t(wholeUnits > 0 ? wholeUnits * unit : std::min({unit - into, slab - within, left}));
            batch.width = std::size_t(wholeUnits > 0 ? unit : batch.count);
        }
        at += batch.count;
        function(batch);
    }
}

/// Boundaries, ascending from 0 to the element count, of regions of about `target` elements that hold whole blocks of
/// every local tiling among `tilings`, which all see the same tensor.
std::vector<std::uint64_t> regionBoundaries(std::span<const Tiling> tilings, std::uint64_t count, std::uint64_t target);

}  // namespace roundoff::schemes
