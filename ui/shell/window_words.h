#pragma once
#include <QString>

namespace roundoff::ui {

/// The engine's errors name switches of the command line: here, the fields of the window that do the same.
QString inWindow(QString text);

}  // namespace roundoff::ui
