#include "ui/shell/eta.h"

#include <algorithm>
#include <cmath>

namespace roundoff::ui {
namespace {
constexpr double kMemory = 5;  ///< seconds after which work counts 1/e
}

void Eta::update(double seconds, double bytes, std::size_t layers) {
    m_layers = std::max(m_layers, layers);
    const double span = seconds - m_seconds, moved = bytes - m_bytes;
    if (span <= 0 || moved < 0) return;
    const double rate = moved / span;
    const double weight = m_rate == 0 ? 1 : 1 - std::exp(-span / kMemory);
    m_rate += weight * (rate - m_rate);
    m_seconds = seconds;
    m_bytes = bytes;
}

std::optional<double> Eta::bytesPerSecond() const {
    if (m_layers < 3 || m_rate <= 0) return std::nullopt;
    return m_rate;
}

std::optional<double> Eta::secondsLeft() const {
    const auto rate = bytesPerSecond();
    if (!rate || m_total <= 0) return std::nullopt;
    return std::max(0.0, m_total - m_bytes) / *rate;
}

}  // namespace roundoff::ui
