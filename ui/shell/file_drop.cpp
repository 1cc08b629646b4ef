#include "ui/shell/file_drop.h"

#include <QDragEnterEvent>
#include <QFileInfo>
#include <QMimeData>
#include <QUrl>
#include <QWidget>

#include "ui/shell/data_choice.h"
#include "ui/shell/drop_overlay.h"
#include "ui/shell/store.h"

namespace roundoff::ui {
namespace {

QString pathOf(const QDropEvent& event) {
    const auto urls = event.mimeData()->urls();
    return urls.isEmpty() || !urls.front().isLocalFile() ? QString() : urls.front().toLocalFile();
}

}  // namespace

FileDrop::FileDrop(const Store& store, QWidget* window)
    : QObject(window), m_store(store), m_overlay(new DropOverlay(window)) {
    window->setAcceptDrops(true);
    window->installEventFilter(this);
}

FileDrop::Use FileDrop::useOf(const QString& path) const {
    if (hasAcceptedType(path)) return Use::Model;
    return !m_store.state().model.empty() && mayBeData(path) ? Use::Data : Use::None;
}

void FileDrop::enter(QDropEvent& event) {
    const QString path = pathOf(event);
    if (path.isEmpty()) return;
    // Taken either way: what cannot be opened gets its reason on the drop.
    event.acceptProposedAction();
    const QString name = QFileInfo(path).fileName();
    switch (useOf(path)) {
        case Use::Model: return m_overlay->announce(tr("Open %1").arg(name), true);
        case Use::Data: return m_overlay->announce(tr("Run the model on %1").arg(name), true);
        case Use::None:
            m_overlay->announce(tr("%1 cannot be opened. Roundoff opens %2").arg(name, acceptedTypes()), false);
    }
}

void FileDrop::drop(const QDropEvent& event) {
    m_overlay->hide();
    const QString path = pathOf(event);
    if (path.isEmpty()) return;
    switch (useOf(path)) {
        case Use::Model: Q_EMIT modelDropped(path); return;
        case Use::Data: Q_EMIT dataDropped(path); return;
        case Use::None: break;
    }
    const QString remedy = m_store.state().model.empty()
                               ? tr("Roundoff opens %1").arg(acceptedTypes())
                               : tr("Roundoff opens %1, and runs the model on %2").arg(acceptedTypes(), dataTypes());
    Q_EMIT refused({ErrorCode::BadInput, path.toStdString(), "this file type cannot be opened", remedy.toStdString()});
}

bool FileDrop::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
        case QEvent::DragEnter: enter(*static_cast<QDragEnterEvent*>(event)); return true;
        case QEvent::DragLeave: m_overlay->hide(); return true;
        case QEvent::Drop: drop(*static_cast<QDropEvent*>(event)); return true;
        default: return QObject::eventFilter(watched, event);
    }
}

}  // namespace roundoff::ui
