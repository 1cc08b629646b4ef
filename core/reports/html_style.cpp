#include "core/reports/html_style.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace roundoff::reports {
namespace {

struct Palette {
    std::array<std::string_view, 10> roles;  ///< in the order of kRoles
    std::array<std::string_view, kSeries> series;
    std::array<unsigned, 5> sequential;  ///< low error to high error, 0xRRGGBB
};
constexpr std::array<std::string_view, 10> kRoles{"window", "panel",  "text", "muted", "axis",
                                                  "grid",   "accent", "ok",   "warn",  "error"};

constexpr Palette kLight{
    {"#FFFFFF", "#F6F7F9", "#1F2328", "#57606A", "#8C959F", "#C9CED6", "#0B5CAD", "#0B6E4F", "#8A5A00", "#B3261E"},
    {"#0072B2", "#D55E00", "#009E73", "#7455F2", "#391BB2", "#315159"},
    {0xFFFFE5, 0xFEE391, 0xFE9929, 0xCC4C02, 0x662506}};
constexpr Palette kDark{
    {"#1B1E23", "#24282E", "#E6E8EB", "#A0A7B0", "#6E7681", "#3A4048", "#7CC4FF", "#6FD3A8", "#FFC857", "#FF8A80"},
    {"#56B4E9", "#E69F00", "#59FF7A", "#F255B3", "#F0E442", "#7D9954"},
    {0x00224E, 0x434E6C, 0x7D7C78, 0xBCAF6F, 0xFEE838}};

std::array<double, 3> mix(const std::array<unsigned, 5>& stops, double t) {
    const double at = t * double(stops.size() - 1);
    const auto lower = std::size_t(std::min(at, double(stops.size() - 2)));
    std::array<double, 3> out{};
    for (int channel = 0; channel < 3; ++channel) {
        const double a = double(stops[lower] >> (16 - 8 * channel) & 255),
                     b = double(stops[lower + 1] >> (16 - 8 * channel) & 255);
        out[std::size_t(channel)] = a + (b - a) * (at - double(lower));
    }
    return out;
}

/// Relative luminance (WCAG 2.1): black reads better above 0.179, white below.
double luminance(const std::array<double, 3>& rgb) {
    constexpr std::array kWeights{0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        const double c = rgb[i] / 255;
        sum += kWeights[i] * (c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

std::string variables(const Palette& palette) {
    std::string out;
    for (std::size_t i = 0; i < kRoles.size(); ++i) out += fmt::format("--{}:{};", kRoles[i], palette.roles[i]);
    for (std::size_t i = 0; i < palette.series.size(); ++i) out += fmt::format("--s{}:{};", i, palette.series[i]);
    for (int i = 0; i < kHeatSteps; ++i) {
        const auto rgb = mix(palette.sequential, double(i) / (kHeatSteps - 1));
        out += fmt::format("--h{}:#{:02X}{:02X}{:02X};--t{}:{};", i, int(std::lround(rgb[0])), int(std::lround(rgb[1])),
                           int(std::lround(rgb[2])), i, luminance(rgb) > 0.179 ? "#000" : "#FFF");
    }
    return out;
}

constexpr std::string_view kRules = R"(
*{box-sizing:border-box}
body{margin:0 auto;max-width:1200px;padding:24px 28px 48px;background:var(--window);color:var(--text);
 font:14px/1.45 Inter,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:24px;margin:0}h2{font-size:17px;margin:32px 0 8px}
p{margin:4px 0}.muted,small{color:var(--muted)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{padding:4px 8px;text-align:left;vertical-align:middle;border-bottom:1px solid var(--grid)}
thead th{background:var(--panel);font-weight:600;vertical-align:bottom}
.n{text-align:right;white-space:nowrap}.name{overflow-wrap:anywhere;min-width:13em}
.heat{text-align:right;border-bottom-color:var(--window);min-width:4.5em}.heat.none{color:var(--muted)}
code{font:12px/1.4 "DejaVu Sans Mono",Menlo,Consolas,monospace;overflow-wrap:anywhere}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:12px}
.card{background:var(--panel);border:1px solid var(--grid);border-left:4px solid var(--accent);border-radius:4px;padding:10px 14px;
 overflow-wrap:anywhere}
.card.warning{border-left-color:var(--warn)}.card.problem{border-left-color:var(--error)}
.card b.problem{color:var(--error)}.card b.warning{color:var(--warn)}.card b.info{color:var(--accent)}
.banner{border:1px solid var(--warn);border-left-width:4px;padding:8px 14px;margin:16px 0;color:var(--warn);font-weight:600}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:12px 0}dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
details{margin:6px 0}summary{cursor:pointer;padding:4px 0}
svg{display:block;max-width:100%}th svg{display:inline-block;margin-right:5px}.legend{margin-top:8px}svg text{fill:var(--muted);font-size:11px}
.bins{fill:var(--accent);opacity:.75}.axis{stroke:var(--axis);stroke-width:1}
.track{fill:var(--grid);opacity:.5}.void{fill:var(--panel)}
)";

constexpr std::string_view kPaper = R"(
@page{size:A4 landscape;margin:12mm}
@media print{body{max-width:none;padding:0}.card,tr,svg{break-inside:avoid}thead{display:table-header-group}
 *{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
)";

}  // namespace

std::string styleSheet() {
    std::string out = fmt::format(":root{{color-scheme:light dark;{}}}\n", variables(kLight));
    out += fmt::format("@media screen and (prefers-color-scheme:dark){{:root{{{}}}}}\n", variables(kDark));
    out += kRules;
    for (int i = 0; i < kHeatSteps; ++i)
        out += fmt::format("td.h{0}{{background:var(--h{0});color:var(--t{0})}}rect.h{0}{{fill:var(--h{0})}}", i);
    for (int i = 0; i < kSeries; ++i) out += fmt::format(".s{0}{{fill:var(--s{0})}}", i);
    return out + std::string(kPaper);
}

}  // namespace roundoff::reports
