#include "ui/shell/inspector.h"

#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/models/layer_columns.h"
#include "ui/shell/finding_card.h"
#include "ui/shell/numbers.h"
#include "ui/shell/scheme_form.h"

namespace roundoff::ui {

Inspector::Inspector(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("inspector"));
    setProperty("look", QStringLiteral("panel"));
    setAttribute(Qt::WA_StyledBackground);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    outer->addWidget(scroll);
    auto* page = new QWidget(scroll);
    page->setObjectName(QStringLiteral("inspectorPage"));
    scroll->setWidget(page);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(14, 12, 14, 12);
    column->setSpacing(4);

    m_title = new QLabel(page);
    m_title->setObjectName(QStringLiteral("inspectorLayer"));
    m_title->setProperty("look", QStringLiteral("title"));
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_subtitle = new QLabel(page);
    m_subtitle->setProperty("look", QStringLiteral("muted"));
    m_subtitle->setWordWrap(true);
    m_many = new QLabel(page);
    m_many->setProperty("look", QStringLiteral("small"));
    m_many->setWordWrap(true);
    column->addWidget(m_title);
    column->addWidget(m_subtitle);
    column->addSpacing(10);
    column->addWidget(section(tr("Scheme")));
    column->addWidget(m_many);
    column->addSpacing(2);
    m_form = new SchemeForm(page);
    column->addWidget(m_form);
    column->addSpacing(14);
    column->addWidget(section(tr("Weights")));
    m_grid = new QGridLayout;
    m_grid->setVerticalSpacing(5);
    m_grid->setColumnStretch(0, 1);
    column->addLayout(m_grid);
    const QStringList names{
        tr("SQNR"),         tr("RMSE / scale"), tr("Cosine"),   tr("Clipped"), tr("Rounded to zero"),
        tr("Crest factor"), tr("Kurtosis"),     tr("Smallest"), tr("Largest"), tr("Size"),
        tr("Output, isolated"), tr("Output, accumulated")};
    for (int i = 0; i < int(names.size()); ++i) {
        auto* name = new QLabel(names[i], page);
        name->setProperty("look", QStringLiteral("muted"));
        auto* value = new QLabel(page);
        value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        m_grid->addWidget(name, i, 0);
        m_grid->addWidget(value, i, 1);
        m_figures.push_back({name, value});
    }
    column->addSpacing(14);
    m_advice = new QVBoxLayout;
    m_advice->setSpacing(8);
    column->addLayout(m_advice);
    column->addStretch();
    connect(m_form, &SchemeForm::schemeChosen, this,
            [this](const schemes::Scheme& scheme) { Q_EMIT schemeWanted(m_selected, scheme); });
}

QLabel* Inspector::section(const QString& text) {
    auto* label = new QLabel(text, this);
    label->setProperty("look", QStringLiteral("section"));
    return label;
}

void Inspector::show(const State& state, unsigned changes) {
    if (changes == unsigned(Change::Hover) || changes == unsigned(Change::Filter) ||
        changes == unsigned(Change::Distribution))
        return;
    const bool any = !state.model.empty() && state.current >= 0 && state.current < int(state.model.layers().size());
    setEnabled(any);
    if (!any) {
        m_name = tr("No layer");
        m_subtitle->setText(state.model.empty() ? QString() : tr("This model holds no layer that could be quantized."));
        m_many->hide();
        elide();
        return;
    }
    const auto& layer = state.model.layers()[std::size_t(state.current)];
    m_name = QString::fromStdString(layer.name);
    m_subtitle->setText(QStringLiteral("%1 · %2 · %3").arg(QString::fromStdString(layer.op),
                                                         QString::fromStdString(tensor::text(layer.shape)),
                                                         tr("%1 weights").arg(countText(layer.parameters))));
    m_selected = state.selected.empty() ? std::vector<int>{state.current} : state.selected;
    m_many->setVisible(m_selected.size() > 1);
    m_many->setText(tr("A change here sets all %1 selected layers.").arg(m_selected.size()));
    if (changes & (Change::Model | Change::Selection))
        m_form->setSubject(state.model, m_selected,
                           m_selected.size() == 1 ? tr("this layer") : tr("the selected layers"));
    m_form->setScheme(state.recipe.schemeOf(layer.name));
    m_form->setEnabled(!layer.stored);
    showFigures(state);
    showAdvice(state);
    elide();
}

void Inspector::showFigures(const State& state) {
    const auto* report = state.report(state.current);
    const auto* statistics = state.statistics(state.current);
    const auto* error = report && report->weight ? &*report->weight : nullptr;
    const bool pending = !report || report->status == analysis::Status::Pending;
    const QString none = pending ? dashText() + QStringLiteral("  ") + tr("pending") : dashText();
    const auto share = [&](std::uint64_t part) {
        return error->count ? percentText(double(part) / double(error->count)) : dashText();
    };
    const QStringList values{
        error ? dbUnitText(error->sqnrDb()) : none,
        error ? significantText(error->rmseOverScale(), 3) : dashText(),
        error ? QString::number(error->cosine(), 'f', 5) : dashText(),
        error ? share(error->clipped) : dashText(),
        error ? share(error->zeroed) : dashText(),
        statistics ? QString::number(statistics->crest(), 'f', 1) : dashText(),
        statistics ? QString::number(statistics->kurtosis, 'f', 2) : dashText(),
        statistics ? significantText(statistics->min, 4) : dashText(),
        statistics ? significantText(statistics->max, 4) : dashText(),
        report ? (pending ? bytesText(report->bytesBefore) : sizeChangeText(report->bytesBefore, report->bytesAfter))
               : dashText(),
        {}, {}};
    for (std::size_t i = 0; i < m_figures.size(); ++i) m_figures[i].value->setText(values[qsizetype(i)]);
    const bool measured = report && report->output;
    std::size_t row = m_figures.size() - 2;
    for (const char* id : {"isolated", "accumulated"}) {
        const auto [name, value] = m_figures[row++];
        const auto db = measured ? layerFigure(state, state.current, QLatin1String(id)) : std::nullopt;
        name->setVisible(measured);
        value->setVisible(measured);
        value->setText(db ? dbUnitText(*db) : dashText());
        value->setToolTip(db ? tr("on %1").arg(dataText(state.data.calibration)) + partMark(report)
                             : outputReason(state, state.current));
    }
}

void Inspector::showAdvice(const State& state) {
    std::size_t used = 0;
    const auto card = [&]() -> FindingCard* {
        if (used == m_cards.size()) {
            auto* fresh = new FindingCard(this);
            m_advice->addWidget(fresh);
            connect(fresh, &FindingCard::schemeWanted, this,
                    [this](int layer, const schemes::Scheme& scheme) { Q_EMIT schemeWanted({layer}, scheme); });
            m_cards.push_back(fresh);
        }
        m_cards[used]->setVisible(true);
        return m_cards[used++];
    };
    const auto* report = state.report(state.current);
    if (report && !report->reason.empty() && !report->weight) {
        QString reason = QString::fromStdString(report->reason);
        reason[0] = reason[0].toUpper();
        card()->showAdvice(report->status == analysis::Status::Kept ? tr("Stays as it is") : tr("Not quantized"),
                           reason + QLatin1Char('.'), QStringLiteral("info"));
    }
    if (state.comparison)
        for (const auto& finding : state.comparison->findings)
            if (finding.layer == state.current && finding.rule != "skipped")
                card()->show(finding, m_name, false);
    if (used == 0 && report && report->weight) {
        // Nothing is wrong: say what the next better column would cost.
        const double own = report->weight->sqnrDb();
        const double bits = report->parameters ? 8.0 * double(report->bytesAfter) / double(report->parameters) : 0;
        const analysis::LayerReport* best = nullptr;
        double price = INFINITY;
        for (std::size_t c = 1; state.comparison && c < state.comparison->reports.size(); ++c) {
            const auto* other = state.report(state.current, c);
            if (!other || !other->weight || other->weight->sqnrDb() < own + 3 || other->parameters == 0) continue;
            const double cost = 8.0 * double(other->bytesAfter) / double(other->parameters) - bits;
            if (cost < price) price = cost, best = other;
        }
        if (best && std::isfinite(own)) {
            analysis::Finding finding;
            finding.layer = state.current;
            finding.suggestion = schemes::Scheme{best->scheme.weight, report->scheme.activation};
            finding.message =
                tr("%1 brings %2 dB for %3 more bits per weight.")
                    .arg(schemeText({best->scheme.weight, {}}), QStringLiteral("+%1").arg(best->weight->sqnrDb() - own, 0, 'f', 1),
                         QString::number(price, 'f', 2))
                    .toStdString();
            card()->show(finding, {}, false);
        }
    }
    for (std::size_t i = used; i < m_cards.size(); ++i) m_cards[i]->setVisible(false);
}

void Inspector::elide() {
    m_title->setText(m_title->fontMetrics().elidedText(m_name, Qt::ElideLeft, std::max(60, width() - 34)));
    m_title->setToolTip(m_name);
    m_title->setAccessibleName(m_name);
}

void Inspector::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    elide();
}

}  // namespace roundoff::ui
