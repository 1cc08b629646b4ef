#pragma once
#include <memory>

#include "core/base/job.h"
#include "core/base/result.h"
#include "core/runtime/session.h"

namespace roundoff::runtime {

/// A session with one sample bound to it, for runs to be timed: inputs are looked up once, outputs are never copied.
class TimedRun {
public:
    /// @param session, sample and job outlive it; no other run of the session while it lives
    static Result<TimedRun> bind(Session& session, const Sample& sample, Job& job);
    TimedRun(TimedRun&&) noexcept;
    TimedRun& operator=(TimedRun&&) noexcept;
    ~TimedRun();

    /// Runs once: milliseconds of wall time. A stop of the job ends the run within 200 ms.
    Result<double> run();

private:
    struct State;
    explicit TimedRun(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

}  // namespace roundoff::runtime
