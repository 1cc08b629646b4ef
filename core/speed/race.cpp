#include "core/speed/race.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/speed/load.h"

namespace roundoff::speed {
namespace {

constexpr double kMostSpread = 0.2;
constexpr double kMostDrift = 0.1;
constexpr double kMostOthers = 0.1;
constexpr double kTickSeconds = 0.03;  // that the system's clock of processors may be off in a round
constexpr double kLeastMs = 0.005;     // of a run: below, two loads of one model differ by more than a tenth
constexpr std::size_t kFewest = 3;
constexpr std::size_t kStretches = 4, kLeastInStretch = 10;  // of a round

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

/// Medians of the rounds, long ones in stretches: what drifts is seen within them, too.
std::vector<double> mediansOf(std::span<const Round> rounds, Times side) {
    std::vector<double> medians;
    for (const Round& round : rounds) {
        const std::span<const double> times = round.*side;
        const std::size_t parts = std::clamp<std::size_t>(times.size() / kLeastInStretch, 1, kStretches);
        for (std::size_t i = 0; i < parts; ++i) {
            const std::size_t first = i * times.size() / parts, last = (i + 1) * times.size() / parts;
            medians.push_back(spreadOf(times.subspan(first, last - first)).median);
        }
    }
    return medians;
}

std::string noiseOf(std::span<const Round> rounds, Times side, const Spread& spread, const char* name) {
    if (spread.median <= 0) return {};
    if (spread.median < kLeastMs)
        return fmt::format("a {} run takes {:.1f} µs, which the next start of the program may not repeat", name, 1000 * spread.median);
    if (spread.iqr > kMostSpread * spread.median)
        return fmt::format("the {} runs spread over {:.0f} % of their median", name, 100 * spread.iqr / spread.median);
    const auto medians = mediansOf(rounds, side);
    const auto [low, high] = std::ranges::minmax(medians);
    if (high - low <= kMostDrift * low) return {};
    return fmt::format("the {} runs took {:.0f} % longer at one time than at another", name, 100 * (high / low - 1));
}

std::string noiseOfOthers(std::span<const Round> rounds) {
    double others = 0, total = 0;
    for (const Round& round : rounds) {
        others += round.othersSeconds;
        total += round.totalSeconds;
    }
    if (others <= kMostOthers * total + kTickSeconds * double(rounds.size())) return {};
    return fmt::format("other programs took {:.0f} % of the processors", 100 * others / total);
}

}  // namespace

Spread spreadOf(std::span<const double> milliseconds) {
    if (milliseconds.empty()) return {};
    std::vector<double> sorted(milliseconds.begin(), milliseconds.end());
    std::sort(sorted.begin(), sorted.end());
    return {quantile(sorted, 0.5), quantile(sorted, 0.75) - quantile(sorted, 0.25), sorted.size()};
}

Result<Round> race(const Run& floats, const Run& quantized, const RaceLimits& limits, Job& job) {
    const Load load;
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
    const Load::Use use = load.use();
    round.othersSeconds = use.others;
    round.totalSeconds = use.total;
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
    duel.noise = noiseOfOthers(rounds);
    if (duel.noise.empty()) duel.noise = noiseOf(rounds, &Round::floats, duel.floatMs, "float");
    if (duel.noise.empty()) duel.noise = noiseOf(rounds, &Round::quantized, duel.quantizedMs, "quantized");
    duel.noisy = !duel.noise.empty();
    return duel;
}

}  // namespace roundoff::speed
