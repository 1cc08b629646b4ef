#pragma once
#include <QTimer>
#include <QWidget>

#include "ui/models/layer_filter.h"
#include "ui/shell/store.h"

class QAction;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace roundoff::ui {

class CompareChooser;
class SchemeBox;

/// The one toolbar.
class TopBar : public QWidget {
    Q_OBJECT
public:
    struct Actions {
        QAction *open, *run, *cancel, *exportModel;
    };
    TopBar(Store& store, const Actions& actions, QWidget* parent = nullptr);
    void update(unsigned changes);
    void focusFilter();
    void setFilter(const QString& text);
    void addFilter(const QString& word);
    [[nodiscard]] QString filterText() const;
    [[nodiscard]] QPushButton* dataButton() const { return m_data; }

Q_SIGNALS:
    void filterChanged(const roundoff::ui::LayerFilter& filter);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QPushButton* button(QAction* action, const QString& look);
    void applyFilter();
    void fillBaseline();
    void showData();

    Store& m_store;
    SchemeBox* m_scheme;
    QComboBox* m_baseline;
    QPushButton *m_compare, *m_data, *m_clear;
    CompareChooser* m_chooser;
    QLineEdit* m_filter;
    QLabel *m_count, *m_baselineLabel, *m_compareLabel, *m_problem;
    QTimer m_debounce;
    QString m_filterProblem, m_schemeProblem;
    void showProblem();
};

}  // namespace roundoff::ui
