#include "core/schemes/histogram_ranges.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace roundoff::schemes {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

/// Natural logarithms of counts. Those of short data come from a table: a search takes hundreds of thousands.
double logOf(std::uint64_t n) {
    static const std::vector<double> table = [] {
        std::vector<double> t(1 << 15);
        for (std::size_t i = 1; i < t.size(); ++i) t[i] = std::log(double(i));
        return t;
    }();
    return n < table.size() ? table[n] : std::log(double(n));
}

/// n · ln n
double entropyOf(std::uint64_t n) {
    return n == 0 ? 0 : double(n) * logOf(n);
}

/// The integral of t² from 0 to t.
double cubed(double t) {
    return t * t * t / 3;
}

}  // namespace

double klShare(std::span<const std::uint64_t> magnitudes, std::size_t levels) {
    const std::size_t size = magnitudes.size();
    if (size <= levels || size < 2 || levels == 0) return 1;
    std::vector<std::uint64_t> bins(magnitudes.begin(), magnitudes.end());
    bins[0] = bins[1];
    // Prefix sums make a candidate cost as many steps as there are levels.
    std::vector<std::uint64_t> sum(size + 1, 0), used(size + 1, 0);
    std::vector<double> entropy(size + 1, 0);
    for (std::size_t b = 0; b < size; ++b) {
        sum[b + 1] = sum[b] + bins[b];
        used[b + 1] = used[b] + (bins[b] > 0);
        entropy[b + 1] = entropy[b] + entropyOf(bins[b]);
    }
    const std::uint64_t total = sum[size];
    if (total == 0) return 1;
    std::size_t best = size;
    double least = kInf;
    for (std::size_t i = std::max(size / 16, levels); i <= size; ++i) {
        const std::uint64_t beyond = total - sum[i], last = bins[i - 1] + beyond;
        if (sum[i] == 0 || (bins[i - 1] == 0 && beyond > 0)) continue;  // Q has nothing where P has: infinite
        // total · KL = sum p ln p - sum p ln q, less total · ln(total / kept).
        double divergence = entropy[i - 1] + entropyOf(last) - double(total) * (logOf(total) - logOf(sum[i]));
        for (std::size_t k = 0, from = 0; k < levels; ++k) {
            const std::size_t to = ((k + 1) * i + levels - 1) / levels;
            const std::uint64_t mass = sum[to] - sum[from];
            if (mass > 0) {
                const std::uint64_t p = mass + (k + 1 == levels ? beyond : 0);
                divergence -= double(p) * (logOf(mass) - logOf(used[to] - used[from]));
            }
            from = to;
        }
        if (divergence <= least) {
            least = divergence;
            best = i;
        }
    }
    return double(best) / double(size);
}

Shares klSharesOnnxRuntime(std::span<const std::uint64_t> counts, std::size_t parts) {
    constexpr double kSmooth = 1e-4;
    const std::size_t size = counts.size(), middle = size / 2;
    Shares result;
    if (parts < 2 || middle < parts / 2) return result;
    std::vector<std::uint64_t> sum(size + 1, 0);
    for (std::size_t b = 0; b < size; ++b) sum[b + 1] = sum[b] + counts[b];
    double least = kInf;
    for (std::size_t i = parts / 2; i <= middle; ++i) {
        const std::size_t first = middle - i, end = std::min(middle + i + 1, size), width = end - first;
        std::vector<double> p(counts.begin() + std::ptrdiff_t(first), counts.begin() + std::ptrdiff_t(end)),
            q(width, 0.0);
        p.front() += double(sum[first]);
        p.back() += double(sum[size] - sum[end]);
        const std::size_t each = width / parts;
        for (std::size_t k = 0; k < parts; ++k) {
            const std::size_t from = k * each, to = from + each;
            const auto inside = std::count_if(p.begin() + std::ptrdiff_t(from), p.begin() + std::ptrdiff_t(to),
                                              [](double v) { return v > 0; });
            const std::uint64_t mass = sum[k + 1 == parts ? end : first + to] - sum[first + from];
            if (inside > 0)
                std::fill(q.begin() + std::ptrdiff_t(from), q.begin() + std::ptrdiff_t(to),
                          std::floor(double(mass) / double(inside)));
        }
        const auto smooth = [&](std::vector<double>& d) {
            const double zeros = double(std::count(d.begin(), d.end(), 0.0)), others = double(width) - zeros;
            double mass = 0;
            for (double& v : d) {
                v += v == 0 ? kSmooth : -kSmooth * zeros / others;
                mass += v;
            }
            for (double& v : d) v /= mass;
            return others > 0;
        };
        if (!smooth(p) || !smooth(q)) continue;
        double divergence = 0;
        for (std::size_t b = 0; b < width; ++b) divergence += p[b] * std::log(p[b] / q[b]);
        if (divergence < least) {
            least = divergence;
            result = {double(i) / double(middle), double(end - middle) / double(size - middle)};
        }
    }
    return result;
}

GridNoise::GridNoise(const kernels::Grid& grid) : m_isUniform(std::holds_alternative<kernels::UniformGrid>(grid)) {
    if (const auto* integers = std::get_if<kernels::UniformGrid>(&grid)) {
        m_low = integers->low;
        m_high = integers->high;
        m_shifted = integers->shifted;
        return;
    }
    if (const auto* set = std::get_if<kernels::LevelGrid>(&grid)) {
        m_levels.assign(set->levels.begin(), set->levels.end());
        m_thresholds.assign(set->thresholds.begin(), set->thresholds.end());
    } else {
        m_levels = valuesOf(std::get<kernels::FloatGrid>(grid));
        for (std::size_t i = 1; i < m_levels.size(); ++i) m_thresholds.push_back((m_levels[i - 1] + m_levels[i]) / 2);
    }
    // From the cell that holds 0 outwards, so that the small differences there are not lost in the sums of the outer
    // cells.
    const std::size_t zero = std::size_t(std::ranges::upper_bound(m_thresholds, 0.0) - m_thresholds.begin());
    const auto cell = [&](std::size_t i) {
        return cubed(m_thresholds[i] - m_levels[i]) - cubed(lowerEnd(i) - m_levels[i]);
    };
    m_sums.assign(m_levels.size(), 0);
    for (std::size_t i = zero; i + 1 < m_levels.size(); ++i) m_sums[i + 1] = m_sums[i] + cell(i);
    for (std::size_t i = zero; i > 0; --i) m_sums[i - 1] = m_sums[i] - cell(i - 1);
}

double GridNoise::uniform(double v) const {
    const double inside = std::clamp(v, m_low, m_high), level = std::nearbyint(inside);
    return level / 12 + cubed(inside - level) + cubed(v - inside);
}

double GridNoise::levels(double v, std::size_t& cell) const {
    while (cell < m_thresholds.size() && v >= m_thresholds[cell]) ++cell;
    return m_sums[cell] + cubed(v - m_levels[cell]) - cubed(lowerEnd(cell) - m_levels[cell]);
}

double GridNoise::operator()(float scale, float zero, std::span<const double> counts, double low, double high) const {
    // A negative scale sees the data mirrored; a float zero, shifted.
    const bool mirrored = scale < 0;
    const double unit = std::abs(double(scale)), step = (high - low) / double(counts.size()) / unit;
    const double shift = m_shifted ? double(zero) : 0, code = m_isUniform && !m_shifted ? double(zero) : 0;
    const double start = (mirrored ? shift - high : low - shift) / unit + code;
    if (!(step > 0)) return 0;
    std::size_t cell = 0;
    double sum = 0, before = m_isUniform ? uniform(start) : levels(start, cell);
    for (std::size_t b = 0; b < counts.size(); ++b) {
        const double v = start + step * double(b + 1), here = m_isUniform ? uniform(v) : levels(v, cell);
        sum += counts[mirrored ? counts.size() - 1 - b : b] * (here - before);
        before = here;
    }
    return sum / step * unit * unit;
}

}  // namespace roundoff::schemes
