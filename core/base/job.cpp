#include "core/base/job.h"

#include <algorithm>
#include <utility>

namespace roundoff {

Job::Job(std::stop_token stop, Progress progress, int threads)
    : m_stop(std::move(stop)), m_progress(std::move(progress)), m_threads(threads) {}

void Job::progress(double done, double total, std::string_view what) {
    if (!m_progress) return;
    const double own = total > 0 ? std::clamp(done / total, 0.0, 1.0) : 0.0;
    m_progress(m_from + m_share * own, what);
}

Job Job::part(double from, double share) const {
    Job sub = *this;
    sub.m_from = m_from + m_share * from;
    sub.m_share = m_share * share;
    return sub;
}

}  // namespace roundoff
