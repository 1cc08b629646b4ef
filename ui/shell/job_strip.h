#pragma once
#include <QTimer>
#include <QWidget>

#include "ui/shell/jobs.h"

class QLabel;
class QProgressBar;
class QPushButton;

namespace roundoff::ui {

/// The bottom strip: what is being done, how far, how long still, and a way to stop it; after a stop, a way to go on.
/// Short work does not flash it.
class JobStrip : public QWidget {
    Q_OBJECT
public:
    explicit JobStrip(QWidget* parent = nullptr);
    void show(const JobStatus& status, std::size_t pendingLayers, std::size_t layers);

Q_SIGNALS:
    void cancelWanted();
    void resumeWanted();

private:
    QTimer m_delay;
    QLabel* m_text;
    QProgressBar* m_bar;
    QPushButton *m_cancel, *m_resume;
};

}  // namespace roundoff::ui
