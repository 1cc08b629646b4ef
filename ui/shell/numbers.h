#pragma once
#include <QString>
#include <cstdint>
#include <optional>

#include "core/schemes/scheme.h"

namespace roundoff::ui {

/// Figures as shown everywhere in the window, one way each. Units of 1000; a true minus sign; no value is "—".
QString dashText();
QString bytesText(std::uint64_t bytes);                      ///< "12.6 MB", "37.4 kB", "512 B"
QString sizeChangeText(std::uint64_t before, std::uint64_t after);  ///< "12.6 → 2.0 MB", one unit for both
QString countText(std::uint64_t count);                      ///< "3,148,032"
QString dbText(double db);                                   ///< "21.9", "exact" for +inf, "—" for NaN
QString dbUnitText(double db);                               ///< "21.9 dB", "exact", "—"
QString percentText(double share);                           ///< share 0..1: "0.07 %", "< 0.01 %", "0 %"
QString significantText(double value, int digits);           ///< "1.42e-3" or "0.0914"
QString durationText(double seconds);                        ///< "40 s", "2 min 10 s"
QString schemeText(const schemes::Scheme& scheme);           ///< the short form
/// Bits of a code of the weight's format; none where the build does not know it.
std::optional<int> schemeBits(const schemes::Scheme& scheme);

}  // namespace roundoff::ui
