#pragma once
#include <QPointF>
#include <QString>
#include <QWidget>
#include <vector>

namespace roundoff::ui {

/// One series: its colour and marker come from its place among the schemes (0 = A …).
struct ChartSeries {
    QString name;
    int scheme = 0;
    std::vector<QPointF> points;
    std::vector<int> ids;   ///< parallel to points: what a click chooses; -1 = nothing
    std::vector<QString> tips;  ///< parallel to points
};

struct ChartAxes {
    QString xTitle, yTitle;
    bool xLog = false;      ///< then only points with x > 0 are drawn
    double xLow = 0, xHigh = 1, yLow = 0, yHigh = 1;
    QString yFormat;        ///< printf style: "%.0f %%"
};

/// Lines or markers over two axes, drawn by Qt Charts, which no other header names. Points outside the axes, not
/// finite, or not positive on a log axis are left out. A click chooses the nearest point's id, hovering names it.
class PointChart : public QWidget {
    Q_OBJECT
public:
    enum class Kind { Line, Markers };
    explicit PointChart(Kind kind, QWidget* parent = nullptr);
    ~PointChart() override;

    void setSeries(std::vector<ChartSeries> series, const ChartAxes& axes);
    /// A dashed guide across at a y value with words on it; empty words = none.
    void setGuide(double y, const QString& words);
    void setCurrent(int id);  ///< ringed
    void setHovered(int id);
    void applyTheme();

    [[nodiscard]] const ChartAxes& axes() const;
    /// Where a point stands in this widget, for tests.
    [[nodiscard]] QPointF positionOf(int series, int point) const;

Q_SIGNALS:
    void chosen(int id);
    void hovered(int id);  ///< -1 = none

protected:
    void changeEvent(QEvent* event) override;

private:
    class Canvas;
    Canvas* m_canvas;
};

}  // namespace roundoff::ui
