#pragma once
#include <QByteArray>

#include "ui/shell/jobs.h"
#include "ui/shell/store.h"

namespace roundoff::ui {

class View;

/// The window's state as JSON for outside tests: model, selection, filter, schemes, jobs, edits, and what the plots of `view` show (it may be nullptr).
QByteArray stateJson(Store& store, const Jobs& jobs, const QString& filter, const View* view);

}  // namespace roundoff::ui
