#pragma once
#include <QString>

#include "core/base/result.h"
#include "ui/shell/main_window.h"

namespace roundoff::gui {

/// Waits for the analysis of the model that the window was told to open, then writes DIR/<view>.png for every view.
Result<void> writeScreenshots(ui::MainWindow& window, const QString& folder);

}  // namespace roundoff::gui
