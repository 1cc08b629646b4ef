#pragma once
#include <QString>

#include "ui/shell/theme.h"

namespace roundoff::ui {

/// Shapes and spacing of the standard widgets in the colours of the theme: thin rules instead of boxes, 8-pixel rhythm.
/// A widget asks for a look by its dynamic property "look": "primary", "flat", "link", "title", "muted", "heading",
/// "segment" (checkable button), "panel".
QString styleSheet(const Theme& theme);

}  // namespace roundoff::ui
