#pragma once
#include <string>

namespace roundoff::reports {

/// Steps of the error scale, low to high: classes h0 … h15.
constexpr int kHeatSteps = 16;
/// Series with a colour of their own: classes s0 … s5; further ones start again.
constexpr int kSeries = 6;

/// The page's style sheet: the window's palette, light or dark as the reader's system is, light on paper.
std::string styleSheet();

}  // namespace roundoff::reports
