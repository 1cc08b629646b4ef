#pragma once
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace roundoff {

/// The other side of a long call: asks to stop, hears of progress. Cheap to copy; safe to use from the threads
/// that one job runs. Long calls take `Job&` and return `Result<T>`; a cancelled one returns `cancelled()`.
class Job {
public:
    /// @param fraction of the whole job done, 0..1, never falling
    /// @param what the step now being done, e.g. "layers.0.attn.q_proj"
    using Progress = std::function<void(double fraction, std::string_view what)>;

    Job() = default;
    Job(std::stop_token stop, Progress progress, int threads = 0);

    /// True once the caller wants out. Look at it once per block of at most 1 MiB.
    [[nodiscard]] bool cancelled() const { return m_stop.stop_requested(); }
    /// For what cannot look but must be told: std::stop_callback.
    [[nodiscard]] const std::stop_token& stopToken() const { return m_stop; }

    /// Reports `done` of `total` (any unit) of this job's own share. Calls from several threads must be serialised by
    /// the caller.
    void progress(double done, double total, std::string_view what);

    /// A job that fills the next `share` (0..1) of this job's bar, starting at `from`.
    [[nodiscard]] Job part(double from, double share) const;

    /// Threads that the job may use; 0 = all cores.
    [[nodiscard]] int threads() const { return m_threads; }

private:
    std::stop_token m_stop;
    Progress m_progress;
    int m_threads = 0;
    double m_from = 0;
    double m_share = 1;
};

}  // namespace roundoff
