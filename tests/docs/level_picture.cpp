#include "tests/docs/level_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace roundoff::docs {
namespace {

constexpr double kWidth = 640, kMargin = 12, kSpan = kWidth - 2 * kMargin;
constexpr double kBarTop = 4, kBarFoot = 40, kTickTop = 44, kTickFoot = 62, kHeight = 80;
constexpr std::size_t kSlices = 101;  ///< odd: zero has one to itself
constexpr std::size_t kFew = 32;      ///< ticks alone show where so many lie
constexpr std::size_t kMostTicks = 1024;  ///< more are a solid bar whatever is drawn

double across(double level) { return kMargin + (level + 1) / 2 * kSpan; }

std::string label(double x, const char* anchor, const char* text) {
    return fmt::format("<text x=\"{:.1f}\" y=\"76\" text-anchor=\"{}\">{}</text>\n", x, anchor, text);
}

}  // namespace

std::string levelPicture(const std::vector<double>& levels) {
    std::array<std::size_t, kSlices> counts{};
    for (const double level : levels)
        ++counts[std::min(std::size_t((level + 1) / 2 * kSlices), kSlices - 1)];
    const double most = double(*std::ranges::max_element(counts));
    std::string bars, ticks;
    for (std::size_t i = 0; i < kSlices; ++i) {
        if (counts[i] == 0 || levels.size() <= kFew) continue;
        // The root keeps one level visible beside hundreds.
        const double height = std::max((kBarFoot - kBarTop) * std::sqrt(double(counts[i]) / most), 1.0);
        const double width = kSpan / kSlices;
        bars += fmt::format("M{:.1f} {:.0f}v{:.1f}h{:.1f}v{:.1f}z", kMargin + double(i) * width, kBarFoot, -height, width - 0.8,
                            height);
    }
    const double top = levels.size() <= kFew ? kBarTop + 12 : kTickTop;
    std::string last;
    for (const double level : levels) {
        if (levels.size() > kMostTicks) break;
        std::string tick = fmt::format("M{:.1f} {:.0f}v{:.0f}", across(level), top, kTickFoot - top);
        if (tick != last) ticks += tick;
        last = std::move(tick);
    }
    if (levels.size() > kMostTicks && !levels.empty())
        ticks = fmt::format("M{:.1f} {:.0f}H{:.1f}", across(levels.front()), kTickFoot - 6, across(levels.back()));
    const double stroke = levels.size() > kMostTicks ? 12 : levels.size() > 64 ? 0.7 : 1.4;
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
        "font-family=\"sans-serif\" font-size=\"11\" fill=\"#7d8590\">\n",
        kWidth, kHeight);
    if (!bars.empty()) svg += fmt::format("<path d=\"{}\" fill=\"#4f86c6\" fill-opacity=\".7\"/>\n", bars);
    svg += fmt::format("<path d=\"M{:.1f} {:.1f}H{:.1f}\" stroke=\"#7d8590\" stroke-width=\".8\"/>\n", kMargin, kTickFoot,
                       kWidth - kMargin);
    svg += fmt::format("<path d=\"{}\" stroke=\"#4f86c6\" stroke-width=\"{}\" fill=\"none\"/>\n", ticks, stroke);
    svg += fmt::format("<path d=\"M{0:.1f} {1:.0f}V{2:.0f}\" stroke=\"#d9822b\" stroke-width=\"1.2\" stroke-dasharray=\"3 2\"/>\n",
                       across(0), kBarTop, kTickFoot + 4);
    svg += label(kMargin, "start", "−max") + label(across(0), "middle", "0") + label(kWidth - kMargin, "end", "max");
    return svg + "</svg>\n";
}

}  // namespace roundoff::docs
