#pragma once
#include <QFrame>

#include "core/model/model.h"
#include "core/schemes/scheme.h"

class QLabel;
class QListWidget;

namespace roundoff::ui {

class SchemeBox;
class SchemeList;

/// Popup that picks the further columns of the comparison: tick, or type any scheme; at most eight.
class CompareChooser : public QFrame {
    Q_OBJECT
public:
    explicit CompareChooser(QWidget* parent = nullptr);
    /// Sizes shown are those of `model`.
    void open(const std::vector<schemes::Scheme>& chosen, const model::Model& model, const QPoint& position);

Q_SIGNALS:
    void chosen(const std::vector<roundoff::schemes::Scheme>& schemes);  ///< once, as it closes

protected:
    void hideEvent(QHideEvent* event) override;

private:
    void add(const schemes::Scheme& scheme, const QModelIndex& like, bool checked);
    void heading(const QString& text, const QString& summary);
    void limit();
    [[nodiscard]] std::vector<schemes::Scheme> checked() const;
    QListWidget* m_list;
    SchemeList* m_offers;
    SchemeBox* m_box;
    QLabel* m_note;
    bool m_filling = false;
};

}  // namespace roundoff::ui
