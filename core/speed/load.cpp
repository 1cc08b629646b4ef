#include "core/speed/load.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace roundoff::speed {

Load::Load() : m_start(now()) {}

Load::Ticks Load::now() {
    Ticks ticks;
    std::ifstream file("/proc/stat");
    std::string word;
    const double perSecond = double(::sysconf(_SC_CLK_TCK));
    if (!(file >> word) || word != "cpu" || perSecond <= 0) return ticks;
    // user nice system idle iowait irq softirq steal; guests are counted among user already
    double sum = 0, idle = 0, value = 0;
    for (int i = 0; i < 8 && file >> value; ++i) {
        sum += value;
        if (i == 3 || i == 4) idle += value;
    }
    ticks.total = sum / perSecond;
    ticks.busy = (sum - idle) / perSecond;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) { return double(time.tv_sec) + 1e-6 * double(time.tv_usec); };
    ticks.own = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    return ticks;
}

Load::Use Load::use() const {
    const Ticks end = now();
    if (m_start.busy < 0 || end.busy < 0 || end.total <= m_start.total) return {};
    const double others = (end.busy - m_start.busy) - (end.own - m_start.own), total = end.total - m_start.total;
    return {std::clamp(others, 0.0, total), total};
}

double Load::othersShare() const {
    const Use seen = use();
    return seen.total > 0 ? seen.others / seen.total : -1;
}

}  // namespace roundoff::speed
