#pragma once
#include "ui/views/view.h"

namespace roundoff::ui {

/// What the plan brings and what it costs, on one page.
View* createOverview(QWidget* parent);

}  // namespace roundoff::ui
