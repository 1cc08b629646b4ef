#include "ui/shell/view_stack.h"

#include <QCoreApplication>
#include <QTabBar>

namespace roundoff::ui {

ViewStack::ViewStack(Store& store, QWidget* parent) : QTabWidget(parent), m_store(store) {
    setObjectName(QStringLiteral("views"));
    setDocumentMode(true);
    tabBar()->setDrawBase(false);
    tabBar()->setExpanding(false);
    setUsesScrollButtons(true);
    for (const auto& descriptor : viewDescriptors()) {
        View* view = descriptor.create(this);
        view->setObjectName(QLatin1String(descriptor.id));
        view->setAccessibleName(QCoreApplication::translate("View", descriptor.title));
        view->setAutoFillBackground(true);
        view->setBackgroundRole(QPalette::Base);
        addTab(view, QCoreApplication::translate("View", descriptor.title));
        connect(view, &View::layerChosen, &m_store, &Store::setCurrent);
        connect(view, &View::layerHovered, &m_store, &Store::setHovered);
        connect(view, &View::schemeWanted, &m_store, &Store::setSchemes);
        connect(view, &View::messageWanted, this, &ViewStack::messageWanted);
        connect(view, &View::wished, this, &ViewStack::wished);
    }
    m_missed.assign(viewDescriptors().size(), unsigned(Change::All));
    connect(this, &QTabWidget::currentChanged, this, [this] { update(0); });
}

View* ViewStack::currentView() const { return qobject_cast<View*>(currentWidget()); }

void ViewStack::update(unsigned changes) {
    for (unsigned& missed : m_missed) missed |= changes;
    View* view = currentView();
    if (!view) return;
    unsigned& missed = m_missed[std::size_t(currentIndex())];
    const unsigned all = std::exchange(missed, 0U);
    if (all) view->show(m_store.state(), changes == 0 ? unsigned(Change::All) : all);
}

View* ViewStack::present(int index) {
    setCurrentIndex(index);
    update(unsigned(Change::All));
    return currentView();
}

}  // namespace roundoff::ui
