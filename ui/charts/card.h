#pragma once
#include <QWidget>

namespace roundoff::ui {

/// A quiet rounded panel that groups what belongs together.
class Card : public QWidget {
    Q_OBJECT
public:
    using QWidget::QWidget;

protected:
    void paintEvent(QPaintEvent* event) override;
};

}  // namespace roundoff::ui
