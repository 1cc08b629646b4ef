#pragma once
#include <cstdint>
#include <optional>

namespace roundoff::ui {

/// Speed and time left of a run over layers of very different size: weighted by bytes, recent work counting more.
/// Silent until three layers are done. Time is given by the caller, so tests need no clock.
class Eta {
public:
    explicit Eta(double totalBytes = 0) : m_total(totalBytes) {}
    /// @param seconds since the start @param bytes and layers done so far; neither falls
    void update(double seconds, double bytes, std::size_t layers);
    [[nodiscard]] std::optional<double> bytesPerSecond() const;
    [[nodiscard]] std::optional<double> secondsLeft() const;

private:
    double m_total = 0, m_seconds = 0, m_bytes = 0, m_rate = 0;
    std::size_t m_layers = 0;
};

}  // namespace roundoff::ui
