#include "app/cli/stop_signal.h"

#include <pthread.h>

#include <csignal>
#include <cstdlib>

namespace roundoff::cli {
namespace {

constexpr int kCancelledStatus = 4;
constexpr int kEndOfWait = SIGUSR2;  // ours, to wake the waiter at the end

}  // namespace

StopSignal::StopSignal() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int number : {SIGINT, SIGTERM, kEndOfWait}) sigaddset(&signals, number);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    m_waiter = std::thread([this, signals] {
        for (int number = 0; sigwait(&signals, &number) == 0;) {
            if (number == kEndOfWait) return;
            if (m_source.stop_requested()) std::_Exit(kCancelledStatus);
            m_source.request_stop();
        }
    });
}

StopSignal::~StopSignal() {
    pthread_kill(m_waiter.native_handle(), kEndOfWait);
    m_waiter.join();
}

}  // namespace roundoff::cli
