#pragma once
#include <QPointF>
#include <QString>
#include <QWidget>
#include <vector>

namespace roundoff::ui {

/// Operations a second against operations a byte, both logarithmic: the ceilings of a machine, and an arrow from each
/// layer's float to its quantized form. A click chooses the nearest layer.
class RooflineChart : public QWidget {
    Q_OBJECT
public:
    struct Arrow {
        int id = -1;
        QPointF from, to;  ///< (operations a byte, operations a second)
        QString tip;
    };
    struct Ceiling {
        QString name;
        double operations = 0;  ///< a second; 0 = none
    };
    explicit RooflineChart(QWidget* parent = nullptr);
    void setArrows(std::vector<Arrow> arrows, double bytesPerSecond, std::vector<Ceiling> ceilings);
    void setCurrent(int id);
    void setHovered(int id);
    QSize sizeHint() const override { return {560, 360}; }
    /// For tests: where an arrow's tip stands.
    [[nodiscard]] QPointF tipOf(std::size_t arrow) const;

Q_SIGNALS:
    void chosen(int id);
    void hovered(int id);  ///< -1 = none

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    void measure();
    [[nodiscard]] int arrowAt(const QPointF& position) const;
    std::vector<Arrow> m_arrows;
    std::vector<Ceiling> m_ceilings;
    double m_bandwidth = 0;
    double m_xLow = 0.1, m_xHigh = 100, m_yLow = 1e9, m_yHigh = 1e12;
    std::vector<std::pair<QPointF, QPointF>> m_places;  ///< in pixels, as last painted
    int m_current = -1, m_hovered = -1;
};

}  // namespace roundoff::ui
