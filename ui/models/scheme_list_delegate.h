#pragma once
#include <QStyledItemDelegate>

class QAbstractItemView;

namespace roundoff::ui {

/// Paints rows with the roles of a SchemeList: headings; and formats with bits and size at the right and, below, what they
/// are good for. A row that can be checked has a box, and a click anywhere on it turns that.
class SchemeListDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    /// Sets this look on a list and makes it wide enough.
    static void dress(QAbstractItemView* view);
    static constexpr int kWidth = 500;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                     const QModelIndex& index) override;
};

}  // namespace roundoff::ui
