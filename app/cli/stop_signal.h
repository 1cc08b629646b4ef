#pragma once
#include <stop_token>
#include <thread>

namespace roundoff::cli {

/// Turns the first SIGINT or SIGTERM into a request to stop; a second one ends the process at once. Made before any
/// other thread is, so that every thread leaves the signals to this one.
class StopSignal {
public:
    StopSignal();
    ~StopSignal();
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;

    [[nodiscard]] std::stop_token token() const { return m_source.get_token(); }

private:
    std::stop_source m_source;
    std::thread m_waiter;
};

}  // namespace roundoff::cli
