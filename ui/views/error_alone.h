#pragma once
#include "ui/views/error_series.h"

namespace roundoff::ui {

/// The ranking of layers tried one at a time: what the model's outputs lose where only this layer is quantized, and what
/// they gain where it alone stays float.
enum class Alone : std::uint8_t { Loss, Gain };

/// The shown layers of report 0, the one that costs most on top. Gains are against all layers quantized on the same data.
BarPlot aloneBars(const State& state, Alone what);
/// A layer of report 0 was tried on its own.
bool hasRanking(const State& state);
/// The figure behind a bar; NaN where there is none.
double aloneValue(const State& state, int layer, Alone what);

}  // namespace roundoff::ui
