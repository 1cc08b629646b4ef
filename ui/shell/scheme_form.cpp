#include "ui/shell/scheme_form.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <algorithm>

#include "core/schemes/number_format.h"
#include "ui/shell/scheme_words.h"

namespace roundoff::ui {

SchemeForm::SchemeForm(QWidget* parent) : QWidget(parent) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(5);
    grid->setColumnStretch(1, 1);
    m_format = row(tr("Format"), QStringLiteral("formFormat"), 0);
    m_granularity = row(tr("Granularity"), QStringLiteral("formGranularity"), 1);
    m_symmetry = row(tr("Symmetry"), QStringLiteral("formSymmetry"), 2);
    m_range = row(tr("Range"), QStringLiteral("formRange"), 3);
    m_algorithm = row(tr("Algorithm"), QStringLiteral("formAlgorithm"), 4);
    for (const auto& format : schemes::numberFormats()) {
        m_format->addItem(QString::fromStdString(format.id));
        m_format->setItemData(m_format->count() - 1, QString::fromStdString(format.title + ". " + format.summary),
                              Qt::ToolTipRole);
    }

    connect(m_format, &QComboBox::activated, this, [this](int index) {
        const auto& format = schemes::numberFormats()[std::size_t(index)];
        // Keeps what the new format can do too.
        schemes::TensorScheme weight = format.defaults;
        const auto& now = m_scheme.weight;
        const auto has = [](const auto& list, auto value) {
            return std::find(list.begin(), list.end(), value) != list.end();
        };
        if (now.format != "float") {
            if (has(format.granularities, now.granularity.kind)) weight.granularity = now.granularity;
            if (has(format.symmetries, now.symmetry)) weight.symmetry = now.symmetry;
            if (has(format.ranges, now.range.rule)) weight.range = now.range;
        }
        weight.format = format.id;
        choose(weight);
    });
    connect(m_granularity, &QComboBox::activated, this, [this](int index) {
        auto weight = m_scheme.weight;
        weight.granularity = m_granularities[std::size_t(index)];
        choose(weight);
    });
    connect(m_symmetry, &QComboBox::activated, this, [this](int index) {
        auto weight = m_scheme.weight;
        weight.symmetry = schemes::Symmetry(m_symmetry->itemData(index).toInt());
        choose(weight);
    });
    connect(m_range, &QComboBox::activated, this, [this](int index) {
        auto weight = m_scheme.weight;
        weight.range = m_ranges[std::size_t(index)];
        choose(weight);
    });
}

QComboBox* SchemeForm::row(const QString& label, const QString& name, int index) {
    auto* combo = new QComboBox(this);
    combo->setObjectName(name);
    combo->setAccessibleName(label);
    combo->setMaxVisibleItems(24);
    combo->setMinimumContentsLength(5);
    combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    combo->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    auto* caption = new QLabel(label, this);
    caption->setProperty("look", QStringLiteral("muted"));
    auto* grid = qobject_cast<QGridLayout*>(layout());
    grid->addWidget(caption, index, 0);
    grid->addWidget(combo, index, 1);
    return combo;
}

void SchemeForm::setScheme(const schemes::Scheme& scheme) {
    m_scheme = scheme;
    const auto& weight = scheme.weight;
    const auto* format = schemes::findNumberFormat(weight.format);
    const bool quantized = format && weight.format != "float";
    m_format->setCurrentIndex(m_format->findText(QString::fromStdString(weight.format)));
    m_format->setToolTip(format ? QString::fromStdString(format->title + ". " + format->summary) : QString());

    using Kind = schemes::Granularity::Kind;
    m_granularities.clear();
    m_ranges.clear();
    if (quantized) {
        for (const Kind kind : format->granularities) {
            if (kind == Kind::Token || kind == Kind::Block) continue;
            if (kind == Kind::Group)
                for (const std::uint32_t size : {16U, 32U, 64U, 128U, 256U}) m_granularities.push_back({kind, 0, size});
            else
                m_granularities.push_back({kind, 0, 0});
        }
        for (const auto rule : format->ranges) {
            if (rule == schemes::Range::Rule::Percentile)
                for (const double percentile : {99.0, 99.9, 99.99, 99.999}) m_ranges.push_back({rule, percentile});
            else
                m_ranges.push_back({rule, 100});
        }
        if (std::find(m_granularities.begin(), m_granularities.end(), weight.granularity) == m_granularities.end())
            m_granularities.push_back(weight.granularity);
        if (std::find(m_ranges.begin(), m_ranges.end(), weight.range) == m_ranges.end())
            m_ranges.push_back(weight.range);
    }
    m_granularity->clear();
    for (const auto& granularity : m_granularities) m_granularity->addItem(granularityLabel(granularity));
    m_range->clear();
    for (const auto& range : m_ranges) m_range->addItem(rangeLabel(range));
    m_symmetry->clear();
    if (quantized)
        for (const auto symmetry : format->symmetries) m_symmetry->addItem(symmetryLabel(symmetry), int(symmetry));
    m_algorithm->clear();
    if (quantized)
        m_algorithm->addItem(weight.algorithm == "rtn" ? tr("round to nearest")
                                                       : QString::fromStdString(weight.algorithm));

    const auto place = [](const auto& list, const auto& value) {
        return int(std::find(list.begin(), list.end(), value) - list.begin());
    };
    if (quantized) {
        m_granularity->setCurrentIndex(place(m_granularities, weight.granularity));
        m_range->setCurrentIndex(place(m_ranges, weight.range));
        m_symmetry->setCurrentIndex(m_symmetry->findData(int(weight.symmetry)));
        m_algorithm->setCurrentIndex(0);
    }
    for (QComboBox* combo : {m_granularity, m_symmetry, m_range, m_algorithm}) combo->setEnabled(combo->count() > 1);
}

void SchemeForm::choose(const schemes::TensorScheme& weight) {
    schemes::Scheme scheme = m_scheme;
    scheme.weight = weight;
    if (scheme == m_scheme) return;
    setScheme(scheme);
    Q_EMIT schemeChosen(scheme);
}

}  // namespace roundoff::ui
