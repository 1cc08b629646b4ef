#include <gmock/gmock.h>

#include <QApplication>

#include "ui/shell/theme.h"

/// The window's tests: offscreen unless the caller says otherwise, in the light theme.
int main(int argc, char** argv) {
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    testing::InitGoogleMock(&argc, argv);
    const QApplication application(argc, argv);
    roundoff::ui::setTheme(roundoff::ui::ThemeChoice::Light);
    return RUN_ALL_TESTS();
}
