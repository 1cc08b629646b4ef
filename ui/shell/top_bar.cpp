#include "ui/shell/top_bar.h"

#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>
#include <numeric>

#include "ui/shell/compare_chooser.h"
#include "ui/shell/numbers.h"
#include "ui/shell/scheme_box.h"

namespace roundoff::ui {
namespace {
constexpr int kWide = 1240;  ///< below, labels are left out
}

TopBar::TopBar(Store& store, const Actions& actions, QWidget* parent)
    : QWidget(parent),
      m_store(store),
      m_scheme(new SchemeBox(this)),
      m_baseline(new QComboBox(this)),
      m_compare(new QPushButton(this)),
      m_data(new QPushButton(this)),
      m_clear(new QPushButton(tr("Clear"), this)),
      m_chooser(new CompareChooser(this)),
      m_filter(new QLineEdit(this)),
      m_count(new QLabel(this)),
      m_baselineLabel(new QLabel(tr("Baseline"), this)),
      m_compareLabel(new QLabel(tr("Compare"), this)),
      m_problem(new QLabel(this)) {
    setObjectName(QStringLiteral("topBar"));
    setProperty("look", QStringLiteral("panel"));
    setAttribute(Qt::WA_StyledBackground);
    m_scheme->setObjectName(QStringLiteral("schemeBox"));
    m_scheme->setAccessibleName(tr("Scheme of the model"));
    m_scheme->setFixedWidth(150);
    m_baseline->setObjectName(QStringLiteral("baselineBox"));
    m_baseline->setAccessibleName(tr("Baseline"));
    m_baseline->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_baseline->setMaximumWidth(140);
    m_compare->setObjectName(QStringLiteral("compareButton"));
    m_data->setObjectName(QStringLiteral("dataButton"));
    m_data->setToolTip(tr("What the model is run on"));
    m_filter->setObjectName(QStringLiteral("filterBox"));
    m_filter->setAccessibleName(tr("Filter the layers"));
    m_filter->setPlaceholderText(tr("Filter: name, /regex/, sqnr<20, op:matmul, bits=4"));
    m_filter->setToolTip(
        tr("Words that all must hold: part of a name, /regex/, op:conv, scheme:int4, or a figure compared "
           "with a number, as in sqnr<20. A minus before a word turns it round. Figures: %1")
            .arg(LayerFilter::figures().join(QStringLiteral(", "))));
    m_filter->setMinimumWidth(90);
    m_count->setProperty("look", QStringLiteral("muted"));
    m_count->setObjectName(QStringLiteral("layerCount"));
    m_clear->setProperty("look", QStringLiteral("link"));
    m_clear->setObjectName(QStringLiteral("clearFilter"));
    m_clear->hide();
    for (QLabel* label : {m_baselineLabel, m_compareLabel}) label->setProperty("look", QStringLiteral("muted"));
    m_problem->setProperty("look", QStringLiteral("error"));
    m_problem->setObjectName(QStringLiteral("topBarProblem"));
    m_problem->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_problem->hide();

    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(button(actions.open, {}));
    row->addWidget(m_scheme);
    row->addWidget(button(actions.run, QStringLiteral("primary")));
    row->addWidget(button(actions.cancel, {}));
    row->addSpacing(4);
    row->addWidget(m_baselineLabel);
    row->addWidget(m_baseline);
    row->addWidget(m_compareLabel);
    row->addWidget(m_compare);
    row->addWidget(m_data);
    row->addWidget(button(actions.exportModel, {}));
    row->addWidget(m_filter, 1);
    row->addWidget(m_clear);
    row->addWidget(m_count);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(10, 6, 10, 8);
    column->setSpacing(4);
    column->addLayout(row);
    column->addWidget(m_problem);

    m_debounce.setSingleShot(true);
    m_debounce.setInterval(150);
    connect(&m_debounce, &QTimer::timeout, this, &TopBar::applyFilter);
    connect(m_filter, &QLineEdit::textChanged, this, [this] { m_debounce.start(); });
    connect(m_filter, &QLineEdit::returnPressed, this, &TopBar::applyFilter);
    connect(m_clear, &QPushButton::clicked, this, [this] { setFilter({}); });
    connect(m_scheme, &SchemeBox::schemeChosen, this,
            [this](const schemes::Scheme& scheme) { m_store.setStandard(scheme); });
    connect(m_scheme, &SchemeBox::problemChanged, this, [this](const QString& problem) {
        m_schemeProblem = problem;
        showProblem();
    });
    connect(m_baseline, &QComboBox::activated, this, [this](int index) {
        m_store.setBaseline(index <= 0 ? std::nullopt : std::optional<int>(index - 1));
    });
    connect(m_compare, &QPushButton::clicked, this, [this] {
        m_chooser->open(m_store.state().compared, m_store.state().model, m_compare->mapToGlobal(QPoint(0, m_compare->height() + 4)));
    });
    connect(m_chooser, &CompareChooser::chosen, this,
            [this](const std::vector<schemes::Scheme>& schemes) { m_store.setCompared(schemes); });
    update(unsigned(Change::All));
}

QPushButton* TopBar::button(QAction* action, const QString& look) {
    auto* result = new QPushButton(this);
    if (!look.isEmpty()) result->setProperty("look", look);
    result->setObjectName(action->objectName() + QStringLiteral("Button"));
    const auto follow = [result, action] {
        result->setText(action->iconText());
        result->setEnabled(action->isEnabled());
        result->setToolTip(action->toolTip() +
                           (action->shortcut().isEmpty()
                                ? QString()
                                : QStringLiteral("  (%1)").arg(action->shortcut().toString(QKeySequence::NativeText))));
    };
    follow();
    connect(action, &QAction::changed, result, follow);
    connect(result, &QPushButton::clicked, action, &QAction::trigger);
    return result;
}

void TopBar::update(unsigned changes) {
    const State& state = m_store.state();
    if (has(changes, Change::Recipe) || has(changes, Change::Model)) {
        m_scheme->setScheme(state.recipe.standard);
        if (has(changes, Change::Model)) {
            std::vector<int> layers(state.model.empty() ? 0 : state.model.layers().size());
            std::iota(layers.begin(), layers.end(), 0);
            m_scheme->setSubject(state.model, std::move(layers), tr("the model"));
        }
        const std::size_t columns = state.compared.size() + 1;
        m_compare->setText(columns == 1 ? tr("1 scheme ▾") : tr("%1 schemes ▾").arg(columns));
    }
    if (has(changes, Change::Recipe) || has(changes, Change::Model) || has(changes, Change::Results)) fillBaseline();
    if (has(changes, Change::Data) || has(changes, Change::Model)) showData();
    const std::size_t all = state.model.empty() ? 0 : state.model.layers().size();
    m_count->setText(tr("%1 of %2 layers").arg(state.visible.size()).arg(all));
}

void TopBar::showData() {
    const DataChoice& choice = m_store.state().data;
    const bool wide = width() > kWide;
    const QString name = m_data->fontMetrics().elidedText(dataText(choice.calibration), Qt::ElideMiddle, wide ? 110 : 76);
    m_data->setText(wide || !choice.calibration ? tr("Data: %1 ▾").arg(name) : name + QStringLiteral(" ▾"));
    m_data->setAccessibleName(tr("Data: %1").arg(dataText(choice.calibration)));
    m_data->setMinimumWidth(m_data->sizeHint().width());
    const QString tone = choice.synthetic() ? QStringLiteral("warn") : QString();
    if (m_data->property("tone").toString() == tone) return;
    m_data->setProperty("tone", tone);
    m_data->style()->unpolish(m_data);
    m_data->style()->polish(m_data);
}

void TopBar::fillBaseline() {
    const State& state = m_store.state();
    QStringList names{tr("float")};
    names << schemeText(state.recipe.standard);
    for (const auto& scheme : state.compared) names << schemeText(scheme);
    QStringList shown;
    for (int i = 0; i < m_baseline->count(); ++i) shown << m_baseline->itemText(i);
    if (shown != names) {
        m_baseline->clear();
        m_baseline->addItems(names);
    }
    m_baseline->setCurrentIndex(state.baseline ? *state.baseline + 1 : 0);
}

void TopBar::applyFilter() {
    m_debounce.stop();
    const LayerFilter filter = LayerFilter::parse(m_filter->text(), &m_filterProblem);
    m_filter->setProperty("wrong", !m_filterProblem.isEmpty());
    m_filter->style()->unpolish(m_filter);
    m_filter->style()->polish(m_filter);
    m_clear->setVisible(!m_filter->text().isEmpty());
    showProblem();
    Q_EMIT filterChanged(filter);
}

void TopBar::showProblem() {
    const QString problem = m_schemeProblem.isEmpty() ? m_filterProblem : m_schemeProblem;
    m_problem->setText(problem);
    m_problem->setToolTip(problem);
    m_problem->setVisible(!problem.isEmpty());
}

void TopBar::focusFilter() {
    m_filter->setFocus(Qt::ShortcutFocusReason);
    m_filter->selectAll();
}

void TopBar::addFilter(const QString& word) {
    const QString text = m_filter->text().trimmed();
    setFilter(text.isEmpty() ? word : text + QLatin1Char(' ') + word);
}

void TopBar::setFilter(const QString& text) {
    m_filter->setText(text);
    applyFilter();
}

QString TopBar::filterText() const { return m_filter->text(); }

void TopBar::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const bool wide = width() > kWide;
    m_baselineLabel->setVisible(wide);
    m_compareLabel->setVisible(wide);
    m_scheme->setFixedWidth(wide ? 150 : 132);
    m_baseline->setMaximumWidth(wide ? 140 : 92);
    showData();
}

}  // namespace roundoff::ui
