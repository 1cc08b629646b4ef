#pragma once
#include <QAbstractTableModel>

#include "ui/shell/state.h"

namespace roundoff::ui {

/// The layers as a table, one row a layer in model order, columns as layerColumns(). A function of the State.
class LayerModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Role {
        ValueRole = Qt::UserRole,  ///< double to sort by; invalid where not known
        HeatRole,                  ///< 0..1, Look::Heat columns
        ShareRole,                 ///< 0..1 of the largest layer's bytes before, Look::DataBar columns
        AfterShareRole,            ///< likewise, bytes after
        PendingRole,               ///< true while not known yet
        LayerRole,                 ///< index of the layer in the model
        ModelRole,                 ///< the model::Model itself
        ExceptionRole,             ///< the layer has a scheme of its own
    };

    explicit LayerModel(const State& state, QObject* parent = nullptr);
    void update(unsigned changes);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

    [[nodiscard]] const State& state() const { return m_state; }

Q_SIGNALS:
    void schemeEdited(int layer, const QString& text);

private:
    const State& m_state;
    int m_rows = 0;
    double m_largest = 1;  ///< bytes of the largest layer
};

}  // namespace roundoff::ui
