#pragma once
#include <QByteArray>

#include "ui/shell/jobs.h"
#include "ui/shell/store.h"

namespace roundoff::ui {

/// The window's state as JSON for outside tests: model, selection, filter, schemes, jobs, edits.
QByteArray stateJson(Store& store, const Jobs& jobs, const QString& filter, const QString& view);

}  // namespace roundoff::ui
