#pragma once
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>

namespace roundoff::tests {

/// Spins the event loop until the condition holds; false after the time is up.
template <class Condition>
bool waitUntil(Condition condition, int milliseconds = 30000) {
    QElapsedTimer clock;
    clock.start();
    while (!condition()) {
        if (clock.elapsed() > milliseconds) return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    }
    return true;
}

}  // namespace roundoff::tests
