#pragma once
#include <vector>

#include "ui/charts/bar_list.h"
#include "ui/charts/point_chart.h"
#include "ui/shell/state.h"
#include "ui/views/error_metric.h"

namespace roundoff::ui {

/// What the Error view draws, as functions of the state.

struct BarPlot {
    std::vector<Bar> bars;
    Axis::Scale scale = Axis::Scale::Linear;
    double low = 0, high = 1, step = 0;
};
/// The shown layers under one report; worst first or in model order. `baseline` marks another report's figures.
BarPlot errorBars(const State& state, std::size_t column, Metric metric, bool worstFirst);

/// Some layer's output was measured under this report.
bool hasOutputs(const State& state, std::size_t column);

struct PointPlot {
    std::vector<ChartSeries> series;
    ChartAxes axes;
};
/// Share of a scheme's whole noise against its layers, ranked from the noisiest.
PointPlot cumulativeNoise(const State& state);
/// How many of the noisiest shown layers make up `share` (0…1) of a report's noise; 0 where there is none.
int layersForShare(const State& state, std::size_t column, double share, int& of);
/// SQNR against parameters for every scheme; exact layers stand at the top edge.
PointPlot errorAgainstSize(const State& state);

}  // namespace roundoff::ui
