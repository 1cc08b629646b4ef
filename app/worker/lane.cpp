#include "app/worker/lane.h"

#include <sys/resource.h>

#include <utility>

namespace roundoff::worker {

Lane::Lane(const char* name) : m_context(new QObject) {
    m_thread.setObjectName(QString::fromLatin1(name));
    m_context->moveToThread(&m_thread);
    QObject::connect(&m_thread, &QThread::finished, m_context, &QObject::deleteLater);
    m_thread.start();
    // The window comes first. On Linux this is per thread, and the threads that this one makes inherit it.
    post([] { (void)::setpriority(PRIO_PROCESS, 0, 5); });
}

Lane::~Lane() {
    m_thread.quit();
    m_thread.wait();
}

void Lane::post(std::function<void()> task) {
    QMetaObject::invokeMethod(m_context, std::move(task), Qt::QueuedConnection);
}

}  // namespace roundoff::worker
