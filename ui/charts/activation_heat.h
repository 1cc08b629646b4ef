#pragma once
#include <QImage>
#include <QWidget>
#include <memory>
#include <vector>

#include "core/calibration/activation_map.h"

namespace roundoff::ui {

/// Magnitudes of one sample, channels as columns and tokens or positions as rows, on a logarithmic colour scale with its
/// legend at the right. Cells that share a pixel show the largest of them.
class ActivationHeat : public QWidget {
    Q_OBJECT
public:
    static constexpr double kRange = 1e4;  ///< colours tell this far below the largest magnitude

    explicit ActivationHeat(QWidget* parent = nullptr);
    /// Null: `words` stand in its place.
    void setMap(std::shared_ptr<const calibration::ActivationMap> map, const QString& words = {});
    void setLargestFirst(bool largestFirst);  ///< order of the channels
    /// "channel 17, token 5: 3.21", of the cell at a point; empty outside.
    [[nodiscard]] QString textAt(const QPointF& point) const;
    [[nodiscard]] QRectF area() const;  ///< of the cells
    QSize sizeHint() const override { return {560, 165}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    using Cell = calibration::ActivationMap::Cell;
    [[nodiscard]] QString textOf(const Cell& cell) const;
    [[nodiscard]] bool image() const { return m_map && m_map->shape.size() == 4; }
    [[nodiscard]] double low() const;
    [[nodiscard]] double high() const;
    void pool();
    void paintAxes(QPainter& painter, const QRectF& box) const;
    void paintLegend(QPainter& painter, const QRectF& box) const;

    std::shared_ptr<const calibration::ActivationMap> m_map;
    QString m_words;
    bool m_largestFirst = false;
    std::vector<Cell> m_cells;  ///< those of the map that have a pixel, row by row
    QImage m_image;
};

}  // namespace roundoff::ui
