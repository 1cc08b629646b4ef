#pragma once
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace roundoff::test {

/// The same numbers on every machine: splitmix64, Box–Muller.
class Random {
public:
    explicit Random(std::uint64_t seed) : m_state(seed) {}
    std::uint64_t bits() {
        std::uint64_t z = (m_state += 0x9E3779B97F4A7C15ULL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }
    /// In (0, 1).
    double uniform() { return (double(bits() >> 11) + 0.5) * 0x1p-53; }
    double gauss() { return std::sqrt(-2 * std::log(uniform())) * std::cos(2 * std::numbers::pi * uniform()); }
    /// Unit variance.
    double laplace() {
        const double u = uniform() - 0.5;
        return (u < 0 ? 1 : -1) * std::log(1 - 2 * std::abs(u)) / std::numbers::sqrt2;
    }

private:
    std::uint64_t m_state;
};

inline std::vector<float> gaussian(std::size_t n, std::uint64_t seed, double sigma = 1) {
    Random random(seed);
    std::vector<float> x(n);
    for (float& v : x) v = float(sigma * random.gauss());
    return x;
}

}  // namespace roundoff::test
