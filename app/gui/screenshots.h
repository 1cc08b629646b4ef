#pragma once
#include <QString>

#include "core/base/result.h"
#include "ui/shell/main_window.h"

namespace roundoff::gui {

/// Opens the model, waits for its analysis, then writes DIR/<view>.png for every view.
Result<void> writeScreenshots(ui::MainWindow& window, const QString& model, const QString& folder);

}  // namespace roundoff::gui
