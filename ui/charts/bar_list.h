#pragma once
#include <QAbstractScrollArea>
#include <QString>
#include <limits>
#include <vector>

#include "ui/charts/axis.h"

class QPainter;

namespace roundoff::ui {

/// One bar with its name and figure. NaN = no bar, only the text.
struct Bar {
    int id = -1;
    QString name;
    double value = 0;
    double baseline = std::numeric_limits<double>::quiet_NaN();  ///< a thin mark beside the bar; NaN = none
    double second = std::numeric_limits<double>::quiet_NaN();    ///< a hatched bar beneath the first; NaN = none
    QString text;
    QString tooltip;
    bool faint = false;   ///< not quantized
};

/// A list of painted horizontal bars over one axis, readable at any length: names elide on the left, the axis stays on
/// top, ten thousand rows scroll smoothly.
class BarList : public QAbstractScrollArea {
    Q_OBJECT
public:
    explicit BarList(QWidget* parent = nullptr);

    /// The axis runs from `low` (where bars begin) to `high`; grid lines stand at `step` apart where it is positive,
    /// else at round numbers.
    void setBars(std::vector<Bar> bars, Axis::Scale scale, double low, double high, double step, const QColor& colour);
    /// Where bars begin, within the axis, once they may run either way; setBars() puts it back to `low`.
    void setOrigin(double value);
    void setCurrent(int id);
    void setHovered(int id);

Q_SIGNALS:
    void barClicked(int id);
    void barHovered(int id);  ///< -1 = none

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void measure();
    void paintBar(QPainter& painter, const Bar& bar, const QRect& row, const Axis& scale) const;
    [[nodiscard]] int positionAt(const QPoint& point) const;
    [[nodiscard]] int positionOf(int id) const;
    [[nodiscard]] Axis axis() const;
    [[nodiscard]] std::vector<Tick> axisTicks(const Axis& axis) const;

    std::vector<Bar> m_bars;
    Axis::Scale m_scale = Axis::Scale::Linear;
    double m_low = 0, m_high = 1, m_step = 0, m_origin = 0;
    QColor m_colour;
    bool m_pairs = false;
    int m_current = -1, m_hovered = -1;
    int m_nameWidth = 160, m_textWidth = 70, m_rowHeight = 24, m_headerHeight = 24;
};

}  // namespace roundoff::ui
