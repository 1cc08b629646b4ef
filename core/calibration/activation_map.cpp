#include "core/calibration/activation_map.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>

#include "core/calibration/calibration.h"
#include "core/calibration/trial.h"

namespace roundoff::calibration {
namespace {

/// A tensor as positions × channels.
struct Grid {
    std::span<const float> x;
    std::size_t outer = 1, channels = 1, inner = 1;
    [[nodiscard]] std::size_t positions() const { return outer * inner; }
    [[nodiscard]] float size(std::size_t position, std::size_t channel) const {
        return std::abs(x[(position / inner * channels + channel) * inner + position % inner]);
    }
};

Grid gridOf(const tensor::TensorView& value) {
    Grid grid{{reinterpret_cast<const float*>(value.bytes.data()), value.bytes.size() / sizeof(float)}};
    if (value.shape.empty()) return grid;
    const std::size_t axis = channelAxis(value.shape);
    for (std::size_t i = 0; i < value.shape.size(); ++i)
        (i < axis ? grid.outer : i == axis ? grid.channels : grid.inner) *= std::size_t(value.shape[i]);
    return grid;
}

/// `order` says which channel stands at which place.
std::vector<ActivationMap::Cell> pooled(const Grid& grid, const std::vector<std::uint32_t>& order, const ActivationMap& map) {
    std::vector<ActivationMap::Cell> cells(map.rows * map.columns, {-1});  // filled by whatever comes first
    for (std::size_t place = 0; place < map.channels; ++place) {
        const std::size_t column = place * map.columns / map.channels;
        for (std::size_t position = 0; position < map.positions; ++position) {
            auto& cell = cells[position * map.rows / map.positions * map.columns + column];
            const float size = grid.size(position, order[place]), known = std::isfinite(size) ? size : 0;
            if (known > cell.size) cell = {known, order[place], std::uint32_t(position)};
        }
    }
    return cells;
}

}  // namespace

ActivationMap mapOf(const tensor::TensorView& value) {
    const Grid grid = gridOf(value);
    ActivationMap map;
    map.shape = value.shape;
    map.channels = grid.channels;
    map.positions = grid.positions();
    if (grid.x.empty()) return map;
    map.columns = std::min(map.channels, ActivationMap::kMostSide);
    map.rows = std::min(map.positions, ActivationMap::kMostSide);
    std::vector<float> largest(map.channels, 0);
    for (std::size_t channel = 0; channel < map.channels; ++channel)
        for (std::size_t position = 0; position < map.positions; ++position) {
            const float size = grid.size(position, channel);
            if (std::isfinite(size))
                largest[channel] = std::max(largest[channel], size);
            else
                ++map.broken;
        }
    std::vector<std::uint32_t> order(map.channels);
    std::iota(order.begin(), order.end(), 0U);
    map.byIndex = pooled(grid, order, map);
    std::ranges::stable_sort(order, [&](std::uint32_t a, std::uint32_t b) { return largest[a] > largest[b]; });
    map.bySize = pooled(grid, order, map);
    for (const auto& cell : map.byIndex) {
        map.most = std::max(map.most, cell.size);
        if (cell.size > 0 && (map.least == 0 || cell.size < map.least)) map.least = cell.size;
    }
    return map;
}

Result<ActivationMap> activationMap(const model::Model& model, const std::string& value, const DataSource& source, Job& job) {
    const auto data = loadDataset(model, source, 1, job);
    if (!data) return propagate(data);
    const auto sample = data->sample(0);
    if (!sample) return propagate(sample);
    if (job.cancelled()) return cancelled();
    auto trial = Trial::open(model, watching(model, {value}, false), job);
    if (!trial) return propagate(trial);
    std::optional<ActivationMap> map;
    trial->handlers().tap = [&](std::size_t, const tensor::TensorView& seen) { map = mapOf(seen); };
    if (const auto outputs = trial->run(*sample, job); !outputs) return tl::unexpected(data->unfit(0, outputs.error()));
    if (!map) return badInput(model.info().path, "the value \"" + value + "\" did not come by", "Choose another layer");
    map->value = value;
    map->words = data->words;
    return std::move(*map);
}

}  // namespace roundoff::calibration
