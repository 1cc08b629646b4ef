#pragma once
#include "ui/views/compare_table.h"
#include "ui/views/view.h"

class QBoxLayout;
class QButtonGroup;
class QComboBox;
class QLabel;
class QPushButton;
class QStackedWidget;

namespace roundoff::ui {

/// Layers × schemes as a heat matrix with the number always printed.
class CompareView : public View {
    Q_OBJECT
public:
    explicit CompareView(QWidget* parent = nullptr);
    void show(const State& state, unsigned changes) override;

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    void retranslate();
    void rebuild();
    void sortBy(int column);

    State m_state;  ///< shared results, so a toggle needs no new state
    CompareTable m_table;
    CompareTable::Sort m_sort;
    CompareMode m_mode = CompareMode::Value;

    QBoxLayout* m_header = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_legend = nullptr;
    QComboBox* m_metric = nullptr;
    QButtonGroup* m_modes = nullptr;
    QStackedWidget* m_pages = nullptr;
    HeatMatrix* m_matrix = nullptr;
    QLabel* m_words = nullptr;
};

View* createCompareView(QWidget* parent);

}  // namespace roundoff::ui
