#pragma once
#include <QWidget>
#include <vector>

#include "ui/shell/state.h"

namespace roundoff::ui {

/// Bits of a code and the colour that stands for them everywhere in the overview; 0 = stays float.
int layerBits(const State& state, int layer);
QColor bitsColour(int bits);

/// The layers in model order as one strip, width = bytes, colour = bits; a click selects. Legend below.
class OverviewStrip : public QWidget {
    Q_OBJECT
public:
    explicit OverviewStrip(QWidget* parent);
    void show(const State& state);
    QSize sizeHint() const override { return {400, 58}; }
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
    struct Segment {
        double end = 0;  ///< 0..1
        int bits = 0;
        bool visible = true, pending = false;
    };
    std::vector<Segment> m_segments;
    model::Model m_model;  ///< for names; cheap to hold
    int m_current = -1, m_hovered = -1;
};

}  // namespace roundoff::ui
