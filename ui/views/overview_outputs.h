#pragma once
#include <QWidget>

#include "ui/views/view.h"

class QLabel;
class QPushButton;

namespace roundoff::ui {

class OverviewTile;

/// What comes out of the whole model: its tiles, the conditions beneath, and the button that fills what is missing.
class OverviewOutputs : public QWidget {
    Q_OBJECT
public:
    /// @param output the tile for the outputs' SQNR; it stands among those of the page
    OverviewOutputs(OverviewTile* output, QWidget* parent);
    void show(const State& state);

Q_SIGNALS:
    void wished(roundoff::ui::Wish wish);

private:
    void showOutput(const State& state, const analysis::Evaluation* evaluation);
    void showMissing(const State& state);
    OverviewTile* m_output;
    OverviewTile* m_tiles[3];
    QLabel* m_conditions;
    QPushButton* m_act;
    Wish m_wish = Wish::ChooseData;
};

}  // namespace roundoff::ui
