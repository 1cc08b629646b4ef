#pragma once
#include <QJsonObject>
#include <QWidget>
#include <vector>

#include "ui/shell/state.h"

namespace roundoff::ui {

/// What a view may ask for besides selections and edits.
enum class Wish { ChooseData, UseSynthetic, Measure, Rank, MeasureSpeed, MapInput };

/// One page of the centre. A view is a function of State: it draws what it is given and says what the user wants; it
/// starts no work and keeps nothing but its own zoom and toggles.
class View : public QWidget {
    Q_OBJECT
public:
    using QWidget::QWidget;
    /// Called on every change while visible, and once with Change::All when it becomes visible.
    virtual void show(const State& state, unsigned changes) = 0;
    /// What the plots show now, for the state dump: ranges of the axes, handle positions.
    [[nodiscard]] virtual QJsonObject plotState() const { return {}; }

Q_SIGNALS:
    void layerChosen(int layer);                                                ///< make it the current one
    void layerHovered(int layer);                                               ///< -1 = none
    void schemeWanted(std::vector<int> layers, roundoff::schemes::Scheme scheme);  ///< one undoable edit
    void messageWanted(const QString& text);                                    ///< status bar
    void wished(roundoff::ui::Wish wish);
};

/// One line a view, in tab order. A new view is one file here and one line in registry.cpp.
struct ViewDescriptor {
    const char* id;     ///< file name of its picture: "distribution"
    const char* title;  ///< translated with QCoreApplication::translate("View", title)
    View* (*create)(QWidget* parent);
};
const std::vector<ViewDescriptor>& viewDescriptors();

}  // namespace roundoff::ui
