#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <unordered_set>
#include <vector>

#include "core/model/model.h"
#include "core/schemes/block_quantizer.h"
#include "core/schemes/tiling.h"

namespace roundoff::analysis {

/// The grid of one scale, and where the elements that share it lie.
struct BlockGrid {
    std::uint64_t index = std::numeric_limits<std::uint64_t>::max();  ///< of its scale; the largest number = none
    std::uint64_t channel = 0;   ///< of its first element, along the output axis
    std::uint64_t position = 0;  ///< likewise along the reduction axis
    std::uint64_t group = 0;     ///< number of the block along the axis that blocks run along
    double scale = 0, zero = 0;  ///< zero: a code, or with a float zero point the value of code 0
    [[nodiscard]] bool found() const { return index != std::numeric_limits<std::uint64_t>::max(); }
    /// Larger scale first, then the earlier block: an order that no thread changes.
    [[nodiscard]] bool coarserThan(const BlockGrid& other) const;
};

/// Finds, while a layer streams by, the coarsest grid of every row of channels, and the distinct values that the elements
/// of the coarsest grid of all take. One a thread; they merge.
class BlockGrids {
public:
    /// @param rows channels are pooled into so many
    BlockGrids(const model::Layer& layer, const schemes::Tiling& tiling, std::uint32_t rows);

    /// Elements [first, first + y.size()) after rounding, with the scales of at least their blocks.
    void observe(std::uint64_t first, std::span<const float> y, const schemes::Parameters& parameters);
    void merge(const BlockGrids& other);

    [[nodiscard]] const std::vector<BlockGrid>& rows() const { return m_rows; }  ///< not found() where nothing was seen
    [[nodiscard]] const BlockGrid& coarsest() const { return m_coarsest; }
    /// Ascending; empty where they are more than kMostValues.
    [[nodiscard]] std::vector<double> values() const;
    static constexpr std::size_t kMostValues = 1024;

private:
    [[nodiscard]] BlockGrid gridAt(std::uint64_t index, std::uint64_t element, double scale, double zero) const;
    void collect(std::uint64_t first, std::span<const float> y);
    void take(float value);

    std::uint64_t m_channels = 1, m_perChannel = 1, m_reduction = 1, m_perPosition = 1;  ///< lengths and strides of the axes
    schemes::Tiling m_tiling;
    std::vector<BlockGrid> m_rows;
    BlockGrid m_coarsest;
    std::unordered_set<std::uint32_t> m_values;  ///< bits of the floats
    std::vector<std::uint32_t> m_recent;         ///< a small cache before the set
};

}  // namespace roundoff::analysis
