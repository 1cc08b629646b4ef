#pragma once
#include <QStyledItemDelegate>

namespace roundoff::ui {

/// Paints the layer table: heat under numbers that read first, data bars, names elided on the left, an accent bar at
/// the current row; edits the scheme in place.
class LayerDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void setEditorData(QWidget* editor, const QModelIndex& index) const override;
    void setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override;
    void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const override;
    /// Where a click opens the editor.
    static QRect chevronRect(const QRect& cell);

    void setHoveredRow(int row) { m_hovered = row; }

private:
    int m_hovered = -1;
};

}  // namespace roundoff::ui
