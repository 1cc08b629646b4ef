#include "ui/models/layer_proxy.h"

#include "ui/models/layer_columns.h"
#include "ui/models/layer_model.h"
#include "ui/shell/numbers.h"

namespace roundoff::ui {

LayerProxy::LayerProxy(LayerModel& model, QObject* parent) : QSortFilterProxyModel(parent), m_model(model) {
    setDynamicSortFilter(false);
    setSourceModel(&model);
}

void LayerProxy::setFilter(const LayerFilter& filter) {
    m_filter = filter;
    invalidateFilter();
}

void LayerProxy::refresh() {
    if (m_filter.usesFigures()) invalidateFilter();
}

void LayerProxy::resort() {
    if (sorted()) invalidate();
}

std::vector<int> LayerProxy::visibleLayers() const {
    std::vector<int> layers(std::size_t(rowCount()), 0);
    for (int row = 0; row < rowCount(); ++row) layers[std::size_t(row)] = mapToSource(index(row, 0)).row();
    return layers;
}

bool LayerProxy::filterAcceptsRow(int row, const QModelIndex&) const {
    if (m_filter.empty()) return true;
    const State& state = m_model.state();
    const auto& layer = state.model.layers()[std::size_t(row)];
    LayerFilter::Facts facts;
    facts.name = QString::fromStdString(layer.name);
    facts.op = QString::fromStdString(layer.op);
    facts.scheme = schemeText(state.recipe.schemeOf(layer.name));
    facts.figure = [&](const QString& figure) { return layerFigure(state, row, figure); };
    return m_filter.accepts(facts);
}

bool LayerProxy::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const QVariant a = left.data(LayerModel::ValueRole), b = right.data(LayerModel::ValueRole);
    if (!a.isValid() || !b.isValid()) {
        if (a.isValid() == b.isValid()) return left.row() < right.row();
        return a.isValid() == (sortOrder() == Qt::AscendingOrder);
    }
    if (a.typeId() == QMetaType::QString) {
        const int order = QString::localeAwareCompare(a.toString(), b.toString());
        return order != 0 ? order < 0 : left.row() < right.row();
    }
    return a.toDouble() < b.toDouble();
}

}  // namespace roundoff::ui
