#pragma once
#include <QPushButton>
#include <QWidget>
#include <vector>

#include "ui/views/view.h"

class QHBoxLayout;
class QLabel;

namespace roundoff::ui {

/// What is missing in a view, in words, and the buttons that fix it.
class EmptyState : public QWidget {
    Q_OBJECT
public:
    struct Action {
        QString text;
        Wish wish;
    };
    explicit EmptyState(QWidget* parent = nullptr);
    void say(const QString& words, const std::vector<Action>& actions = {});

Q_SIGNALS:
    void wished(roundoff::ui::Wish wish);

private:
    QLabel* m_words;
    QHBoxLayout* m_row;
    std::vector<QPushButton*> m_buttons;
};

/// What a view that needs the model to run lacks, and what offers it: data, a measurement, or time.
std::vector<EmptyState::Action> waysToMeasure(const State& state, QString& words);

}  // namespace roundoff::ui
