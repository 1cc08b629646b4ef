#include "ui/models/layer_model.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "ui/models/layer_columns.h"
#include "ui/shell/numbers.h"

namespace roundoff::ui {

LayerModel::LayerModel(const State& state, QObject* parent) : QAbstractTableModel(parent), m_state(state) {
    update(unsigned(Change::Model));
}

void LayerModel::update(unsigned changes) {
    if (has(changes, Change::Model)) {
        beginResetModel();
        m_rows = m_state.model.empty() ? 0 : int(m_state.model.layers().size());
        m_largest = 1;
        for (int i = 0; i < m_rows; ++i)
            m_largest = std::max(
                m_largest, double(m_state.model.tensors()[m_state.model.layers()[std::size_t(i)].weight].bytes));
        endResetModel();
    } else if ((has(changes, Change::Results) || has(changes, Change::Recipe)) && m_rows > 0) {
        Q_EMIT dataChanged(index(0, 0), index(m_rows - 1, columnCount() - 1));
    }
}

int LayerModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : m_rows; }
int LayerModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(layerColumns().size());
}

QVariant LayerModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= m_rows) return {};
    const LayerColumn& column = layerColumns()[std::size_t(index.column())];
    const int layer = index.row();
    const auto* report = m_state.report(layer);
    switch (role) {
        case Qt::DisplayRole: {
            const QString text = column.text(m_state, layer);
            return text.isEmpty() ? dashText() : text;
        }
        case Qt::EditRole: return column.text(m_state, layer);
        case PendingRole:
            return column.text(m_state, layer).isEmpty() && (!report || report->status == analysis::Status::Pending);
        case Qt::ToolTipRole: {
            if (column.look == LayerColumn::Look::ElidedLeft || column.look == LayerColumn::Look::Scheme)
                return column.text(m_state, layer);
            if (!column.text(m_state, layer).isEmpty())
                return column.ofOutput ? tr("on %1").arg(dataText(m_state.data.calibration)) + partMark(report) : QVariant();
            if (column.ofOutput) return outputReason(m_state, layer);
            if (!report || report->status == analysis::Status::Pending) return tr("pending");
            return QString::fromStdString(report->reason);
        }
        case Qt::TextAlignmentRole: {
            const bool number = column.value != nullptr;
            return int((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        }
        case ValueRole: {
            if (!column.value) return column.text(m_state, layer);
            const auto value = column.value(m_state, layer);
            return value && !std::isnan(*value) ? QVariant(*value) : QVariant();
        }
        case HeatRole: {
            if (!column.heat) return {};
            const auto value = column.value(m_state, layer);
            return value && !std::isnan(*value) ? QVariant(column.heat(*value)) : QVariant();
        }
        case ShareRole:
            return double(m_state.model.tensors()[m_state.model.layers()[std::size_t(layer)].weight].bytes) / m_largest;
        case AfterShareRole: return report ? QVariant(double(report->bytesAfter) / m_largest) : QVariant();
        case LayerRole: return layer;
        case ModelRole: return QVariant::fromValue(m_state.model);
        case ExceptionRole: return m_state.recipe.layers.count(m_state.model.layers()[std::size_t(layer)].name) > 0;
        case Qt::AccessibleTextRole:
            return QCoreApplication::translate("LayerColumn", column.title) + QStringLiteral(": ") +
                   data(index, Qt::DisplayRole).toString();
        default: return {};
    }
}

bool LayerModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::EditRole || !(flags(index) & Qt::ItemIsEditable)) return false;
    if (!schemes::parseScheme(value.toString().toStdString())) return false;
    Q_EMIT schemeEdited(index.row(), value.toString());
    return true;
}

QVariant LayerModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation == Qt::Vertical) return {};
    if (section < 0 || section >= columnCount()) return {};
    const LayerColumn& column = layerColumns()[std::size_t(section)];
    if (role == Qt::DisplayRole) return QCoreApplication::translate("LayerColumn", column.title);
    if (role == Qt::ToolTipRole) return QCoreApplication::translate("LayerColumn", column.help);
    if (role == Qt::TextAlignmentRole)
        return int((column.value ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    return {};
}

Qt::ItemFlags LayerModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return QAbstractTableModel::flags(index);
    Qt::ItemFlags flags = QAbstractTableModel::flags(index) | Qt::ItemNeverHasChildren;
    if (layerColumns()[std::size_t(index.column())].look == LayerColumn::Look::Scheme)
        flags |= Qt::ItemIsEditable;
    return flags;
}

}  // namespace roundoff::ui
