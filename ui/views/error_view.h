#pragma once
#include "ui/shell/state.h"
#include "ui/views/error_metric.h"
#include "ui/views/view.h"

class QBoxLayout;
class QButtonGroup;
class QComboBox;
class QLabel;
class QPushButton;
class QStackedWidget;

namespace roundoff::ui {

class BarList;
class EmptyState;
class PointChart;
class SchemeLegend;

/// Where the error lies: per layer as bars, added up, and against size.
class ErrorView : public View {
    Q_OBJECT
public:
    explicit ErrorView(QWidget* parent = nullptr);
    void show(const State& state, unsigned changes) override;
    [[nodiscard]] QJsonObject plotState() const override;

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    enum Page { Bars, Cumulative, Scatter, OneByOne, Words };

    void retranslate();
    void rebuild();
    void fillSchemes();
    void preferOutputs();
    void rebuildBars();
    void rebuildCumulative();
    void rebuildScatter();
    void rebuildAlone();
    void highlight();
    [[nodiscard]] QString emptyWords() const;
    [[nodiscard]] Metric metric() const;
    [[nodiscard]] std::size_t column() const;

    State m_state;
    Page m_page = Bars;
    bool m_metricChosen = false;  ///< by hand: outputs no longer come to the front by themselves

    QBoxLayout* m_header = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_legend = nullptr;
    QButtonGroup* m_pages = nullptr;
    QComboBox* m_metric = nullptr;
    QComboBox* m_scheme = nullptr;
    QPushButton* m_order = nullptr;
    SchemeLegend* m_schemes = nullptr;
    QStackedWidget* m_stack = nullptr;
    BarList* m_bars = nullptr;
    PointChart* m_cumulative = nullptr;
    PointChart* m_scatter = nullptr;
    EmptyState* m_words = nullptr;
    BarList* m_alone = nullptr;
    QComboBox* m_aloneFigure = nullptr;
};

View* createErrorView(QWidget* parent);

}  // namespace roundoff::ui
