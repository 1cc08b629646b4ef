#pragma once
#include <QObject>

#include "core/base/error.h"

class QDropEvent;

namespace roundoff::ui {

class DropOverlay;
class Store;

/// Files dropped on the window: a model is opened, data is taken for the open model, anything else gets its reason.
class FileDrop : public QObject {
    Q_OBJECT
public:
    FileDrop(const Store& store, QWidget* window);

Q_SIGNALS:
    void modelDropped(const QString& path);
    void dataDropped(const QString& path);
    void refused(const roundoff::Error& error);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    enum class Use { Model, Data, None };
    [[nodiscard]] Use useOf(const QString& path) const;
    void enter(QDropEvent& event);
    void drop(const QDropEvent& event);

    const Store& m_store;
    DropOverlay* m_overlay;
};

}  // namespace roundoff::ui
