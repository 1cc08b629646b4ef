#pragma once
#include "ui/views/view.h"

namespace roundoff::ui {

/// Stands where a view is not there yet; says so instead of showing a blank pane.
View* createPlaceholder(QWidget* parent);

}  // namespace roundoff::ui
