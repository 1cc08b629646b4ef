#pragma once
#include <QFrame>

#include "core/schemes/scheme.h"

class QLabel;
class QListWidget;

namespace roundoff::ui {

class SchemeBox;

/// Popup that picks the further columns of the comparison: tick, or type any scheme; at most eight.
class CompareChooser : public QFrame {
    Q_OBJECT
public:
    explicit CompareChooser(QWidget* parent = nullptr);
    void open(const std::vector<schemes::Scheme>& chosen, const QPoint& position);

Q_SIGNALS:
    void chosen(const std::vector<roundoff::schemes::Scheme>& schemes);  ///< once, as it closes

protected:
    void hideEvent(QHideEvent* event) override;

private:
    void add(const QString& text, bool checked);
    void limit();
    [[nodiscard]] std::vector<schemes::Scheme> checked() const;
    QListWidget* m_list;
    SchemeBox* m_box;
    QLabel* m_note;
    bool m_filling = false;
};

}  // namespace roundoff::ui
