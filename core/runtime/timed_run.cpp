#include "core/runtime/timed_run.h"

#include "core/runtime/budget.h"
#include "core/runtime/memory_limit.h"
#include "core/runtime/session_impl.h"

namespace roundoff::runtime {

struct TimedRun::State {
    State(Session::Impl& owner, Job& itsJob) : session(owner), job(itsJob), binding(owner.session), watcher(itsJob, options) {}
    Session::Impl& session;
    Job& job;
    Fed fed;
    Ort::IoBinding binding;
    Ort::RunOptions options;
    Watcher watcher;
};

TimedRun::TimedRun(std::unique_ptr<State> state) : m_state(std::move(state)) {}
TimedRun::TimedRun(TimedRun&&) noexcept = default;
TimedRun& TimedRun::operator=(TimedRun&&) noexcept = default;
TimedRun::~TimedRun() = default;

Result<TimedRun> TimedRun::bind(Session& session, const Sample& sample, Job& job) {
    try {
        auto state = std::make_unique<State>(*session.m_impl, job);
        auto fed = session.m_impl->feed(sample);
        if (!fed) return propagate(fed);
        state->fed = std::move(*fed);
        for (std::size_t i = 0; i < state->fed.names.size(); ++i)
            state->binding.BindInput(state->fed.names[i], state->fed.values[i]);
        const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
        for (const model::Value& output : session.outputs()) state->binding.BindOutput(output.name.c_str(), memory);
        return TimedRun(std::move(state));
    } catch (const std::exception& error) {
        return failed(session.m_impl->path, "ONNX Runtime cannot take the inputs: " + plain(error.what()),
                      "Give data that fits the model");
    }
}

Result<double> TimedRun::run() {
    if (m_state->job.cancelled()) return cancelled();
    try {
        using Clock = std::chrono::steady_clock;
        const auto start = Clock::now();
        m_state->session.session.Run(m_state->options, m_state->binding);
        return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    } catch (const std::exception& error) {
        if (m_state->job.cancelled()) return cancelled();
        if (const auto need = Budget::instance().takeRefused(); need > 0)
            return overLimit("running one sample", need, memoryLimit());
        return failed(m_state->session.path, "ONNX Runtime stopped in the middle of the run: " + plain(error.what()),
                      "Give real inputs where synthetic ones do not suit the model");
    }
}

}  // namespace roundoff::runtime
