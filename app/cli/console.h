#pragma once
#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/job.h"
#include "core/base/result.h"

namespace roundoff::cli {

/// The terminal of one command: its progress on standard error, its output on standard output, never mixed.
class Console {
public:
    Console(std::string command, bool quiet, std::stop_token stop, int threads);
    ~Console() { clear(); }
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;

    /// The command's job: a bar with the time left on a terminal, a line every few seconds elsewhere.
    Job& job() { return m_job; }
    /// To standard output where `path` is "-", else to a file that appears whole or not at all.
    Result<void> write(const std::string& path, std::string_view text);

private:
    void progress(double fraction, std::string_view what);
    void clear();

    using Clock = std::chrono::steady_clock;
    std::string m_command;
    bool m_quiet = false, m_terminal = false, m_drawn = false;
    Clock::time_point m_start = Clock::now(), m_next;
    Job m_job;
};

}  // namespace roundoff::cli
