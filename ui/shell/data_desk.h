#pragma once
#include <QObject>

#include "ui/shell/data_popover.h"
#include "ui/views/view.h"

namespace roundoff::ui {

/// Turns what views, toolbar and drops want with data into choices and runs.
class DataDesk : public QObject {
    Q_OBJECT
public:
    DataDesk(Store& store, Jobs& jobs, QWidget* window);
    /// Where the popover opens: below this widget.
    void setAnchor(QWidget* anchor) { m_anchor = anchor; }
    void take(Wish wish);
    void openChooser();
    /// A dropped file or folder becomes the calibration data.
    void drop(const QString& path);

private:
    Store& m_store;
    Jobs& m_jobs;
    QWidget* m_anchor;
    DataPopover* m_popover;
};

}  // namespace roundoff::ui
