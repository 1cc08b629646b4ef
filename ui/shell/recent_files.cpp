#include "ui/shell/recent_files.h"

#include <QFileInfo>
#include <QSettings>

namespace roundoff::ui {
namespace {
constexpr int kMost = 10;
QString key() { return QStringLiteral("files/recent"); }
}  // namespace

QStringList RecentFiles::list() {
    QStringList paths;
    for (const QString& path : QSettings().value(key()).toStringList())
        if (QFileInfo::exists(path)) paths << path;
    return paths;
}

void RecentFiles::add(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    QStringList paths = list();
    paths.removeAll(absolute);
    paths.prepend(absolute);
    QSettings().setValue(key(), QStringList(paths.mid(0, kMost)));
}

}  // namespace roundoff::ui
