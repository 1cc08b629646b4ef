#pragma once
#include <QFrame>

#include "core/analysis/report.h"

class QLabel;
class QPushButton;

namespace roundoff::ui {

/// A finding as a card: a coloured edge, a sentence with its evidence, at most one action.
class FindingCard : public QFrame {
    Q_OBJECT
public:
    explicit FindingCard(QWidget* parent = nullptr);
    /// @param layerName written bold where the message begins with it; "" leaves it out of the message
    void show(const analysis::Finding& finding, const QString& layerName, bool nameLayer);
    void showAdvice(const QString& title, const QString& text, const QString& tone);

Q_SIGNALS:
    void layerChosen(int layer);
    void schemeWanted(int layer, const roundoff::schemes::Scheme& scheme);

private:
    void setTone(const QString& tone);
    analysis::Finding m_finding;
    QLabel* m_text;
    QPushButton* m_action;
};

}  // namespace roundoff::ui
