#include <cmath>

#include "core/base/text.h"
#include "core/reports/timing.h"

namespace roundoff::reports {

const std::vector<TimingWriter>& timingWriters() {
    static const std::vector<TimingWriter> list{timingText(), timingJson(), timingCsv(), timingHtml()};
    return list;
}

std::string conditionsLine(const speed::Conditions& conditions) {
    std::string out = fmt::format("{} {}, {}; {}; {}{}", conditions.threads, conditions.threads == 1 ? "thread" : "threads",
                                  conditions.cpu, conditions.runtime, printable(conditions.inputs),
                                  conditions.synthetic ? " inputs" : "");
    if (conditions.othersShare >= 0)
        out += fmt::format("; other programs took {:.0f} % of the processors", 100 * conditions.othersShare);
    return out;
}

std::string millisecondsText(double milliseconds) {
    if (milliseconds >= 1000) return groupedText(std::uint64_t(std::llround(milliseconds)));
    const int digits = milliseconds >= 100 ? 0 : milliseconds >= 10 ? 1 : milliseconds >= 1 ? 2 : milliseconds >= 0.1 ? 3 : 4;
    return fmt::format("{:.{}f}", milliseconds, digits);
}

std::string speedupText(const speed::Duel& duel) {
    return fmt::format("{}{:.2f}×", duel.noisy ? "~" : "", duel.speedup());
}

}  // namespace roundoff::reports
