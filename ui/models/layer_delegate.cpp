#include "ui/models/layer_delegate.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QLineEdit>
#include <QPainter>
#include <QTimer>

#include "core/schemes/scheme.h"
#include "ui/models/layer_columns.h"
#include "ui/models/layer_model.h"
#include "ui/shell/scheme_words.h"
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

QWidget* LayerDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem&, const QModelIndex&) const {
    auto* combo = new QComboBox(parent);
    combo->setEditable(true);
    combo->setInsertPolicy(QComboBox::NoInsert);
    combo->addItems(offeredSchemes());
    combo->setMaxVisibleItems(20);
    combo->setObjectName(QStringLiteral("schemeEditor"));
    combo->setAccessibleName(tr("Scheme of the layer"));
    auto* self = const_cast<LayerDelegate*>(this);
    connect(combo, &QComboBox::activated, self, [self, combo] {
        Q_EMIT self->commitData(combo);
        Q_EMIT self->closeEditor(combo);
    });
    connect(combo, &QComboBox::editTextChanged, combo, [combo](const QString& text) {
        const auto scheme = schemes::parseScheme(text.toStdString());
        combo->setProperty("wrong", !scheme.has_value());
        combo->setToolTip(scheme ? QString() : QString::fromStdString(scheme.error().line()));
        combo->setStyleSheet(QString());  // repolish
    });
    QTimer::singleShot(0, combo, &QComboBox::showPopup);
    return combo;
}

void LayerDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const {
    auto* combo = qobject_cast<QComboBox*>(editor);
    const QString text = index.data(Qt::EditRole).toString();
    combo->setCurrentIndex(combo->findText(text));
    combo->setEditText(text);
}

void LayerDelegate::setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const {
    const auto* combo = qobject_cast<QComboBox*>(editor);
    if (combo->currentText() != index.data(Qt::EditRole).toString())
        model->setData(index, combo->currentText(), Qt::EditRole);
}

void LayerDelegate::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                                         const QModelIndex&) const {
    QRect box = option.rect.adjusted(0, -2, 0, 2);
    box.setWidth(std::max(box.width(), 160));
    editor->setGeometry(box);
}

}  // namespace roundoff::ui
