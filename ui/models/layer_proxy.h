#pragma once
#include <QSortFilterProxyModel>
#include <vector>

#include "ui/models/layer_filter.h"

namespace roundoff::ui {

class LayerModel;

/// The layer table sorted and filtered. While results stream in the order stands still and `stale` counts what might
/// move; resort() takes it in. Not-yet-known values stand last either way.
class LayerProxy : public QSortFilterProxyModel {
    Q_OBJECT
public:
    explicit LayerProxy(LayerModel& model, QObject* parent = nullptr);

    void setFilter(const LayerFilter& filter);
    /// New results: re-evaluates a filter that uses them; leaves the order.
    void refresh();
    void resort();
    [[nodiscard]] bool sorted() const { return sortColumn() >= 0; }
    /// Layers that pass, in the table's order.
    [[nodiscard]] std::vector<int> visibleLayers() const;

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    LayerModel& m_model;
    LayerFilter m_filter;
};

}  // namespace roundoff::ui
