#pragma once
#include <string>
#include <vector>

#include "core/analysis/report.h"
#include "core/model/model.h"

namespace roundoff::reports {

/// Text safe inside HTML and its attributes: printable, with & < > " ' written as entities.
std::string escape(std::string_view text);

/// Where a scheme's error lies on the page's colour scale, which spans the errors that the page shows.
class HeatScale {
public:
    explicit HeatScale(const analysis::Comparison& comparison);
    /// 0 … kHeatSteps - 1, the lowest SQNR highest; -1 where there is none.
    [[nodiscard]] int step(const analysis::LayerReport& report) const;
    [[nodiscard]] int step(double decibels) const;
    [[nodiscard]] double low() const { return m_low; }    ///< dB, the worst
    [[nodiscard]] double high() const { return m_high; }  ///< dB, the best

private:
    double m_low = 0, m_high = 60;
};

/// The distribution as bars on a logarithmic count scale, with a line at zero.
std::string sparkline(const analysis::Histogram& histogram);
/// One bar a scheme, SQNR from 0 to 60 dB.
std::string errorBars(const analysis::Comparison& comparison, std::size_t layer);
/// Schemes down, layers across, colour = error: the whole model at a glance.
std::string heatMatrix(const model::Model& model, const analysis::Comparison& comparison, const HeatScale& scale,
                       std::size_t layers);
/// The scale of the colours with its ends in dB.
std::string heatLegend(const HeatScale& scale);
/// The marker of series `index` beside its name: colour and a shape of its own.
std::string marker(std::size_t index);

}  // namespace roundoff::reports
