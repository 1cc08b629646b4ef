#include "app/gui/signals.h"

#include <QSocketNotifier>
#include <array>
#include <csignal>
#include <unistd.h>

namespace roundoff::gui {
namespace {

std::array<int, 2> g_pipe{-1, -1};

/// Only async-signal-safe calls here: one byte, the signal's number.
void forward(int number) {
    const char byte = char(number);
    const auto written = ::write(g_pipe[1], &byte, 1);
    (void)written;
}

}  // namespace

Signals::Signals(QObject* parent) : QObject(parent) {
    if (::pipe(g_pipe.data()) != 0) return;
    auto* notifier = new QSocketNotifier(g_pipe[0], QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, &Signals::read);
    for (const int number : {SIGUSR1, SIGINT, SIGTERM}) std::signal(number, forward);
}

void Signals::read() {
    char byte = 0;
    if (::read(g_pipe[0], &byte, 1) != 1) return;
    if (byte == char(SIGUSR1))
        Q_EMIT stateWanted();
    else
        Q_EMIT quitWanted();
}

}  // namespace roundoff::gui
