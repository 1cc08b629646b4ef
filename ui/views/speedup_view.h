#pragma once
#include "ui/shell/state.h"
#include "ui/views/view.h"

class QBoxLayout;
class QButtonGroup;
class QComboBox;
class QLabel;
class QPushButton;
class QStackedWidget;
class QTableView;

namespace roundoff::ui {

class EmptyState;
class RooflineChart;
class SpeedModel;

/// How long it takes: measured on this machine, or projected for another, never both in one total, and why it is not
/// faster.
class SpeedupView : public View {
    Q_OBJECT
public:
    explicit SpeedupView(QWidget* parent = nullptr);
    void show(const State& state, unsigned changes) override;
    [[nodiscard]] QJsonObject plotState() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    void rebuild();
    void fillDevices();
    void showBadge();
    void showRoofline();
    void selectCurrent();
    void showReason();  ///< of the current row, in full: a column cannot hold a sentence
    [[nodiscard]] int device() const;

    State m_state;
    QBoxLayout* m_header;
    QLabel *m_title, *m_badge, *m_conditions, *m_reason;
    QComboBox* m_source;
    QButtonGroup* m_pages;
    QPushButton* m_measure;
    QStackedWidget* m_stack;
    QTableView* m_table;
    SpeedModel* m_model;
    RooflineChart* m_roofline;
    EmptyState* m_empty;
    bool m_selecting = false;
};

View* createSpeedupView(QWidget* parent);

}  // namespace roundoff::ui
