#pragma once
#include <QObject>

namespace roundoff::gui {

/// Unix signals as Qt ones: SIGUSR1 asks for the state, SIGINT and SIGTERM to leave.
class Signals : public QObject {
    Q_OBJECT
public:
    explicit Signals(QObject* parent = nullptr);

Q_SIGNALS:
    void stateWanted();
    void quitWanted();

private:
    void read();
};

}  // namespace roundoff::gui
