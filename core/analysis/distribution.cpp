#include "core/analysis/distribution.h"

#include <tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/analysis/layer_pass.h"
#include "core/kernels/histogram.h"

namespace roundoff::analysis {
namespace {

constexpr std::uint32_t kMostRows = 256, kColumns = 192;

/// Counts what the picture of one layer needs beside the errors.
class Picture final : public RegionObserver {
public:
    /// @param tiling of the scheme; none = float
    Picture(const model::Layer& layer, const tensor::Shape& shape, const std::optional<schemes::Tiling>& tiling)
        : m_layer(layer), m_tiling(tiling) {
        const int channelAxis = layer.outputAxis;
        for (int i = 0; i < int(shape.size()); ++i) {
            if (i == channelAxis) m_channels = std::uint64_t(shape[std::size_t(i)]);
            if (i > channelAxis) m_inner *= std::uint64_t(shape[std::size_t(i)]);
        }
        m_rows = std::uint32_t(std::min<std::uint64_t>(m_channels, kMostRows));
    }

    void prepare(const WeightStatistics& statistics, std::size_t) override {
        m_low = float(statistics.histogram.low);
        m_high = float(statistics.histogram.high);
        m_bins = statistics.histogram.counts.size();
    }

    void observe(std::size_t, std::uint64_t first, std::span<const float> x, std::span<const float> y,
                 const schemes::Parameters& parameters) override {
        Counts& counts = m_counts.local();
        if (m_tiling) {
            if (!counts.grids) counts.grids.emplace(m_layer, *m_tiling, m_rows);
            counts.grids->observe(first, y, parameters);
        }
        if (!(m_low < m_high)) return;
        counts.dequantized.resize(m_bins);
        if (!y.empty()) kernels::accumulateHistogram(y.data(), y.size(), m_low, m_high, counts.dequantized);
        counts.scales.insert(counts.scales.end(), parameters.scales.begin(), parameters.scales.end());
        counts.channels.resize(std::size_t(m_rows) * kColumns);
        const float perUnit = float(kColumns / (double(m_high) - double(m_low)));
        for (std::size_t i = 0; i < x.size(); ++i) {
            const float position = (x[i] - m_low) * perUnit;
            if (!(position >= 0)) continue;  // NaN and what lies below
            const auto column = std::min(std::uint32_t(std::min(position, 1e6F)), kColumns - 1);
            const std::uint64_t channel = (first + i) / m_inner % m_channels;
            ++counts.channels[std::size_t(channel * m_rows / m_channels) * kColumns + column];
        }
    }

    void collect(Distribution& into) {
        into.dequantized = {m_low, m_high, std::vector<std::uint64_t>(m_bins, 0)};
        into.channels = std::uint32_t(m_channels);
        into.channelRows = m_rows;
        into.valueColumns = kColumns;
        into.channelCounts.assign(std::size_t(m_rows) * kColumns, 0);
        std::vector<float> scales;
        std::optional<BlockGrids> grids;
        for (const Counts& counts : m_counts) {
            if (counts.grids && !grids)
                grids = counts.grids;
            else if (counts.grids)
                grids->merge(*counts.grids);
            for (std::size_t b = 0; b < counts.dequantized.size(); ++b) into.dequantized.counts[b] += counts.dequantized[b];
            for (std::size_t c = 0; c < counts.channels.size(); ++c) into.channelCounts[c] += counts.channels[c];
            scales.insert(scales.end(), counts.scales.begin(), counts.scales.end());
        }
        if (grids) {
            into.rowGrids = grids->rows();
            into.coarsest = grids->coarsest();
            into.coarsestValues = grids->values();
        }
        if (scales.empty()) return;
        const auto middle = scales.begin() + std::ptrdiff_t(scales.size() / 2);
        std::nth_element(scales.begin(), middle, scales.end());
        into.scale = *middle;
    }

private:
    struct Counts {
        std::vector<std::uint64_t> dequantized;
        std::vector<std::uint32_t> channels;
        std::vector<float> scales;
        std::optional<BlockGrids> grids;
    };
    const model::Layer& m_layer;
    const std::optional<schemes::Tiling> m_tiling;
    tbb::enumerable_thread_specific<Counts> m_counts;  // integer counts: their sum has no order
    std::uint64_t m_channels = 1, m_inner = 1;
    std::uint32_t m_rows = 1;
    float m_low = 0, m_high = 0;
    std::size_t m_bins = 0;
};

/// True where each value is a level, but for what rounding in float32 makes of it.
bool among(const std::vector<double>& values, const std::vector<double>& levels) {
    if (levels.empty()) return false;
    const double slack = 1e-5 * std::max(std::abs(levels.front()), std::abs(levels.back()));
    return std::ranges::all_of(values, [&](double value) {
        const auto above = std::ranges::lower_bound(levels, value - slack);
        return above != levels.end() && *above <= value + slack;
    });
}

/// What the format says of its levels or learned of them, if the weights lie on them; else what the weights tell.
void findLevels(Distribution& d, const std::vector<float>& codebook) {
    d.unitLevels = schemes::levels(d.scheme.weight);
    if (!codebook.empty()) d.unitLevels.assign(codebook.begin(), codebook.end());
    if (!d.coarsest.found() || among(d.coarsestValues, levelsOf(d, d.coarsest))) return;
    d.occurring = true;
    d.unitLevels.clear();
}

}  // namespace

std::vector<double> levelsOf(const Distribution& d, const BlockGrid& grid) {
    if (!grid.found()) return {};
    if (d.unitLevels.empty()) return grid.index == d.coarsest.index ? d.coarsestValues : std::vector<double>();
    // levels() of an unsigned symmetric scheme are already around its middle code.
    const bool shifted = d.scheme.weight.symmetry == schemes::Symmetry::AsymmetricFloat;
    const double zero = d.scheme.weight.symmetry == schemes::Symmetry::Asymmetric ? grid.zero : 0;
    std::vector<double> levels;
    for (const double level : d.unitLevels) levels.push_back((level - zero) * grid.scale + (shifted ? grid.zero : 0));
    if (grid.scale < 0) std::ranges::reverse(levels);
    return levels;
}

Result<Distribution> distribution(const model::Model& model, std::size_t index, const schemes::Scheme& scheme, Job& job) {
    const model::Layer& layer = model.layers()[index];
    const model::Tensor& tensor = model.tensors()[layer.weight];
    if (layer.stored || !tensor::isFloat(tensor.type))
        return badInput(layer.name, fmt::format("the weight is stored as {}", tensor::name(tensor.type)),
                        "Open the float model to see its distribution");
    auto data = model.weight(layer);
    if (!data) return propagate(data);
    std::vector<schemes::TensorScheme> wanted;
    std::optional<schemes::Tiling> tiling;
    if (!scheme.isFloat()) {
        wanted.push_back(scheme.weight);
        const auto found = schemes::tilingOf(tensor.shape, layer.outputAxis, layer.reductionAxis, scheme.weight);
        if (!found) return propagate(found);
        tiling = *found;
    }
    Picture picture(layer, tensor.shape, tiling);
    auto pass = passOver(data->view, layer, wanted, &picture, job);
    if (!pass) return propagate(pass);

    Distribution result;
    result.layer = index;
    result.scheme = scheme;
    result.granularity = schemes::effectiveGranularity(tensor.shape, layer.outputAxis, layer.reductionAxis, scheme.weight);
    result.statistics = std::move(pass->statistics);
    picture.collect(result);
    if (wanted.empty()) return result;
    result.error = pass->errors.front();
    findLevels(result, pass->codebooks.front());
    if (tiling->scales() == 1) {
        result.scale = std::abs(result.coarsest.scale);
        result.levels = levelsOf(result, result.coarsest);
    }
    return result;
}

}  // namespace roundoff::analysis
