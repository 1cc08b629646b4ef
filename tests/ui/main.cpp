#include <gtest/gtest.h>

#include <QApplication>
#include <QSettings>
#include <QTemporaryDir>

#include "ui/shell/theme.h"

/// The window's tests need an application, no display, and settings of their own.
int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    const QTemporaryDir settings;
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, settings.path());
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QCoreApplication::setOrganizationName(QStringLiteral("roundoff"));
    QCoreApplication::setApplicationName(QStringLiteral("roundoff-tests"));
    QApplication application(argc, argv);
    roundoff::ui::setTheme(roundoff::ui::ThemeChoice::Light);
    return RUN_ALL_TESTS();
}
