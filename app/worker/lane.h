#pragma once
#include <QObject>
#include <QThread>
#include <functional>

namespace roundoff::worker {

/// A thread that runs tasks one after the other.
class Lane {
public:
    explicit Lane(const char* name);
    ~Lane();  ///< waits for the task under way; the owner stops it first
    void post(std::function<void()> task);

private:
    QThread m_thread;
    QObject* m_context;
};

}  // namespace roundoff::worker
