#include "ui/shell/scheme_form.h"

#include <QAbstractItemView>
#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QStyledItemDelegate>
#include <algorithm>

#include "core/calibration/observer.h"
#include "core/schemes/number_format.h"
#include "ui/models/scheme_list.h"
#include "ui/models/scheme_list_delegate.h"
#include "ui/shell/scheme_words.h"

namespace roundoff::ui {
namespace {

using schemes::Granularity;
using schemes::Range;
using schemes::TensorScheme;

/// True where the text form takes the scheme.
bool fits(const schemes::Scheme& scheme) {
    const auto parsed = schemes::parseScheme(schemes::text(scheme));
    return parsed && *parsed == scheme;
}
bool fits(const TensorScheme& weight) { return fits(schemes::Scheme{weight, {}}); }

/// The values of one part that go with the rest of a scheme; the present one is always among them.
template <class Value>
std::vector<Value> fitting(const TensorScheme& weight, Value TensorScheme::* part, const std::vector<Value>& candidates) {
    std::vector<Value> list;
    for (const Value& value : candidates) {
        TensorScheme changed = weight;
        changed.*part = value;
        if (fits(changed) && std::ranges::find(list, value) == list.end()) list.push_back(value);
    }
    if (std::ranges::find(list, weight.*part) == list.end()) list.push_back(weight.*part);
    return list;
}

std::vector<Granularity> granularities(const schemes::NumberFormat& format) {
    std::vector<Granularity> list;
    for (const auto kind : format.granularities) {
        if (kind == Granularity::Kind::Group) {
            for (const std::uint32_t length : {16U, 32U, 64U, 128U, 256U, format.fixedGroup}) list.push_back({kind, 0, length});
        } else if (kind == Granularity::Kind::Block) {
            for (const std::uint32_t side : {32U, 128U}) list.push_back({kind, side, side});
        } else {
            list.push_back({kind, 0, 0});
        }
    }
    return list;
}

std::vector<Range> ranges(const schemes::NumberFormat& format, bool activation) {
    std::vector<Range> list;
    for (const calibration::Observer& each : calibration::observers()) {
        const bool average = activation && each.rule == Range::Rule::Average;
        if (!average && std::ranges::find(format.ranges, each.rule) == format.ranges.end()) continue;
        if (each.rule == Range::Rule::Percentile)
            for (const double percentile : {99.0, 99.9, 99.99, 99.999}) list.push_back({each.rule, percentile});
        else
            list.push_back({each.rule, 100});
    }
    return list;
}

using Activation = std::optional<TensorScheme>;

/// Alike but for the rule that finds the range.
bool alike(Activation a, const Activation& b) {
    if (a && b) a->range = b->range;
    return a == b;
}

/// What the inputs of a layer with this weight may be: left float, or in one of the usual forms; the present one is among them.
std::vector<Activation> activations(const schemes::Scheme& scheme) {
    std::vector<Activation> list{std::nullopt};
    for (const char* usual : {"uint8", "int8", "int8:asym", "int16", "fp8-e4m3", "uint8:dynamic", "int8:token"})
        if (const auto parsed = schemes::parseScheme(schemes::text({scheme.weight, {}}) + "/" + usual)) list.push_back(parsed->activation);
    if (std::ranges::none_of(list, [&](const Activation& each) { return alike(each, scheme.activation); }))
        list.push_back(scheme.activation);
    return list;
}

QString rangeSentence(const Range& range) {
    const std::string_view summary = calibration::observerOf(range.rule).summary;
    return QString::fromUtf8(summary.data(), qsizetype(summary.size()));
}

template <class Value, class Label>
void fill(QComboBox* combo, const std::vector<Value>& values, const Value& present, Label label) {
    combo->clear();
    for (const Value& value : values) combo->addItem(label(value));
    combo->setCurrentIndex(int(std::ranges::find(values, present) - values.begin()));
    combo->setEnabled(combo->count() > 1);
    // The list may be wider than the box.
    combo->view()->setMinimumWidth(combo->view()->sizeHintForColumn(0) + 24);
}

}  // namespace

template <class Part, class Value>
void SchemeForm::follow(QComboBox* combo, const std::vector<Value>& values, Part part) {
    connect(combo, &QComboBox::activated, this, [this, &values, part](int index) {
        auto weight = m_scheme.weight;
        weight.*part = values[std::size_t(index)];
        choose(weight);
    });
}

SchemeForm::SchemeForm(QWidget* parent) : QWidget(parent), m_list(new SchemeList(SchemeList::Rows::Formats, this)) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(5);
    grid->setColumnStretch(1, 1);
    m_format = row(tr("Format"), QStringLiteral("formFormat"), 0);
    m_variant = row(tr("Variant"), QStringLiteral("formVariant"), 1);
    m_granularity = row(tr("Granularity"), QStringLiteral("formGranularity"), 2);
    m_symmetry = row(tr("Symmetry"), QStringLiteral("formSymmetry"), 3);
    m_range = row(tr("Range"), QStringLiteral("formRange"), 4);
    m_algorithm = row(tr("Algorithm"), QStringLiteral("formAlgorithm"), 5);
    m_powerOfTwo = new QCheckBox(tr("powers of two"), this);
    m_powerOfTwo->setAccessibleName(tr("Scales are powers of two"));
    m_powerOfTwo->setObjectName(QStringLiteral("formPowerOfTwo"));
    m_powerOfTwo->setToolTip(tr("Scales are rounded to powers of two, so that scaling is a shift"));
    caption(tr("Scales"), 6);
    grid->addWidget(m_powerOfTwo, 6, 1);
    m_activation = row(tr("Activations"), QStringLiteral("formActivation"), 7);
    m_activationRange = row(tr("Their range"), QStringLiteral("formActivationRange"), 8);
    m_format->setModel(m_list);
    m_format->setMaxVisibleItems(12);
    SchemeListDelegate::dress(m_format->view());

    connect(m_format, &QComboBox::activated, this, &SchemeForm::chooseFormat);
    follow(m_variant, m_variants, &TensorScheme::variant);
    follow(m_granularity, m_granularities, &TensorScheme::granularity);
    follow(m_symmetry, m_symmetries, &TensorScheme::symmetry);
    follow(m_range, m_ranges, &TensorScheme::range);
    connect(m_activation, &QComboBox::activated, this, [this](int index) {
        schemes::Scheme scheme = m_scheme, kept = m_scheme;
        scheme.activation = kept.activation = m_activations[std::size_t(index)];
        if (kept.activation && m_scheme.activation) kept.activation->range = m_scheme.activation->range;
        choose(fits(kept) ? kept : scheme);
    });
    connect(m_activationRange, &QComboBox::activated, this, [this](int index) {
        schemes::Scheme scheme = m_scheme;
        scheme.activation->range = m_activationRanges[std::size_t(index)];
        choose(scheme);
    });
    connect(m_powerOfTwo, &QCheckBox::clicked, this, [this](bool on) {
        auto weight = m_scheme.weight;
        weight.powerOfTwoScale = on;
        choose(weight);
    });
}

QComboBox* SchemeForm::row(const QString& label, const QString& name, int index) {
    auto* combo = new QComboBox(this);
    combo->setObjectName(name);
    combo->setAccessibleName(label);
    combo->setMaxVisibleItems(24);
    combo->setItemDelegate(new QStyledItemDelegate(combo));  // the style sheet's padding of items
    combo->setMinimumContentsLength(5);
    combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    combo->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    caption(label, index);
    qobject_cast<QGridLayout*>(layout())->addWidget(combo, index, 1);
    return combo;
}

void SchemeForm::caption(const QString& text, int index) {
    auto* label = new QLabel(text, this);
    label->setProperty("look", QStringLiteral("muted"));
    qobject_cast<QGridLayout*>(layout())->addWidget(label, index, 0);
}

void SchemeForm::showRow(QWidget* field, bool shown) {
    auto* grid = qobject_cast<QGridLayout*>(layout());
    int line = 0, column = 0, rows = 0, columns = 0;
    grid->getItemPosition(grid->indexOf(field), &line, &column, &rows, &columns);
    field->setVisible(shown);
    if (auto* caption = grid->itemAtPosition(line, 0)) caption->widget()->setVisible(shown);
}

void SchemeForm::setSubject(const model::Model& model, std::vector<int> layers, const QString& name) {
    m_list->setSubject(model, std::move(layers), name);
}

void SchemeForm::chooseFormat(int row) {
    const auto* chosen = m_list->schemeAt(row);
    if (!chosen) return;
    // Keeps of the present scheme what the new format can do too.
    TensorScheme weight = chosen->weight;
    const TensorScheme& now = m_scheme.weight;
    const auto keep = [&](auto part) {
        TensorScheme changed = weight;
        changed.*part = now.*part;
        if (fits(changed)) weight = changed;
    };
    if (now.format != "float" && weight.format != now.format) {
        keep(&TensorScheme::granularity);
        keep(&TensorScheme::symmetry);
        keep(&TensorScheme::powerOfTwoScale);
        keep(&TensorScheme::range);
        if (now.variant != "") keep(&TensorScheme::variant);
    }
    choose(weight);
}

void SchemeForm::setScheme(const schemes::Scheme& scheme) {
    m_scheme = scheme;
    const TensorScheme& weight = scheme.weight;
    const auto* format = schemes::findNumberFormat(weight.format);
    const int at = m_list->rowOfFormat(weight.format);
    m_format->setCurrentIndex(at);
    m_format->setToolTip(at < 0 ? QString() : m_list->index(at).data(Qt::ToolTipRole).toString());

    const bool quantized = format && format->grid;
    m_variants.clear();
    m_granularities.clear();
    m_symmetries.clear();
    m_ranges.clear();
    bool powers = false;
    if (quantized) {
        if (!format->variants.empty()) m_variants = fitting(weight, &TensorScheme::variant, format->variants);
        m_granularities = fitting(weight, &TensorScheme::granularity, granularities(*format));
        m_symmetries = fitting(weight, &TensorScheme::symmetry, format->symmetries);
        m_ranges = fitting(weight, &TensorScheme::range, ranges(*format, false));
        powers = fitting(weight, &TensorScheme::powerOfTwoScale, {false, true}).size() > 1;
    }
    fill(m_variant, m_variants, weight.variant, [](const std::string& variant) { return QString::fromStdString(variant); });
    fill(m_granularity, m_granularities, weight.granularity, granularityLabel);
    fill(m_symmetry, m_symmetries, weight.symmetry, symmetryLabel);
    fill(m_range, m_ranges, weight.range, rangeLabel);
    for (std::size_t i = 0; i < m_symmetries.size(); ++i)
        m_symmetry->setItemData(int(i), symmetrySentence(m_symmetries[i]), Qt::ToolTipRole);
    for (std::size_t i = 0; i < m_ranges.size(); ++i) m_range->setItemData(int(i), rangeSentence(m_ranges[i]), Qt::ToolTipRole);
    m_range->setToolTip(quantized ? rangeSentence(weight.range) : QString());
    m_symmetry->setToolTip(quantized ? symmetrySentence(weight.symmetry) : QString());
    m_algorithm->clear();
    if (quantized)
        m_algorithm->addItem(weight.algorithm == "rtn" ? tr("nearest") : QString::fromStdString(weight.algorithm));
    m_algorithm->setEnabled(false);
    m_powerOfTwo->setChecked(weight.powerOfTwoScale);
    showRow(m_variant, quantized && !format->variants.empty());
    showRow(m_powerOfTwo, powers);
    showActivation();
}

void SchemeForm::showActivation() {
    const Activation& now = m_scheme.activation;
    const bool quantized = m_scheme.weight.format != "float";
    m_activations = quantized ? activations(m_scheme) : std::vector<Activation>{std::nullopt};
    const auto present = std::ranges::find_if(m_activations, [&](const Activation& each) { return alike(each, now); });
    fill(m_activation, m_activations, *present, activationLabel);
    for (std::size_t i = 0; i < m_activations.size(); ++i)
        m_activation->setItemData(int(i), activationSentence(m_activations[i]), Qt::ToolTipRole);
    m_activation->setToolTip(activationSentence(now));
    m_activationRanges.clear();
    if (now && now->timing == schemes::Timing::Static)
        for (const Range& range : ranges(*schemes::findNumberFormat(now->format), true)) {
            schemes::Scheme changed = m_scheme;
            changed.activation->range = range;
            if (fits(changed)) m_activationRanges.push_back(range);
        }
    const bool ranged = !m_activationRanges.empty();
    if (ranged && std::ranges::find(m_activationRanges, now->range) == m_activationRanges.end()) m_activationRanges.push_back(now->range);
    if (ranged) fill(m_activationRange, m_activationRanges, now->range, rangeLabel);
    for (std::size_t i = 0; i < m_activationRanges.size(); ++i)
        m_activationRange->setItemData(int(i), rangeSentence(m_activationRanges[i]), Qt::ToolTipRole);
    showRow(m_activationRange, ranged);
}

void SchemeForm::choose(const schemes::TensorScheme& weight) {
    schemes::Scheme scheme = m_scheme;
    scheme.weight = weight;
    if (weight.format == "float") scheme.activation.reset();
    choose(scheme);
}

void SchemeForm::choose(const schemes::Scheme& scheme) {
    if (scheme == m_scheme) return;
    setScheme(scheme);
    Q_EMIT schemeChosen(scheme);
}

}  // namespace roundoff::ui
