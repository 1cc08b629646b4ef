#include "ui/shell/scheme_words.h"

#include <QCoreApplication>

#include "core/schemes/number_format.h"
#include "ui/shell/numbers.h"

namespace roundoff::ui {
namespace {
QString tr(const char* text) { return QCoreApplication::translate("SchemeWords", text); }
}  // namespace

const QStringList& offeredSchemes() {
    static const QStringList words = [] {
        QStringList list;
        const auto add = [&list](const std::string& word) {
            const auto scheme = schemes::parseScheme(word);
            if (!scheme) return;
            const QString text = schemeText(*scheme);
            if (!list.contains(text)) list << text;
        };
        for (const char* common :
             {"int8", "int4:g32:asym", "int4:g128:asym", "int4", "int8:tensor", "fp8-e4m3", "log4"})
            add(common);
        for (const auto& format : schemes::numberFormats()) add(format.id);
        return list;
    }();
    return words;
}

QString granularityLabel(const schemes::Granularity& granularity) {
    using Kind = schemes::Granularity::Kind;
    switch (granularity.kind) {
        case Kind::Tensor: return tr("tensor");
        case Kind::Channel: return tr("channel");
        case Kind::Group: return tr("groups of %1").arg(granularity.columns);
        case Kind::Block: return tr("blocks of %1 × %2").arg(granularity.rows).arg(granularity.columns);
        case Kind::Token: return tr("token");
    }
    return {};
}

QString symmetryLabel(schemes::Symmetry symmetry) {
    return symmetry == schemes::Symmetry::Symmetric ? tr("symmetric") : tr("asymmetric");
}

QString rangeLabel(const schemes::Range& range) {
    using Rule = schemes::Range::Rule;
    switch (range.rule) {
        case Rule::MinMax: return tr("min–max");
        case Rule::Percentile: return tr("percentile %1").arg(range.percentile);
        case Rule::Mse: return tr("least square error");
        case Rule::Kl: return tr("least KL divergence");
        case Rule::Std: return tr("standard deviation");
    }
    return {};
}

QString schemeSentence(const schemes::Scheme& scheme) {
    const auto* format = schemes::findNumberFormat(scheme.weight.format);
    const QString title = QString::fromStdString(format ? format->title : scheme.weight.format);
    if (scheme.isFloat()) return title;
    return QStringLiteral("%1, %2, %3, %4, %5")
        .arg(title, granularityLabel(scheme.weight.granularity), symmetryLabel(scheme.weight.symmetry),
             rangeLabel(scheme.weight.range), QString::fromStdString(scheme.weight.algorithm));
}

}  // namespace roundoff::ui
