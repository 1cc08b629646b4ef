#include "ui/shell/layers_pane.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QMouseEvent>
#include <QPushButton>
#include <QSettings>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "core/schemes/number_format.h"
#include "ui/models/layer_columns.h"
#include "ui/models/layer_delegate.h"
#include "ui/models/layer_model.h"
#include "ui/models/layer_proxy.h"
#include "ui/shell/scheme_words.h"
#include "ui/shell/store.h"

namespace roundoff::ui {

LayersPane::LayersPane(Store& store, QWidget* parent)
    : QWidget(parent),
      m_store(store),
      m_model(new LayerModel(store.state(), this)),
      m_proxy(new LayerProxy(*m_model, this)),
      m_delegate(new LayerDelegate(this)),
      m_table(new QTableView(this)),
      m_chip(new QPushButton(this)) {
    setObjectName(QStringLiteral("layersPane"));
    setProperty("look", QStringLiteral("panel"));
    setAttribute(Qt::WA_StyledBackground);

    auto* heading = new QLabel(tr("Layers"), this);
    heading->setProperty("look", QStringLiteral("heading"));
    m_chip->setProperty("look", QStringLiteral("chip"));
    m_chip->setObjectName(QStringLiteral("resortChip"));
    m_chip->hide();
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(10, 0, 8, 0);
    bar->addWidget(heading);
    bar->addStretch();
    bar->addWidget(m_chip);
    auto* barBox = new QWidget(this);
    barBox->setLayout(bar);
    barBox->setFixedHeight(31);

    m_table->setObjectName(QStringLiteral("layerTable"));
    m_table->setAccessibleName(tr("Layers"));
    m_table->setModel(m_proxy);
    m_table->setItemDelegate(m_delegate);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->setMouseTracking(true);
    m_table->setCornerButtonEnabled(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(m_delegate->sizeHint({}, {}).height());
    QHeaderView* header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    header->setSectionsMovable(true);
    header->setSortIndicatorClearable(true);
    header->setSortIndicator(-1, Qt::AscendingOrder);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    header->setMinimumSectionSize(40);
    header->setFixedHeight(26);
    m_table->setSortingEnabled(true);
    const auto& columns = layerColumns();
    const QStringList shown = QSettings().value(QStringLiteral("layers/columns")).toStringList();
    for (int c = 0; c < int(columns.size()); ++c) {
        const auto& column = columns[std::size_t(c)];
        m_table->setColumnWidth(c, column.width);
        m_table->setColumnHidden(c, shown.isEmpty() ? !column.shown : !shown.contains(QLatin1String(column.id)));
    }

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(barBox);
    column->addWidget(m_table);

    m_table->viewport()->installEventFilter(this);
    m_table->installEventFilter(this);
    connect(m_model, &LayerModel::schemeEdited, this, [this](int layer, const QString& text) {
        const auto scheme = schemes::parseScheme(text.toStdString());
        if (!scheme) return;
        const auto& selected = m_store.state().selected;
        const bool many = std::find(selected.begin(), selected.end(), layer) != selected.end();
        m_store.setSchemes(many ? selected : std::vector<int>{layer}, *scheme);
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &LayersPane::publishSelection);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &LayersPane::publishSelection);
    connect(header, &QHeaderView::sortIndicatorChanged, this, [this] {
        m_sortedResults =
            m_store.state().model.empty() ? 0 : m_store.state().model.layers().size() - m_store.pendingLayers();
        showChip();
        publishVisible();
    });
    connect(header, &QHeaderView::customContextMenuRequested, this, &LayersPane::headerMenu);
    connect(header, &QHeaderView::sectionResized, this, [this](int index) {
        if (index != 0) fitColumns();
    });
    connect(m_table, &QTableView::customContextMenuRequested, this, &LayersPane::rowMenu);
    connect(m_chip, &QPushButton::clicked, this, [this] {
        m_proxy->resort();
        m_sortedResults = m_store.state().model.layers().size() - m_store.pendingLayers();
        showChip();
        publishVisible();
    });
}

void LayersPane::update(unsigned changes) {
    if (changes == unsigned(Change::Theme)) return m_table->viewport()->update();
    m_syncing = true;
    m_model->update(changes);
    if (has(changes, Change::Results) || has(changes, Change::Recipe)) m_proxy->refresh();
    if (has(changes, Change::Model)) m_sortedResults = 0;
    m_syncing = false;
    if (has(changes, Change::Model) || has(changes, Change::Results) || has(changes, Change::Recipe)) {
        revealOutputs();
        showChip();
        publishVisible();
    }
    if (has(changes, Change::Selection) || has(changes, Change::Model) || has(changes, Change::Filter)) showSelection();
    if (has(changes, Change::Hover)) {
        int row = -1;
        if (m_store.state().hovered >= 0)
            row = m_proxy->mapFromSource(m_model->index(m_store.state().hovered, 0)).row();
        m_delegate->setHoveredRow(row);
        m_table->viewport()->update();
    }
}

/// The first outputs bring their columns along, unless the columns were chosen by hand.
void LayersPane::revealOutputs() {
    const State& state = m_store.state();
    const auto* report = state.report(0);
    if (m_revealed || !report || !report->output || QSettings().contains(QStringLiteral("layers/columns"))) return;
    m_revealed = true;
    for (const char* id : {"isolated", "accumulated"}) m_table->setColumnHidden(layerColumn(id), false);
    m_table->setColumnHidden(layerColumn("crest"), true);
    fitColumns();
}

void LayersPane::setFilter(const LayerFilter& filter) {
    m_syncing = true;
    m_proxy->setFilter(filter);
    m_syncing = false;
    publishVisible();
    showSelection();
}

int LayersPane::layerAt(int row) const { return m_proxy->mapToSource(m_proxy->index(row, 0)).row(); }

void LayersPane::move(int rows) {
    if (m_proxy->rowCount() == 0) return;
    const int current = m_table->currentIndex().isValid() ? m_table->currentIndex().row() : -1;
    const int row = std::clamp(current + rows, 0, m_proxy->rowCount() - 1);
    m_store.setCurrent(layerAt(row));
}

void LayersPane::publishVisible() { m_store.setVisible(m_proxy->visibleLayers()); }

void LayersPane::publishSelection() {
    if (m_syncing) return;
    std::vector<int> layers;
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows())
        layers.push_back(m_proxy->mapToSource(index).row());
    std::sort(layers.begin(), layers.end());
    const QModelIndex current = m_table->currentIndex();
    // Qt announces selection and current row one after the other; in between the two do not agree.
    if (layers.empty() || !current.isValid() || !m_table->selectionModel()->isRowSelected(current.row())) return;
    m_store.setSelected(std::move(layers), m_proxy->mapToSource(current).row());
    m_table->viewport()->update();
}

void LayersPane::showSelection() {
    const State& state = m_store.state();
    m_syncing = true;
    QItemSelection wanted;
    for (const int layer : state.selected) {
        const QModelIndex index = m_proxy->mapFromSource(m_model->index(layer, 0));
        if (index.isValid()) wanted.select(index, m_proxy->index(index.row(), m_proxy->columnCount() - 1));
    }
    m_table->selectionModel()->select(wanted, QItemSelectionModel::ClearAndSelect);
    if (state.current >= 0) {
        const QModelIndex current = m_proxy->mapFromSource(m_model->index(state.current, 0));
        if (current.isValid()) {
            m_table->selectionModel()->setCurrentIndex(current, QItemSelectionModel::NoUpdate);
            m_table->scrollTo(current, QAbstractItemView::EnsureVisible);
        }
    }
    m_table->viewport()->update();
    m_syncing = false;
}

void LayersPane::showChip() {
    const State& state = m_store.state();
    const std::size_t done = state.model.empty() ? 0 : state.model.layers().size() - m_store.pendingLayers();
    const std::size_t fresh = done > m_sortedResults ? done - m_sortedResults : 0;
    m_chip->setVisible(m_proxy->sorted() && fresh > 0);
    m_chip->setText(tr("%1 new results · re-sort").arg(fresh));
}

void LayersPane::fitColumns() {
    // The name takes what the others leave; before it gets too short, the scheme gives way.
    constexpr int kLeastScheme = 88;
    const int scheme = layerColumn("scheme"), size = layerColumn("size");
    if (m_revealed && !QSettings().contains(QStringLiteral("layers/columns"))) {
        // Sizes cut off would mislead: where the outputs leave them no room they go.
        int least = layerColumns()[0].width + kLeastScheme + layerColumns()[std::size_t(size)].width;
        for (int c = 1; c < m_proxy->columnCount(); ++c)
            if (!m_table->isColumnHidden(c) && c != scheme && c != size) least += m_table->columnWidth(c);
        m_table->setColumnHidden(size, least > m_table->viewport()->width());
    }
    int others = 0;
    for (int c = 1; c < m_proxy->columnCount(); ++c)
        if (!m_table->isColumnHidden(c) && c != scheme) others += m_table->columnWidth(c);
    const int room = m_table->viewport()->width() - others;
    const QSignalBlocker block(m_table->horizontalHeader());
    if (!m_table->isColumnHidden(scheme)) {
        const int wanted = std::max(m_table->columnWidth(scheme), layerColumns()[std::size_t(scheme)].width);
        m_table->setColumnWidth(scheme, std::clamp(room - layerColumns()[0].width, kLeastScheme, wanted));
        others += m_table->columnWidth(scheme);
    }
    m_table->setColumnWidth(0, std::max(layerColumns()[0].width, m_table->viewport()->width() - others));
}

bool LayersPane::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_table->viewport()) {
        if (event->type() == QEvent::Resize) {
            fitColumns();
        } else if (event->type() == QEvent::MouseMove || event->type() == QEvent::Leave) {
            const int row = event->type() == QEvent::Leave
                                ? -1
                                : m_table->rowAt(int(static_cast<QMouseEvent*>(event)->position().y()));
            m_store.setHovered(row < 0 ? -1 : layerAt(row));
        } else if (event->type() == QEvent::MouseButtonRelease) {
            const QPoint at = static_cast<QMouseEvent*>(event)->position().toPoint();
            const QModelIndex index = m_table->indexAt(at);
            if (index.isValid() && (index.flags() & Qt::ItemIsEditable) &&
                LayerDelegate::chevronRect(m_table->visualRect(index)).contains(at))
                QMetaObject::invokeMethod(this, [this, index] { m_table->edit(index); }, Qt::QueuedConnection);
        }
    } else if (watched == m_table && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Copy)) {
            copyToClipboard();
            return true;
        }
        if (key->modifiers() == Qt::NoModifier && (key->key() == Qt::Key_J || key->key() == Qt::Key_K)) {
            move(key->key() == Qt::Key_J ? 1 : -1);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

QString LayersPane::copyText() const {
    QList<int> columns;
    for (int visual = 0; visual < m_proxy->columnCount(); ++visual) {
        const int logical = m_table->horizontalHeader()->logicalIndex(visual);
        if (!m_table->isColumnHidden(logical)) columns << logical;
    }
    QStringList lines;
    QStringList cells;
    for (const int c : columns) cells << m_proxy->headerData(c, Qt::Horizontal).toString();
    lines << cells.join(QLatin1Char('\t'));
    auto rows = m_table->selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end());
    for (const QModelIndex& row : rows) {
        cells.clear();
        for (const int c : columns) {
            const QModelIndex index = m_proxy->index(row.row(), c);
            const QVariant value = index.data(LayerModel::ValueRole);
            cells << (value.typeId() == QMetaType::Double ? QString::number(value.toDouble(), 'g', 17)
                                                          : index.data(Qt::EditRole).toString());
        }
        lines << cells.join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

void LayersPane::copyToClipboard() const { QApplication::clipboard()->setText(copyText()); }

void LayersPane::headerMenu(const QPoint& position) {
    QMenu menu(this);
    const auto& columns = layerColumns();
    for (int c = 1; c < int(columns.size()); ++c) {
        QAction* action = menu.addAction(m_proxy->headerData(c, Qt::Horizontal).toString());
        action->setCheckable(true);
        action->setChecked(!m_table->isColumnHidden(c));
        connect(action, &QAction::toggled, this, [this, c](bool on) {
            m_table->setColumnHidden(c, !on);
            QStringList shown;
            for (int i = 0; i < m_proxy->columnCount(); ++i)
                if (!m_table->isColumnHidden(i)) shown << QLatin1String(layerColumns()[std::size_t(i)].id);
            QSettings().setValue(QStringLiteral("layers/columns"), shown);
            fitColumns();
        });
    }
    menu.exec(m_table->horizontalHeader()->mapToGlobal(position));
}

void LayersPane::rowMenu(const QPoint& position) {
    const QModelIndex index = m_table->indexAt(position);
    if (!index.isValid()) return;
    const State& state = m_store.state();
    const auto selected = state.selected;
    const auto& layer = state.model.layers()[std::size_t(layerAt(index.row()))];
    QMenu menu(this);
    QMenu* set =
        menu.addMenu(selected.size() == 1 ? tr("Set scheme") : tr("Set scheme of %1 layers").arg(selected.size()));
    const auto add = [&](QMenu* to, const QString& title, const schemes::Scheme& scheme) {
        connect(to->addAction(title), &QAction::triggered, this,
                [this, selected, scheme] { m_store.setSchemes(selected, scheme); });
    };
    for (const QString& word : usualSchemes())
        if (const auto scheme = schemes::parseScheme(word.toStdString())) add(set, word, *scheme);
    set->addSeparator();
    for (const auto& family : schemes::families()) {
        QMenu* formats = set->addMenu(QString::fromStdString(family.title));
        for (const auto& format : family.formats)
            add(formats, QStringLiteral("%1  –  %2").arg(QString::fromStdString(format.id), QString::fromStdString(format.title)),
                {format.defaults, {}});
    }
    add(&menu, tr("Leave in float"), schemes::Scheme{});
    add(&menu, tr("Back to the model's scheme"), state.recipe.standard);
    menu.addSeparator();
    const QString op = QString::fromStdString(layer.op);
    const QString name = QString::fromStdString(layer.name);
    const auto filter = [&](const QString& title, const QString& word) {
        connect(menu.addAction(title), &QAction::triggered, this, [this, word] { Q_EMIT filterWanted(word); });
    };
    filter(tr("Only %1").arg(op), QStringLiteral("op:") + op);
    filter(tr("All but %1").arg(op), QStringLiteral("-op:") + op);
    if (const qsizetype dot = name.lastIndexOf(QLatin1Char('.')); dot > 0)
        filter(tr("Only %1…").arg(name.left(dot)), name.left(dot + 1));
    menu.addSeparator();
    connect(menu.addAction(tr("Copy")), &QAction::triggered, this, &LayersPane::copyToClipboard);
    menu.exec(m_table->viewport()->mapToGlobal(position));
}

}  // namespace roundoff::ui
