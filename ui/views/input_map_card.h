#pragma once
#include <QWidget>

#include "ui/shell/state.h"

class QLabel;
class QPushButton;

namespace roundoff::ui {

class ActivationHeat;

/// One sample of a layer's input by channel and token, with the choice of the channels' order.
class InputMapCard : public QWidget {
    Q_OBJECT
public:
    explicit InputMapCard(QWidget* parent = nullptr);
    void show(const InputMap& map);
    void say(const QString& words);  ///< instead of a map
    [[nodiscard]] bool largestFirst() const;

private:
    QLabel* m_caption;
    QPushButton *m_byIndex, *m_bySize;
    ActivationHeat* m_heat;
};

}  // namespace roundoff::ui
