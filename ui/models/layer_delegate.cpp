#include "ui/models/layer_delegate.h"

#include <QAbstractItemView>
#include <QPainter>
#include <QTimer>

#include "ui/models/layer_columns.h"
#include "ui/models/layer_model.h"
#include "ui/shell/scheme_box.h"
#include "ui/shell/tabular.h"
#include "ui/shell/theme.h"

namespace roundoff::ui {
namespace {

constexpr int kPad = 8;

void paintChevron(QPainter& painter, const QRect& box, const QColor& colour) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour, 1.3, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    const QPointF c = QRectF(box).center();
    const QPointF points[]{c + QPointF(-3, -1.5), c + QPointF(0, 1.5), c + QPointF(3, -1.5)};
    painter.drawPolyline(points, 3);
    painter.restore();
}

void paintDataBar(QPainter& painter, const QRect& cell, const QModelIndex& index) {
    const QRectF track = QRectF(cell).adjusted(4, 4, -6, -4);
    const double before = index.data(LayerModel::ShareRole).toDouble();
    const QVariant after = index.data(LayerModel::AfterShareRole);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    QColor bar = theme().dataBar;
    painter.setBrush(bar);
    painter.drawRoundedRect(QRectF(track.left(), track.top(), std::max(2.0, track.width() * before), track.height()), 2,
                            2);
    if (after.isValid() && !index.data(LayerModel::PendingRole).toBool()) {
        bar = theme().accent;
        bar.setAlphaF(theme().dark ? 0.35F : 0.22F);
        painter.setBrush(bar);
        const double width = std::min(before, after.toDouble()) * track.width();
        painter.drawRoundedRect(QRectF(track.left(), track.top(), std::max(2.0, width), track.height()), 2, 2);
    }
    painter.restore();
}

}  // namespace

QRect LayerDelegate::chevronRect(const QRect& cell) { return {cell.right() - 19, cell.top(), 16, cell.height()}; }

QSize LayerDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const {
    return {80, std::max(23, option.fontMetrics.height() + 6)};
}

void LayerDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    using Look = LayerColumn::Look;
    const Theme& t = theme();
    const LayerColumn& column = layerColumns()[std::size_t(index.column())];
    const bool selected = option.state & QStyle::State_Selected;
    const auto* view = qobject_cast<const QAbstractItemView*>(option.widget);
    const bool current = selected && view && view->currentIndex().row() == index.row();
    painter->save();
    painter->setClipRect(option.rect);

    if (selected) {
        painter->fillRect(option.rect, t.selection);
    } else if (index.row() == m_hovered) {
        QColor tint = t.text;
        tint.setAlphaF(0.045F);
        painter->fillRect(option.rect, tint);
    }

    QFont font = option.font;
    if (current && column.look == Look::ElidedLeft) font.setWeight(QFont::DemiBold);
    painter->setFont(font);
    QColor ink = t.text;
    if (column.look == Look::Heat) {
        if (const QVariant heat = index.data(LayerModel::HeatRole); heat.isValid()) {
            const QColor fill = t.heat(heat.toDouble());
            painter->fillRect(option.rect, fill);
            ink = Theme::textOn(fill);
        }
    } else if (column.look == Look::DataBar) {
        paintDataBar(*painter, option.rect, index);
    }
    const bool unknown = index.data(LayerModel::PendingRole).toBool();
    if (unknown) ink = t.muted;

    const QString text = index.data(Qt::DisplayRole).toString();
    QRect box = option.rect.adjusted(kPad, 0, -kPad, 0);
    painter->setPen(ink);
    if (column.look == Look::Number || column.look == Look::Heat || column.look == Look::DataBar) {
        drawTabular(*painter, box, Qt::AlignRight, text);
    } else {
        if (column.look == Look::Scheme) {
            const QRect chevron = chevronRect(option.rect);
            paintChevron(*painter, chevron, index.row() == m_hovered || selected ? t.text : t.axis);
            box.setRight(chevron.left() - 1);
            if (index.data(LayerModel::ExceptionRole).toBool()) painter->setPen(t.accent);
        }
        const Qt::TextElideMode mode = column.look == Look::ElidedLeft ? Qt::ElideLeft : Qt::ElideRight;
        painter->drawText(box, Qt::AlignVCenter | Qt::AlignLeft,
                          painter->fontMetrics().elidedText(text, mode, box.width()));
    }
    if (current && index.column() == 0)
        painter->fillRect(QRect(option.rect.topLeft(), QSize(3, option.rect.height())), t.accent);
    painter->restore();
}

QWidget* LayerDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem&, const QModelIndex& index) const {
    auto* box = new SchemeBox(parent);
    box->setObjectName(QStringLiteral("schemeEditor"));
    box->setAccessibleName(tr("Scheme of the layer"));
    if (const QVariant layer = index.data(LayerModel::LayerRole); layer.isValid())
        box->setSubject(index.data(LayerModel::ModelRole).value<model::Model>(), {layer.toInt()}, tr("this layer"));
    auto* self = const_cast<LayerDelegate*>(this);
    connect(box, &SchemeBox::activated, self, [self, box] {
        Q_EMIT self->commitData(box);
        Q_EMIT self->closeEditor(box);
    });
    QTimer::singleShot(0, box, &SchemeBox::showPopup);
    return box;
}

void LayerDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const {
    if (const auto scheme = schemes::parseScheme(index.data(Qt::EditRole).toString().toStdString()))
        qobject_cast<SchemeBox*>(editor)->setScheme(*scheme);
}

void LayerDelegate::setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const {
    const auto* box = qobject_cast<SchemeBox*>(editor);
    if (box->problem().isEmpty() && box->currentText() != index.data(Qt::EditRole).toString())
        model->setData(index, box->currentText(), Qt::EditRole);
}

void LayerDelegate::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                                         const QModelIndex&) const {
    QRect box = option.rect.adjusted(0, -2, 0, 2);
    box.setWidth(std::max(box.width(), 160));
    editor->setGeometry(box);
}

}  // namespace roundoff::ui
