#include "ui/shell/data_desk.h"

namespace roundoff::ui {

DataDesk::DataDesk(Store& store, Jobs& jobs, QWidget* window)
    : QObject(window), m_store(store), m_jobs(jobs), m_anchor(window), m_popover(new DataPopover(store, jobs, window)) {}

void DataDesk::openChooser() {
    if (m_store.state().model.empty()) return;
    m_popover->open(m_anchor->mapToGlobal(QPoint(0, m_anchor->height() + 4)));
}

void DataDesk::take(Wish wish) {
    switch (wish) {
        case Wish::ChooseData: return openChooser();
        case Wish::UseSynthetic: {
            DataChoice choice = m_store.state().data;
            choice.calibration = readAs({}, choice.calibration);
            m_store.setData(choice);
            return m_jobs.runs().measure();
        }
        case Wish::Measure:
            if (!m_store.state().data.calibration) return openChooser();
            return m_jobs.runs().measure();
        case Wish::Rank:
            if (!m_store.state().data.calibration) return openChooser();
            return m_jobs.runs().rank();
        case Wish::MeasureSpeed: return m_jobs.runs().time();
        case Wish::MapInput: return m_jobs.runs().map();
    }
}

void DataDesk::drop(const QString& path) {
    m_popover->choose(path);
    openChooser();
}

}  // namespace roundoff::ui
