#include <QApplication>
#include <QDir>
#include <QFileInfo>
#include <QIcon>
#include <QSaveFile>
#include <QSettings>
#include <QTemporaryDir>
#include <cstdio>

#include "app/gui/options.h"
#include "app/gui/screenshots.h"
#include "app/gui/signals.h"
#include "app/worker/worker.h"
#include "ui/shell/main_window.h"

namespace {

using namespace roundoff;

int exitStatus(ErrorCode code) {
    switch (code) {
        case ErrorCode::Failed: return 1;
        case ErrorCode::Usage: return 2;
        case ErrorCode::BadInput: return 3;
        case ErrorCode::Cancelled: return 4;
    }
    return 1;
}

int fail(const Error& error) {
    std::fprintf(stderr, "roundoff: %s\n", error.line().c_str());
    return exitStatus(error.code);
}

/// The sample beside the installed program, else in the source tree it was built from.
QString samplePath() {
    const QString folder = QCoreApplication::applicationDirPath();
    for (const QString& place :
         {folder + QStringLiteral("/../share/roundoff/samples"), QStringLiteral(ROUNDOFF_SAMPLES_DIR)}) {
        const QFileInfo file(place + QStringLiteral("/shakespeare.onnx"));
        if (file.isFile()) return file.canonicalFilePath();
    }
    return {};
}

/// The devices beside the installed program, else in the source tree.
QString devicesPath() {
    const QDir beside(QCoreApplication::applicationDirPath() + QStringLiteral("/../share/roundoff/devices"));
    return beside.exists() ? beside.canonicalPath() : QStringLiteral(ROUNDOFF_DEVICES_DIR);
}

int run(QApplication& application, const gui::Options& options) {
    // Pictures do not depend on what this user did before.
    QTemporaryDir scratch;
    if (!options.screenshots.isEmpty()) QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, scratch.path());
    QSettings::setDefaultFormat(QSettings::IniFormat);

    const auto remembered =
        ui::ThemeChoice(QSettings().value(QStringLiteral("window/theme"), int(ui::ThemeChoice::System)).toInt());
    const ui::ThemeChoice theme = options.theme.value_or(remembered);
    ui::setTheme(theme);
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/roundoff.svg")));

    const QString sample = samplePath();
    if (options.sample && sample.isEmpty())
        return fail({ErrorCode::Failed, "--sample", "the sample model was not found beside this program",
                     "Open a model of yours"});
    worker::Worker engine;
    engine.setDevices(devicesPath());
    engine.setStore(calibration::Store());
    ui::MainWindow window(engine, sample);
    window.applyTheme(theme, false);
    if (options.geometry) window.resize(*options.geometry);
    window.show();
    const QString model = options.sample ? sample : options.model;

    if (!options.screenshots.isEmpty()) {
        if (model.isEmpty() && sample.isEmpty())
            return fail({ErrorCode::Usage, "--screenshot", "there is no model to show", "Name one"});
        const auto written = gui::writeScreenshots(window, model.isEmpty() ? sample : model, options.screenshots);
        return written ? 0 : fail(written.error());
    }

    gui::Signals signals_;
    QObject::connect(&signals_, &gui::Signals::quitWanted, &window, &QWidget::close);
    QObject::connect(&signals_, &gui::Signals::stateWanted, &window, [&] {
        QSaveFile file(options.dumpState);
        if (options.dumpState.isEmpty() || !file.open(QIODevice::WriteOnly)) return;
        file.write(window.stateJson());
        file.commit();
    });
    if (!model.isEmpty()) window.openPath(model);
    return application.exec();
}

}  // namespace

int main(int argc, char** argv) {
    QStringList arguments;
    for (int i = 1; i < argc; ++i) arguments << QString::fromLocal8Bit(argv[i]);
    const auto options = gui::parseOptions(arguments);
    if (!options) return fail(options.error());
    if (options->help || options->version) {
        std::fputs(options->help ? qPrintable(gui::usageText()) : "roundoff " ROUNDOFF_VERSION "\n", stdout);
        return 0;
    }
    const bool display = qEnvironmentVariableIsSet("DISPLAY") || qEnvironmentVariableIsSet("WAYLAND_DISPLAY");
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM") && (!display || !options->screenshots.isEmpty()))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QCoreApplication::setOrganizationName(QStringLiteral("roundoff"));
    QCoreApplication::setApplicationName(QStringLiteral("roundoff"));
    QCoreApplication::setApplicationVersion(QStringLiteral(ROUNDOFF_VERSION));
    QApplication application(argc, argv);
    try {
        return run(application, *options);
    } catch (const std::exception& error) {
        return fail({ErrorCode::Failed, "", std::string("unexpected: ") + error.what(), ""});
    }
}
