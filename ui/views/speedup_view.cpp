#include "ui/views/speedup_view.h"

#include <QButtonGroup>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QStackedWidget>
#include <QStyle>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QVBoxLayout>
#include <cmath>

#include "ui/charts/axis.h"
#include "ui/charts/paint.h"
#include "ui/charts/roofline_chart.h"
#include "ui/models/speed_model.h"
#include "ui/shell/numbers.h"
#include "ui/shell/theme.h"
#include "ui/views/empty_state.h"
#include "ui/views/header.h"

namespace roundoff::ui {
namespace {

enum Page { Table, Roofline, Empty };

/// Hatches what was not measured.
class HatchDelegate final : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        QStyledItemDelegate::paint(painter, option, index);
        if (!index.data(SpeedModel::ProjectedRole).toBool()) return;
        QColor colour = theme().muted;
        colour.setAlphaF(0.3F);
        drawHatch(*painter, QRectF(option.rect), colour, 7);
    }
};

void wear(QWidget* widget, const char* property, const QString& value) {
    if (widget->property(property).toString() == value) return;
    widget->setProperty(property, value);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

}  // namespace

SpeedupView::SpeedupView(QWidget* parent)
    : View(parent),
      m_header(new QBoxLayout(QBoxLayout::LeftToRight)),
      m_title(new QLabel(this)),
      m_badge(new QLabel(this)),
      m_conditions(new QLabel(this)),
      m_reason(new QLabel(this)),
      m_source(new QComboBox(this)),
      m_pages(new QButtonGroup(this)),
      m_measure(new QPushButton(tr("Measure speed"), this)),
      m_stack(new QStackedWidget(this)),
      m_table(new QTableView(this)),
      m_model(new SpeedModel(this)),
      m_roofline(new RooflineChart(this)),
      m_empty(new EmptyState(this)) {
    setProperty("look", QStringLiteral("page"));
    setAttribute(Qt::WA_StyledBackground);
    m_title->setProperty("look", QStringLiteral("title"));
    m_title->setObjectName(QStringLiteral("speedTitle"));
    m_badge->setObjectName(QStringLiteral("speedBadge"));
    m_conditions->setObjectName(QStringLiteral("speedConditions"));
    m_conditions->setProperty("look", QStringLiteral("muted"));
    m_conditions->setWordWrap(true);
    m_reason->setObjectName(QStringLiteral("speedReason"));
    m_reason->setWordWrap(true);
    m_source->setObjectName(QStringLiteral("speedSource"));
    m_source->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_source->setAccessibleName(tr("Measured, or projected for a device"));
    m_measure->setObjectName(QStringLiteral("measureSpeed"));

    m_header->setSpacing(6);
    m_header->addWidget(m_title, 1);
    auto* controls = new QHBoxLayout;
    controls->setSpacing(6);
    controls->addWidget(m_source);
    for (const auto& [name, text] : {std::pair{"speedTable", tr("Table")}, std::pair{"speedRoofline", tr("Roofline")}}) {
        auto* button = new QPushButton(text, this);
        button->setObjectName(QLatin1String(name));
        button->setProperty("look", QStringLiteral("segment"));
        button->setCheckable(true);
        m_pages->addButton(button, int(m_pages->buttons().size()));
        controls->addWidget(button);
    }
    m_pages->button(Table)->setChecked(true);
    controls->addWidget(m_measure);
    controls->addStretch();
    m_header->addLayout(controls);

    m_table->setObjectName(QStringLiteral("speedRows"));
    m_table->setAccessibleName(tr("Times by layer"));
    m_table->setModel(m_model);
    m_table->setItemDelegate(new HatchDelegate(m_table));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(24);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setStretchLastSection(true);
    for (const auto& [column, width] : {std::pair{SpeedModel::Name, 150}, std::pair{SpeedModel::Float, 84}, std::pair{SpeedModel::Quantized, 84},
                                        std::pair{SpeedModel::Ratio, 74}, std::pair{SpeedModel::Bound, 74}})
        m_table->setColumnWidth(column, width);
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_roofline);
    m_stack->addWidget(m_empty);

    auto* badges = new QHBoxLayout;
    badges->setSpacing(8);
    badges->addWidget(m_badge, 0, Qt::AlignTop);
    badges->addWidget(m_conditions, 1);
    auto* page = new QVBoxLayout(this);
    page->setContentsMargins(16, 12, 16, 14);
    page->setSpacing(6);
    page->addLayout(m_header);
    page->addLayout(badges);
    page->addWidget(m_stack, 1);
    page->addWidget(m_reason);

    connect(m_source, &QComboBox::activated, this, &SpeedupView::rebuild);
    connect(m_pages, &QButtonGroup::idClicked, this, &SpeedupView::rebuild);
    connect(m_measure, &QPushButton::clicked, this, [this] { Q_EMIT wished(Wish::MeasureSpeed); });
    connect(m_empty, &EmptyState::wished, this, &View::wished);
    connect(m_roofline, &RooflineChart::chosen, this, &View::layerChosen);
    connect(m_roofline, &RooflineChart::hovered, this, &View::layerHovered);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& index) {
        const int layer = index.isValid() ? index.data(SpeedModel::LayerRole).toInt() : -1;
        if (!m_selecting && layer >= 0) Q_EMIT layerChosen(layer);
    });
    rebuild();
}

int SpeedupView::device() const { return m_source->currentIndex() - 1; }

void SpeedupView::show(const State& state, unsigned changes) {
    using enum Change;
    if (changes == unsigned(Hover)) return m_roofline->setHovered(state.hovered);
    const bool speed = m_state.speed != state.speed;
    m_state = state;
    if (speed || has(changes, Model)) fillDevices();
    if (speed || (changes & ((Model | Recipe) | (Filter | Data) | (Results | Theme))) != 0)
        rebuild();
    else if (has(changes, Selection))
        selectCurrent();
}

void SpeedupView::fillDevices() {
    const QString kept = m_source->currentText();
    m_source->clear();
    m_source->addItem(tr("Measured here"));
    if (m_state.speed)
        for (const auto& projection : m_state.speed->projections) m_source->addItem(tr("Projected: %1").arg(projection.device));
    m_source->setCurrentIndex(std::max(0, m_source->findText(kept)));
}

void SpeedupView::rebuild() {
    const bool open = !m_state.model.empty();
    m_title->setText(open ? tr("Speed of %1").arg(schemeText(m_state.recipe.standard)) : tr("Speed"));
    m_measure->setEnabled(open && !m_state.timing);
    const bool any = m_state.speed && (device() >= 0 || !m_state.speed->rows.empty() || m_state.speed->whole);
    m_source->setVisible(m_source->count() > 1);
    for (auto* button : m_pages->buttons()) button->setVisible(any);
    if (device() >= 0) m_pages->button(Table)->setChecked(true);  // arrows are of measured times
    m_pages->button(Roofline)->setEnabled(device() < 0);
    m_measure->setVisible(any);
    fitHeader(m_header, contentsRect().width() - 32);
    showBadge();
    if (!any) {
        m_empty->say(!open              ? tr("Open a model to measure how long it takes.")
                     : m_state.timing   ? tr("Measuring, float and quantized in turn. Leave the machine alone for a moment…")
                     : m_state.speedStale ? tr("The times are of another recipe: stale.")
                                        : tr("Not measured. Each layer runs in float and quantized in turn, then the whole model end to end."),
                     open && !m_state.timing
                         ? std::vector<EmptyState::Action>{{m_state.speedStale ? tr("Measure again") : tr("Measure speed"), Wish::MeasureSpeed}}
                         : std::vector<EmptyState::Action>{});
        m_stack->setCurrentIndex(Empty);
        m_reason->hide();
        setAccessibleDescription(tr("Not measured"));
        return;
    }
    const bool roofline = m_pages->checkedId() == Roofline && device() < 0;
    m_stack->setCurrentIndex(roofline ? Roofline : Table);
    if (roofline)
        showRoofline();
    else
        m_model->show(m_state, device());
    selectCurrent();
    const QModelIndex whole = m_model->index(0, SpeedModel::Ratio);
    setAccessibleDescription(m_badge->text() + QStringLiteral(": ") + m_conditions->text() +
                             (roofline || !whole.isValid() ? QString() : tr("; whole model %1").arg(whole.data().toString())));
}

void SpeedupView::showBadge() {
    const bool projected = m_state.speed && device() >= 0 && std::size_t(device()) < m_state.speed->projections.size();
    const bool measured = m_state.speed && !projected && (!m_state.speed->rows.empty() || m_state.speed->whole);
    m_badge->setVisible(projected || measured);
    m_badge->setText(projected ? tr("Projected") : measured ? tr("Measured") : QString());
    wear(m_badge, "look", projected ? QStringLiteral("badgeProjected") : QStringLiteral("badgeMeasured"));
    QStringList words;
    if (projected) {
        const auto& projection = m_state.speed->projections[std::size_t(device())];
        words << projection.device << tr("computed from bytes and operations, not run") << projection.source;
    } else if (measured) {
        words << m_state.speed->conditions;
        if (m_state.speed->whole && m_state.speed->whole->floating)
            words << tr("medians; end to end n = %1, IQR %2").arg(m_state.speed->whole->floating->runs).arg(millisecondsText(m_state.speed->whole->floating->iqrMs));
        if (m_state.speed->partial) words << tr("partial: stopped before its end");
    }
    m_conditions->setText(words.join(QStringLiteral(" · ")));
    m_conditions->setVisible(!words.isEmpty());
}

void SpeedupView::showRoofline() {
    std::vector<RooflineChart::Arrow> arrows;
    for (const auto& row : m_state.speed->rows) {
        if (!row.floating || !row.quantized || !(row.operations > 0) || !(row.floatBytes > 0) || !(row.quantizedBytes > 0)) continue;
        const QString name = QString::fromStdString(m_state.model.layers()[std::size_t(row.layer)].name);
        arrows.push_back({row.layer,
                          {row.operations / row.floatBytes, row.operations / (row.floating->medianMs / 1000)},
                          {row.operations / row.quantizedBytes, row.operations / (row.quantized->medianMs / 1000)},
                          tr("%1: %2 → %3, %4 ×").arg(name, millisecondsText(row.floating->medianMs), millisecondsText(row.quantized->medianMs))
                              .arg(row.speedup(), 0, 'f', 2)});
    }
    const auto& ceilings = m_state.speed->ceilings;
    m_roofline->setArrows(std::move(arrows), ceilings.bytesPerSecond,
                          {{tr("float peak %1 operations/s").arg(numberText(ceilings.floatOperations)), ceilings.floatOperations},
                           {tr("integer peak %1 operations/s").arg(numberText(ceilings.integerOperations)), ceilings.integerOperations}});
    m_roofline->setCurrent(m_state.current);
}

void SpeedupView::selectCurrent() {
    m_roofline->setCurrent(m_state.current);
    m_selecting = true;
    m_table->selectionModel()->clear();
    for (int row = 0; row < m_model->rowCount(); ++row) {
        const QModelIndex index = m_model->index(row, 0);
        if (index.data(SpeedModel::LayerRole).toInt() != m_state.current || m_state.current < 0) continue;
        m_table->selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
        break;
    }
    m_selecting = false;
    showReason();
}

void SpeedupView::showReason() {
    QString words;
    const QModelIndex row = m_table->currentIndex();
    const QModelIndex shown = row.isValid() ? row : m_model->index(0, 0);
    if (m_stack->currentIndex() == Table && shown.isValid()) {
        const QString reason = m_model->index(shown.row(), SpeedModel::Reason).data().toString();
        if (!reason.isEmpty()) words = QStringLiteral("%1: %2").arg(m_model->index(shown.row(), SpeedModel::Name).data().toString(), reason);
    }
    m_reason->setText(words);
    m_reason->setVisible(!words.isEmpty());
}

void SpeedupView::resizeEvent(QResizeEvent* event) {
    View::resizeEvent(event);
    fitHeader(m_header, contentsRect().width() - 32);
}

bool SpeedupView::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent*>(event)->matches(QKeySequence::Copy)) {
        event->accept();
        return true;
    }
    return View::event(event);
}

void SpeedupView::keyPressEvent(QKeyEvent* event) {
    if (!event->matches(QKeySequence::Copy) || m_model->rowCount() == 0) return View::keyPressEvent(event);
    QString text;
    for (int column = 0; column < SpeedModel::Columns; ++column)
        text += m_model->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString() +
                (column >= SpeedModel::Float && column <= SpeedModel::Quantized ? QStringLiteral(" ms") : QString()) +
                QLatin1Char(column + 1 < SpeedModel::Columns ? '\t' : '\n');
    for (int row = 0; row < m_model->rowCount(); ++row)
        for (int column = 0; column < SpeedModel::Columns; ++column) {
            const QModelIndex index = m_model->index(row, column);
            const QVariant value = index.data(SpeedModel::ValueRole);
            text += (value.isValid() ? QString::number(value.toDouble(), 'g', 17) : index.data().toString()) +
                    QLatin1Char(column + 1 < SpeedModel::Columns ? '\t' : '\n');
        }
    QGuiApplication::clipboard()->setText(text);
    Q_EMIT messageWanted(tr("Copied with every digit; rows: %1.").arg(m_model->rowCount()));
}

QJsonObject SpeedupView::plotState() const {
    return {{QStringLiteral("badge"), m_badge->isHidden() ? QString() : m_badge->text()}, {QStringLiteral("rows"), m_model->rowCount()}};
}

View* createSpeedupView(QWidget* parent) { return new SpeedupView(parent); }

}  // namespace roundoff::ui
