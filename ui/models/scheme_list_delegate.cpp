#include "ui/models/scheme_list_delegate.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QMouseEvent>
#include <QPainter>

#include "ui/models/scheme_list.h"
#include "ui/shell/tabular.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {
namespace {

constexpr int kPad = 8, kSizeWidth = 74, kBitsWidth = 78, kCheckWidth = 22;

QFont smaller(const QFont& font) {
    QFont small = font;
    small.setPointSizeF(font.pointSizeF() * 0.9);
    return small;
}

}  // namespace

void SchemeListDelegate::dress(QAbstractItemView* view) {
    view->setItemDelegate(new SchemeListDelegate(view));
    view->setMinimumWidth(kWidth);
    view->setMouseTracking(true);
}

QSize SchemeListDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const int line = option.fontMetrics.height();
    if (index.data(SchemeList::HeadingRole).toBool()) return {kWidth - 24, line + 14};
    // The summary may take two lines; a scroll bar, the margins and a box to tick stand beside it.
    const int width = kWidth - 20 - 2 * kPad - (index.data(Qt::CheckStateRole).isValid() ? kCheckWidth : 0);
    const QRect small = QFontMetrics(smaller(option.font))
                            .boundingRect(QRect(0, 0, width, 1000), Qt::TextWordWrap, index.data(SchemeList::SummaryRole).toString());
    return {kWidth - 24, line + small.height() + 9};
}

void SchemeListDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const Theme& t = theme();
    const QRect cell = option.rect;
    QRect box = cell.adjusted(kPad, 0, -kPad, 0);
    const QString text = index.data(Qt::DisplayRole).toString(), summary = index.data(SchemeList::SummaryRole).toString();
    const QFont small = smaller(option.font);
    painter->save();
    painter->setClipRect(cell);
    if (index.data(SchemeList::HeadingRole).toBool()) {
        QFont bold = option.font;
        bold.setWeight(QFont::DemiBold);
        painter->fillRect(cell, t.panel);
        painter->setFont(bold);
        painter->setPen(t.text);
        painter->drawText(box, Qt::AlignVCenter | Qt::AlignLeft, text);
        box.setLeft(box.left() + QFontMetrics(bold).horizontalAdvance(text) + 10);
        painter->setFont(small);
        painter->setPen(t.muted);
        painter->drawText(box, Qt::AlignVCenter | Qt::AlignLeft,
                          QFontMetrics(small).elidedText(summary, Qt::ElideRight, box.width()));
        painter->restore();
        return;
    }
    const bool enabled = option.state & QStyle::State_Enabled;
    if (option.state & (QStyle::State_Selected | QStyle::State_MouseOver)) painter->fillRect(cell, t.selection);
    if (const QVariant checked = index.data(Qt::CheckStateRole); checked.isValid()) {
        QStyleOptionButton mark;
        mark.rect = QRect(box.left(), cell.center().y() - 7, 14, 14);
        mark.state = (enabled ? QStyle::State_Enabled : QStyle::State_None) |
                     (checked.toInt() == Qt::Checked ? QStyle::State_On : QStyle::State_Off);
        QStyle* style = option.widget ? option.widget->style() : QApplication::style();
        style->drawPrimitive(QStyle::PE_IndicatorItemViewItemCheck, &mark, painter, option.widget);
        box.setLeft(box.left() + kCheckWidth);
    }
    box.adjust(0, 3, 0, -4);
    const int line = option.fontMetrics.height();
    QRect top(box.topLeft(), QSize(box.width(), line)), below = box;
    below.setTop(top.bottom() + 1);
    painter->setFont(option.font);
    painter->setPen(enabled ? t.text : t.muted);
    const QString bits = index.data(SchemeList::BitsRole).toString(), size = index.data(SchemeList::SizeRole).toString();
    if (!size.isEmpty()) {
        drawTabular(*painter, top, Qt::AlignRight, size);
        top.setRight(top.right() - kSizeWidth);
    }
    drawTabular(*painter, top, Qt::AlignRight, bits);
    top.setRight(top.right() - kBitsWidth);
    painter->drawText(top, Qt::AlignVCenter | Qt::AlignLeft,
                      painter->fontMetrics().elidedText(text, Qt::ElideRight, top.width()));
    painter->setFont(small);
    painter->setPen(t.muted);
    painter->drawText(below, Qt::AlignTop | Qt::AlignLeft | Qt::TextWordWrap, summary);
    painter->restore();
}

bool SchemeListDelegate::editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                                     const QModelIndex& index) {
    const QVariant checked = index.data(Qt::CheckStateRole);
    const bool click = event->type() == QEvent::MouseButtonRelease &&
                       static_cast<QMouseEvent*>(event)->button() == Qt::LeftButton;
    if (!checked.isValid() || !click || !(model->flags(index) & Qt::ItemIsEnabled))
        return QStyledItemDelegate::editorEvent(event, model, option, index);
    return model->setData(index, checked.toInt() == Qt::Checked ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
}

}  // namespace roundoff::ui
