#pragma once
#include <vector>

#include "ui/charts/card.h"

namespace roundoff::ui {

/// The error against the clip point, with a dot where the clip stands now. A click or drag asks for that clip.
class ClipCurve : public Card {
    Q_OBJECT
public:
    struct Point {
        double clip = 0;  ///< as a share of the whole range, ascending
        double mse = 0;
    };
    explicit ClipCurve(QWidget* parent = nullptr);

    void setCurve(std::vector<Point> points);  ///< empty = no curve
    void setCurrent(double clip, double mse);
    QSize sizeHint() const override { return {260, 128}; }

Q_SIGNALS:
    void clipWanted(double clip, bool done);  ///< share of the whole range; done = on release

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    void trim();
    [[nodiscard]] QRectF area() const;
    void want(double x, bool done);

    std::vector<Point> m_points;
    Point m_current;
};

}  // namespace roundoff::ui
