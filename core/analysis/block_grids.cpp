#include "core/analysis/block_grids.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace roundoff::analysis {
namespace {

constexpr std::uint32_t kNone = 0x7FC0'0001;  ///< a NaN: no value is one

/// Length of an axis, and how many elements apart its neighbours lie; 1 and 1 where there is no such axis.
void measure(const tensor::Shape& shape, int axis, std::uint64_t& length, std::uint64_t& stride) {
    if (axis < 0 || axis >= int(shape.size())) return;
    length = std::max<std::uint64_t>(std::uint64_t(shape[std::size_t(axis)]), 1);
    for (std::size_t i = std::size_t(axis) + 1; i < shape.size(); ++i) stride *= std::uint64_t(shape[i]);
    stride = std::max<std::uint64_t>(stride, 1);
}

}  // namespace

bool BlockGrid::coarserThan(const BlockGrid& other) const {
    if (!found() || !other.found()) return found();
    const double mine = std::abs(scale), its = std::abs(other.scale);
    return mine > its || (mine == its && index < other.index);
}

BlockGrids::BlockGrids(const model::Layer& layer, const schemes::Tiling& tiling, std::uint32_t rows)
    : m_tiling(tiling), m_rows(rows), m_recent(256, kNone) {
    measure(layer.shape, layer.outputAxis, m_channels, m_perChannel);
    measure(layer.shape, layer.reductionAxis, m_reduction, m_perPosition);
}

BlockGrid BlockGrids::gridAt(std::uint64_t index, std::uint64_t element, double scale, double zero) const {
    const std::uint64_t group = (m_tiling.perInner ? index / m_tiling.inner : index) % m_tiling.blocks();
    return {index, element / m_perChannel % m_channels, element / m_perPosition % m_reduction, group, scale, zero};
}

void BlockGrids::observe(std::uint64_t first, std::span<const float> y, const schemes::Parameters& parameters) {
    if (y.empty()) return;
    const auto consider = [&](const BlockGrid& grid) {
        BlockGrid& row = m_rows[std::size_t(grid.channel * m_rows.size() / m_channels)];
        if (grid.coarserThan(row)) row = grid;
        if (grid.index != m_coarsest.index && grid.coarserThan(m_coarsest)) {
            m_coarsest = grid;
            m_values.clear();
            std::ranges::fill(m_recent, kNone);
        }
    };
    if (parameters.scales.empty()) {
        // Scales that are not told apart: the block with the largest value stands for the coarsest.
        const auto largest = std::ranges::max_element(y, {}, [](float v) { return std::isnan(v) ? 0.0F : std::abs(v); });
        const std::uint64_t element = first + std::uint64_t(largest - y.begin());
        consider(gridAt(m_tiling.index(element), element, std::abs(*largest), 0));
    } else {
        forEachBatch(m_tiling, first, first + y.size(), y.size(), [&](const schemes::Batch& batch) {
            for (std::size_t s = 0; s < batch.scales(); ++s) {
                const std::uint64_t index = batch.scale + s;
                const std::size_t at = std::size_t(index - parameters.first);
                consider(gridAt(index, batch.first + (batch.columns ? s : s * batch.width), parameters.scales[at],
                                parameters.zeros.empty() ? 0 : double(parameters.zeros[at])));
            }
        });
    }
    collect(first, y);
}

void BlockGrids::collect(std::uint64_t first, std::span<const float> y) {
    if (m_values.size() > kMostValues) return;
    forEachBatch(m_tiling, first, first + y.size(), y.size(), [&](const schemes::Batch& batch) {
        if (m_coarsest.index < batch.scale || m_coarsest.index >= batch.scale + batch.scales()) return;
        const std::size_t s = std::size_t(m_coarsest.index - batch.scale), at = std::size_t(batch.first - first);
        if (batch.columns)
            for (std::size_t i = s; i < batch.count; i += batch.width) take(y[at + i]);
        else
            for (std::size_t i = s * batch.width; i < std::min((s + 1) * batch.width, batch.count); ++i) take(y[at + i]);
    });
}

void BlockGrids::take(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value == 0 ? 0.0F : value);  // -0 is 0
    std::uint32_t& recent = m_recent[bits * 0x9E37'79B1U >> 24];
    if (recent == bits || !std::isfinite(value) || m_values.size() > kMostValues) return;
    recent = bits;
    m_values.insert(bits);
}

void BlockGrids::merge(const BlockGrids& other) {
    for (std::size_t row = 0; row < m_rows.size(); ++row)
        if (other.m_rows[row].coarserThan(m_rows[row])) m_rows[row] = other.m_rows[row];
    if (other.m_coarsest.index == m_coarsest.index) {
        m_values.insert(other.m_values.begin(), other.m_values.end());
    } else if (other.m_coarsest.coarserThan(m_coarsest)) {
        m_coarsest = other.m_coarsest;
        m_values = other.m_values;
    }
}

std::vector<double> BlockGrids::values() const {
    std::vector<double> list;
    if (m_values.size() > kMostValues) return list;
    for (const std::uint32_t bits : m_values) list.push_back(std::bit_cast<float>(bits));
    std::ranges::sort(list);
    return list;
}

}  // namespace roundoff::analysis
