#pragma once
#include <QWidget>
#include <vector>

#include "ui/shell/state.h"

class QGridLayout;
class QLabel;
class QVBoxLayout;

namespace roundoff::ui {

class FindingCard;
class SchemeForm;

/// The right pane: the current layer's shape, scheme, figures and advice.
class Inspector : public QWidget {
    Q_OBJECT
public:
    explicit Inspector(QWidget* parent = nullptr);
    void show(const State& state, unsigned changes);

Q_SIGNALS:
    void schemeWanted(std::vector<int> layers, roundoff::schemes::Scheme scheme);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Figure {
        QLabel *name, *value;
    };
    QLabel* section(const QString& text);
    void elide();
    void showFigures(const State& state);
    void showAdvice(const State& state);

    QString m_name;
    QLabel *m_title, *m_subtitle, *m_many;
    SchemeForm* m_form;
    QGridLayout* m_grid;
    std::vector<Figure> m_figures;
    std::vector<FindingCard*> m_cards;
    std::vector<int> m_selected;
    QVBoxLayout* m_advice;
};

}  // namespace roundoff::ui
