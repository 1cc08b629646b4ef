#include "ui/shell/data_choice.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QStringList>

namespace roundoff::ui {
namespace {

using Source = std::optional<calibration::DataSource>;

const QStringList& extensions() {
    static const QStringList all{QStringLiteral(".npy"), QStringLiteral(".npz"), QStringLiteral(".txt")};
    return all;
}

Source beside(const QString& stem, const QString& role) {
    for (const char* ending : {"", ".txt", ".npz", ".npy"}) {
        const QFileInfo candidate(stem + role + QLatin1String(ending));
        if (!candidate.exists()) continue;
        calibration::DataSource source;
        source.path = candidate.absoluteFilePath().toStdString();
        return source;
    }
    return std::nullopt;
}

}  // namespace

bool sameData(const DataChoice& a, const DataChoice& b) {
    return a.calibration == b.calibration && a.evaluation == b.evaluation;
}

calibration::DataSource readAs(calibration::DataSource source, const Source& like) {
    if (!like) return source;
    source.images = like->images;
    source.window = like->window;
    source.dims = like->dims;
    return source;
}

QString dataText(const Source& source) {
    if (!source) return QCoreApplication::translate("Data", "none");
    if (source->isSynthetic()) return QCoreApplication::translate("Data", "synthetic %1").arg(source->synthetic);
    const QFileInfo file(QString::fromStdString(source->path.string()));
    return file.fileName().isEmpty() ? QDir(file.filePath()).dirName() : file.fileName();
}

DataChoice dataBeside(const QString& modelPath) {
    const QFileInfo model(modelPath);
    const QString stem = model.dir().filePath(model.completeBaseName());
    return {beside(stem, QStringLiteral(".calib")), beside(stem, QStringLiteral(".eval"))};
}

bool mayBeData(const QString& path) {
    if (QFileInfo(path).isDir()) return true;
    for (const QString& extension : extensions())
        if (path.endsWith(extension, Qt::CaseInsensitive)) return true;
    return false;
}

QString dataTypes() {
    return QCoreApplication::translate("Data", "a folder of pictures or arrays, %1").arg(extensions().join(QStringLiteral(", ")));
}

}  // namespace roundoff::ui
