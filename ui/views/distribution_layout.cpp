// The parts of the distribution view and how they stand; what they show is in distribution_view.cpp.
#include <QAction>
#include <QActionGroup>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/charts/card.h"
#include "ui/charts/channel_strip.h"
#include "ui/charts/clip_curve.h"
#include "ui/charts/histogram_plot.h"
#include "ui/views/distribution_view.h"

namespace roundoff::ui {
namespace {

QLabel* label(const char* look, const char* name) {
    auto* made = new QLabel;
    made->setObjectName(QLatin1String(name));
    if (look) made->setProperty("look", QLatin1String(look));
    made->setTextFormat(Qt::PlainText);
    return made;
}

QPushButton* segment(const char* name, bool checkable) {
    auto* made = new QPushButton;
    made->setObjectName(QLatin1String(name));
    made->setProperty("look", QStringLiteral("segment"));
    made->setCheckable(checkable);
    return made;
}

QLineEdit* box(const char* name) {
    auto* made = new QLineEdit;
    made->setObjectName(QLatin1String(name));
    made->setFixedWidth(104);
    return made;
}

}  // namespace

void DistributionView::build() {
    setObjectName(QStringLiteral("distributionView"));
    setProperty("look", QStringLiteral("page"));
    setAttribute(Qt::WA_StyledBackground);

    m_title = label("title", "distributionTitle");
    m_legend = label("muted", "distributionLegend");
    m_legend->setWordWrap(true);
    m_note = label("muted", "distributionNote");
    m_note->setWordWrap(true);
    m_log = segment("distributionLog", true);
    m_log->setChecked(true);
    m_fit = segment("distributionFit", true);
    m_autofit = segment("distributionAutofit", false);
    m_reset = segment("distributionReset", false);

    auto* header = new QHBoxLayout;
    header->setSpacing(6);
    header->addWidget(m_title, 1);
    for (auto* button : {m_log, m_fit, m_autofit, m_reset}) header->addWidget(button);

    m_plot = new HistogramPlot;

    m_clipRow = new QWidget;
    m_from = label("muted", "distributionFromLabel");
    m_to = label("muted", "distributionToLabel");
    m_low = box("distributionFrom");
    m_high = box("distributionTo");
    m_mirror = segment("distributionSymmetric", true);
    m_mirror->setChecked(true);
    m_step = label("muted", "distributionStep");
    m_use = new QPushButton;
    m_use->setObjectName(QStringLiteral("distributionUse"));
    m_use->setProperty("look", QStringLiteral("link"));
    auto* row = new QHBoxLayout(m_clipRow);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    for (QWidget* part : {static_cast<QWidget*>(m_from), static_cast<QWidget*>(m_low), static_cast<QWidget*>(m_to),
                          static_cast<QWidget*>(m_high), static_cast<QWidget*>(m_mirror)}) {
        row->addWidget(part);
    }
    row->addSpacing(4);
    row->addWidget(m_step, 1);
    row->addStretch(0);
    row->addWidget(m_use);

    m_cards = new QWidget;
    m_curve = new ClipCurve;
    auto* figures = new Card;
    figures->setObjectName(QStringLiteral("distributionFigures"));
    m_names = label("muted", "distributionFigureNames");
    m_names->setTextFormat(Qt::RichText);
    m_figures = label(nullptr, "distributionFigureValues");
    m_figures->setTextFormat(Qt::RichText);
    m_figures->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_origin = label("small", "distributionFigureOrigin");
    auto* table = new QHBoxLayout;
    table->addWidget(m_names);
    table->addStretch(1);
    table->addWidget(m_figures);
    auto* column = new QVBoxLayout(figures);
    column->setContentsMargins(14, 10, 14, 8);
    column->setSpacing(4);
    column->addLayout(table, 1);
    column->addWidget(m_origin);
    figures->setMinimumWidth(230);
    m_strip = new ChannelStrip;
    auto* cards = new QHBoxLayout(m_cards);
    cards->setContentsMargins(0, 0, 0, 0);
    cards->setSpacing(14);
    cards->addWidget(m_curve, 5);
    cards->addWidget(figures, 4);
    cards->addWidget(m_strip, 2);
    m_cards->setFixedHeight(138);

    auto* page = new QVBoxLayout(this);
    page->setContentsMargins(16, 12, 16, 14);
    page->setSpacing(6);
    page->addLayout(header);
    page->addWidget(m_legend);
    page->addWidget(m_plot, 1);
    page->addWidget(m_clipRow);
    page->addWidget(m_note);
    page->addWidget(m_cards);

    connect(m_log, &QPushButton::toggled, m_plot, &HistogramPlot::setLogarithmic);
    connect(m_plot, &HistogramPlot::logarithmicChanged, m_log, &QPushButton::setChecked);
    connect(m_fit, &QPushButton::toggled, m_plot, &HistogramPlot::setRobust);
    connect(m_plot, &HistogramPlot::robustChanged, m_fit, &QPushButton::setChecked);
    connect(m_mirror, &QPushButton::toggled, m_plot, &HistogramPlot::setSymmetric);
    connect(m_plot, &HistogramPlot::symmetricChanged, this, [this](bool on) {
        m_mirror->setChecked(on);
        if (!m_bits) return;
        m_points = clipCurve(histogram(), *m_bits, symmetry());
        tried();
    });
    connect(m_plot, &HistogramPlot::clipChanged, this, [this] {
        m_rule.reset();
        tried();
    });
    connect(m_curve, &ClipCurve::clipWanted, this, [this](double share, bool) {
        if (m_bits) tryRange(scaledRange(wholeRange(histogram(), symmetry()), share), {});
    });
    connect(m_strip, &ChannelStrip::readOut, this, &View::messageWanted);
    connect(m_strip, &ChannelStrip::rowChosen, this, [this](int chosen) {
        showGridOf(chosen);
        fillNote();
    });
    connect(m_low, &QLineEdit::editingFinished, this, &DistributionView::typed);
    connect(m_high, &QLineEdit::editingFinished, this, &DistributionView::typed);
    connect(m_reset, &QPushButton::clicked, this, &DistributionView::reset);
    connect(m_use, &QPushButton::clicked, this, [this] {
        if (const auto scheme = wanted()) Q_EMIT schemeWanted({m_subject.layer}, *scheme);
    });

    auto* menu = new QMenu(m_autofit);
    menu->setObjectName(QStringLiteral("distributionAutofitMenu"));
    const auto rule = [this, menu](const char* name, schemes::Range range) {
        auto* action = menu->addAction(QString());
        action->setObjectName(QLatin1String(name));
        connect(action, &QAction::triggered, this, [this, range] {
            if (!m_bits) return;
            using Rule = schemes::Range::Rule;
            const auto fitted = range.rule == Rule::MinMax ? wholeRange(histogram(), symmetry())
                                : range.rule == Rule::Mse  ? leastErrorRange(histogram(), *m_bits, symmetry())
                                                           : percentileRange(histogram(), symmetry(), range.percentile / 100);
            tryRange(fitted, range);
        });
    };
    rule("autofitMinMax", {schemes::Range::Rule::MinMax, 100});
    rule("autofitPercentile", {schemes::Range::Rule::Percentile, 99.9});
    rule("autofitMse", {schemes::Range::Rule::Mse, 100});
    m_autofit->setMenu(menu);
    m_autofit->setStyleSheet(QStringLiteral("QPushButton::menu-indicator { image: none; width: 0; }"));
}

void DistributionView::resizeEvent(QResizeEvent* event) {
    View::resizeEvent(event);
    m_strip->setVisible(showsStrip());
    m_curve->setVisible(width() >= 440);
    m_step->setVisible(width() >= 560);
    m_cards->setFixedHeight(height() >= 470 ? 138 : 0);
    for (QLineEdit* box : {m_low, m_high}) box->setFixedWidth(width() >= 560 ? 104 : 76);
    if (m_subject.distribution) fillNote();
}

void DistributionView::retranslate() {
    m_log->setText(tr("Log"));
    m_log->setToolTip(tr("Counts on a logarithmic scale (L)"));
    m_fit->setText(tr("99.8 %"));
    m_fit->setToolTip(tr("Show only the middle 99.8 % of the values (F)"));
    m_fit->setAccessibleName(tr("Show the middle 99.8 % of the values"));
    m_autofit->setText(tr("Autofit") + QStringLiteral(" ▾"));
    m_autofit->setToolTip(tr("Let a rule choose the clip range"));
    m_reset->setText(tr("Reset"));
    m_reset->setToolTip(tr("Back to the scheme's own range"));
    m_from->setText(tr("from"));
    m_to->setText(tr("to"));
    m_low->setAccessibleName(tr("Lower clip"));
    m_high->setAccessibleName(tr("Upper clip"));
    m_mirror->setText(tr("Symmetric"));
    m_mirror->setToolTip(tr("Both handles mirror each other around zero (S)"));
    m_use->setToolTip(tr("Set this scheme on the layer; can be undone"));
    const QStringList names{tr("rounding MSE"), tr("clipping MSE"), tr("total"), tr("SQNR")};
    m_names->setText(QStringLiteral("<p style=\"line-height:136%\">%1</p>").arg(names.join(QStringLiteral("<br>"))));
    const auto actions = m_autofit->menu()->actions();
    actions[0]->setText(tr("Whole range"));
    actions[1]->setText(tr("99.9 % of the values"));
    actions[2]->setText(tr("Least error (MSE)"));
}

void DistributionView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) retranslate();
    View::changeEvent(event);
}

}  // namespace roundoff::ui
