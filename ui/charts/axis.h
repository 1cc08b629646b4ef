#pragma once
#include <QString>
#include <cstdint>
#include <vector>

namespace roundoff::ui {

/// `digits` significant figures: "0.0336", "163.8", "3.10e-4" (outside 0.01 … 99,999). A real minus sign; an em dash
/// for NaN, "∞" for infinity.
QString numberText(double value, int digits = 3);
/// What a user typed: accepts a real minus sign, plus, "1e-3", comma or point. False where it is no finite number.
bool parseNumber(QString text, double& value);

struct Tick {
    double value = 0;
    QString label;
};

/// A linear or logarithmic scale between two pixel positions (which may run either way).
class Axis {
public:
    enum class Scale : std::uint8_t { Linear, Log };

    Axis() = default;
    /// A log axis clamps its ends to positive values; equal or non-finite ends are widened, so a scale always exists.
    Axis(Scale scale, double low, double high, double pixelLow, double pixelHigh);

    [[nodiscard]] double low() const { return m_low; }
    [[nodiscard]] double high() const { return m_high; }
    [[nodiscard]] Scale scale() const { return m_scale; }
    /// On a log axis, values at or below zero land on the low end.
    [[nodiscard]] double pixel(double value) const;
    [[nodiscard]] double value(double pixel) const;

    /// Ticks at 1, 2, 5 × 10ⁿ (linear) or whole decades (log), at least `spacing` pixels apart. Linear labels share one
    /// engineering factor, see exponent().
    [[nodiscard]] std::vector<Tick> ticks(double spacing) const;
    /// Power of ten, a multiple of three, that linear labels leave out: labels "1.5" with exponent -3 mean 0.0015.
    [[nodiscard]] int exponent() const { return m_exponent; }
    /// "× 10⁻³" or empty.
    [[nodiscard]] QString exponentText() const;

private:
    Scale m_scale = Scale::Linear;
    double m_low = 0, m_high = 1;
    double m_pixelLow = 0, m_pixelHigh = 1;
    int m_exponent = 0;
};

/// "10⁴", "10⁻³"
QString powerText(int exponent);

}  // namespace roundoff::ui
