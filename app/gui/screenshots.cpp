#include "app/gui/screenshots.h"

#include <QCoreApplication>
#include <QDir>
#include <QEventLoop>
#include <QFile>
#include <QFileInfo>
#include <QPixmap>
#include <QTemporaryDir>
#include <QTimer>
#include <cmath>
#include <cstdio>
#include <optional>

#include "ui/shell/view_stack.h"

namespace roundoff::gui {
namespace {

/// Spins the event loop until the condition holds or something failed.
template <class Done>
void waitFor(Done done) {
    QEventLoop loop;
    QTimer poll;
    QObject::connect(&poll, &QTimer::timeout, &loop, [&] {
        if (done()) loop.quit();
    });
    poll.start(5);
    if (!done()) loop.exec();
}

/// The layer that loses most is the one worth looking at.
void chooseWorst(ui::Store& store) {
    const auto& state = store.state();
    int worst = -1;
    double least = INFINITY;
    for (int i = 0; i < int(state.model.layers().size()); ++i) {
        const auto* report = state.report(i);
        if (!report || !report->weight || !(report->weight->sqnrDb() < least)) continue;
        least = report->weight->sqnrDb();
        worst = i;
    }
    if (worst >= 0) store.setCurrent(worst);
}

/// A picture needs no whole book: the beginning of a text, under its own name, with its count in every figure.
void shorten(calibration::DataSource& source, const QTemporaryDir& scratch) {
    constexpr qint64 kBytes = 8192;
    QFile text(QString::fromStdString(source.path.string()));
    if (!text.fileName().endsWith(QLatin1String(".txt")) || text.size() <= kBytes || !text.open(QIODevice::ReadOnly)) return;
    QFile part(scratch.filePath(QFileInfo(text).fileName()));
    if (!part.open(QIODevice::WriteOnly) || part.write(text.read(kBytes)) != kBytes) return;
    source.path = part.fileName().toStdString();
}

}  // namespace

Result<void> writeScreenshots(ui::MainWindow& window, const QString& model, const QString& folder) {
    std::optional<Error> error;
    QObject::connect(&window.jobs(), &ui::Jobs::failed, &window, [&error](const Error& one) { error = one; });
    if (!QDir().mkpath(folder)) return failed(folder.toStdString(), "the folder cannot be made", "Choose another one");
    window.openPath(model);
    ui::Store& store = window.store();
    const auto idle = [&] {
        return error || (!store.state().model.empty() && window.jobs().idle() && !store.missing());
    };
    waitFor(idle);
    if (error) return tl::unexpected<Error>(*error);
    chooseWorst(store);
    // Data that lies beside the model fills the views that need the model to run.
    ui::DataChoice data = ui::dataBeside(model);
    if (!data.calibration) data.calibration = data.evaluation;
    QTemporaryDir scratch;
    for (auto* source : {&data.calibration, &data.evaluation})
        if (*source) shorten(**source, scratch);
    store.setData(data);
    // A model that does not run has weights to show all the same: the window's banner says why the rest is missing.
    const auto settle = [&](const auto& done) {
        waitFor([&] { return error || done(); });
        if (error) std::fprintf(stderr, "roundoff: %s\n", error->line().c_str());
        error.reset();
    };
    window.jobs().runs().measure();
    settle([&] { return window.jobs().runs().idle(); });
    window.jobs().runs().time();
    settle([&] { return window.jobs().runs().idle(); });
    settle([&] { return !window.jobs().distributionPending() && !window.jobs().runs().detailsPending(); });
    QCoreApplication::processEvents();
    for (int i = 0; i < window.views().count(); ++i) {
        const ui::View* view = window.views().present(i);
        settle([&] { return !window.jobs().runs().detailsPending(); });  // a view may ask for more
        QCoreApplication::processEvents();
        const QString path = QDir(folder).filePath(view->objectName() + QStringLiteral(".png"));
        if (!window.grab().save(path))
            return failed(path.toStdString(), "the picture cannot be written",
                          "Check the folder's permissions and space");
    }
    return {};
}

}  // namespace roundoff::gui
