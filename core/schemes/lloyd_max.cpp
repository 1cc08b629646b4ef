#include "core/schemes/lloyd_max.h"

#include <algorithm>
#include <limits>

namespace roundoff::schemes {
namespace {

/// The occupied positions as prefix sums, so that the cost of any stretch is three subtractions.
class Stretches {
public:
    Stretches(std::span<const std::uint64_t> counts, std::span<const double> positions) {
        for (std::size_t i = 0; i < counts.size(); ++i) {
            if (counts[i] == 0) continue;
            const double n = double(counts[i]);
            m_count.push_back(m_count.back() + n);
            m_sum.push_back(m_sum.back() + n * positions[i]);
            m_squares.push_back(m_squares.back() + n * positions[i] * positions[i]);
        }
    }
    [[nodiscard]] std::size_t size() const { return m_count.size() - 1; }
    /// Squared distance of [from, to) to its mean.
    [[nodiscard]] double cost(std::size_t from, std::size_t to) const {
        const double sum = m_sum[to] - m_sum[from];
        return std::max(m_squares[to] - m_squares[from] - sum * sum / (m_count[to] - m_count[from]), 0.0);
    }
    [[nodiscard]] double mean(std::size_t from, std::size_t to) const {
        return (m_sum[to] - m_sum[from]) / (m_count[to] - m_count[from]);
    }

private:
    std::vector<double> m_count{0}, m_sum{0}, m_squares{0};
};

/// One more level: best[j] = min over i of before[i] + cost(i, j) for j in [low, high), whose best i lies in [least, most].
void addLevel(const Stretches& data, const std::vector<double>& before, std::size_t low, std::size_t high, std::size_t least,
              std::size_t most, std::vector<double>& best, std::vector<std::uint16_t>& from) {
    if (low >= high) return;
    const std::size_t j = (low + high) / 2;
    best[j] = std::numeric_limits<double>::infinity();
    for (std::size_t i = least; i <= most && i < j; ++i) {
        const double total = before[i] + data.cost(i, j);
        if (total < best[j]) {
            best[j] = total;
            from[j] = std::uint16_t(i);
        }
    }
    const std::size_t split = best[j] < std::numeric_limits<double>::infinity() ? from[j] : least;
    addLevel(data, before, low, j, least, split, best, from);
    addLevel(data, before, j + 1, high, split, most, best, from);
}

}  // namespace

std::vector<double> lloydMaxLevels(std::span<const std::uint64_t> counts, std::span<const double> positions,
                                   std::size_t levels) {
    const Stretches data(counts, positions);
    const std::size_t n = data.size();
    if (n == 0) return {0};
    levels = std::min(levels, n);
    std::vector<double> before(n + 1, std::numeric_limits<double>::infinity()), best(n + 1);
    before[0] = 0;
    std::vector<std::vector<std::uint16_t>> from(levels, std::vector<std::uint16_t>(n + 1));
    for (std::size_t level = 0; level < levels; ++level) {
        best[0] = std::numeric_limits<double>::infinity();
        addLevel(data, before, level + 1, n + 1, level, n - 1, best, from[level]);
        std::fill(best.begin(), best.begin() + std::ptrdiff_t(level) + 1, std::numeric_limits<double>::infinity());
        before.swap(best);
    }
    std::vector<double> result(levels);
    for (std::size_t level = levels, end = n; level-- > 0;) {
        const std::size_t begin = from[level][end];
        result[level] = data.mean(begin, end);
        end = begin;
    }
    return result;
}

}  // namespace roundoff::schemes
