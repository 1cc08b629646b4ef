#pragma once
#include <QAbstractTableModel>
#include <memory>
#include <vector>

#include "ui/shell/speed_result.h"
#include "ui/shell/state.h"

namespace roundoff::ui {

/// Times as rows: those that were measured, or one device's projection, never both. The first row is the whole model.
class SpeedModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, Float, Quantized, Ratio, Bound, Reason, Columns };
    enum Role { LayerRole = Qt::UserRole, ValueRole, ProjectedRole };

    using QAbstractTableModel::QAbstractTableModel;
    /// @param device index of a projection, or -1 for what was measured
    void show(const State& state, int device);
    [[nodiscard]] bool projected() const { return m_projected; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        int layer = -1;
        QString name, floating, quantized, bound, reason, floatTip, quantizedTip;
        double floatMs = 0, quantizedMs = 0, ratio = 0;  ///< NaN = none
    };
    std::vector<Row> m_rows;
    bool m_projected = false;
};

/// "1.24 ms", "18.2 µs"
QString millisecondsText(double ms);

}  // namespace roundoff::ui
