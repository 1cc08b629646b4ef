#pragma once
#include <QWidget>
#include <vector>

#include "ui/shell/state.h"

namespace roundoff::ui {

/// The overview ranks layers by what comes out of each, quantized alone, once that is measured; by their weights before.
bool ranksByOutput(const State& state);
/// A layer's SQNR in dB by which it is ranked; NaN where there is none.
double rankDb(const analysis::LayerReport& layer, bool byOutput);

/// The weakest layers as painted bars, worst first; a click selects.
class OverviewBars : public QWidget {
    Q_OBJECT
public:
    static constexpr std::size_t kRows = 8;
    explicit OverviewBars(QWidget* parent);
    void show(const State& state);
    [[nodiscard]] std::size_t rows() const { return m_rows.size(); }
    [[nodiscard]] int layerAt(const QPoint& position) const;

Q_SIGNALS:
    void layerChosen(int layer);
    void layerHovered(int layer);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    struct Row {
        int layer;
        int bits;
        double db;
        QString name;
    };
    std::vector<Row> m_rows;
    int m_current = -1, m_hovered = -1;
};

}  // namespace roundoff::ui
