#include "core/speed/race.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace roundoff::speed {
namespace {

constexpr double kMostSpread = 0.2;
constexpr double kMostDrift = 0.1;
constexpr std::size_t kFewest = 3;

/// Linear between the neighbours, as most tools have it.
double quantile(const std::vector<double>& sorted, double share) {
    const double at = share * double(sorted.size() - 1);
    const auto low = std::size_t(at);
    const std::size_t high = std::min(low + 1, sorted.size() - 1);
    return sorted[low] + (at - double(low)) * (sorted[high] - sorted[low]);
}

using Times = std::vector<double> Round::*;

std::vector<double> all(std::span<const Round> rounds, Times side) {
    std::vector<double> times;
    for (const Round& round : rounds) times.insert(times.end(), (round.*side).begin(), (round.*side).end());
    return times;
}

std::string noiseOf(std::span<const Round> rounds, Times side, const Spread& spread, const char* name) {
    if (spread.median <= 0) return {};
    if (spread.iqr > kMostSpread * spread.median)
        return fmt::format("the {} runs spread over {:.0f} % of their median", name, 100 * spread.iqr / spread.median);
    double low = spread.median, high = spread.median;
    for (const Round& round : rounds) {
        const double median = spreadOf(round.*side).median;
        low = std::min(low, median);
        high = std::max(high, median);
    }
    if (high - low <= kMostDrift * low) return {};
    return fmt::format("the {} runs took {:.0f} % longer at one time than at another", name, 100 * (high / low - 1));
}

}  // namespace

Spread spreadOf(std::span<const double> milliseconds) {
    if (milliseconds.empty()) return {};
    std::vector<double> sorted(milliseconds.begin(), milliseconds.end());
    std::sort(sorted.begin(), sorted.end());
    return {quantile(sorted, 0.5), quantile(sorted, 0.75) - quantile(sorted, 0.25), sorted.size()};
}

Result<Round> race(const Run& floats, const Run& quantized, const RaceLimits& limits, Job& job) {
    Round round;
    double floatSum = 0, quantizedSum = 0;
    for (std::size_t i = 0;; ++i) {
        if (job.cancelled()) return cancelled();
        // Who runs second finds other caches than who runs first: they change places.
        const bool swap = i % 2 == 1;
        const auto first = swap ? quantized() : floats();
        if (!first) return propagate(first);
        const auto second = swap ? floats() : quantized();
        if (!second) return propagate(second);
        if (i < limits.warmups) continue;
        round.floats.push_back(swap ? *second : *first);
        round.quantized.push_back(swap ? *first : *second);
        floatSum += round.floats.back();
        quantizedSum += round.quantized.back();
        const std::size_t runs = round.floats.size();
        if (runs >= limits.leastRuns && std::min(floatSum, quantizedSum) >= limits.leastMs) break;
        if (runs >= kFewest && floatSum + quantizedSum >= limits.mostMs) break;
    }
    return round;
}

Duel judge(std::span<const Round> rounds) {
    Duel duel;
    duel.floatMs = spreadOf(all(rounds, &Round::floats));
    duel.quantizedMs = spreadOf(all(rounds, &Round::quantized));
    std::size_t turns = 0, won = 0;
    for (const Round& round : rounds)
        for (std::size_t i = 0; i < std::min(round.floats.size(), round.quantized.size()); ++i, ++turns)
            if (round.quantized[i] < round.floats[i]) ++won;
    if (turns > 0) duel.wins = double(won) / double(turns);
    duel.noise = noiseOf(rounds, &Round::floats, duel.floatMs, "float");
    if (duel.noise.empty()) duel.noise = noiseOf(rounds, &Round::quantized, duel.quantizedMs, "quantized");
    duel.noisy = !duel.noise.empty();
    return duel;
}

}  // namespace roundoff::speed
