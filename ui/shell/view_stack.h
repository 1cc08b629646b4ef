#pragma once
#include <QTabWidget>
#include <vector>

#include "ui/shell/store.h"
#include "ui/views/view.h"

namespace roundoff::ui {

/// The centre: one tab a view. Only the view in front is kept up to date; the others catch up as they come to the
/// front.
class ViewStack : public QTabWidget {
    Q_OBJECT
public:
    explicit ViewStack(Store& store, QWidget* parent = nullptr);
    void update(unsigned changes);
    [[nodiscard]] View* currentView() const;
    /// Brings a view to the front and up to date; for pictures.
    View* present(int index);

Q_SIGNALS:
    void messageWanted(const QString& text);
    void wished(roundoff::ui::Wish wish);

private:
    Store& m_store;
    std::vector<unsigned> m_missed;
};

}  // namespace roundoff::ui
