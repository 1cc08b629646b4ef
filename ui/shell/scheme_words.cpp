#include "ui/shell/scheme_words.h"

#include <QCoreApplication>

#include "core/schemes/number_format.h"
#include "ui/shell/numbers.h"

namespace roundoff::ui {
namespace {
QString tr(const char* text) { return QCoreApplication::translate("SchemeWords", text); }
}  // namespace

const QStringList& usualSchemes() {
    static const QStringList words = [] {
        QStringList list;
        for (const char* usual : {"int8/uint8", "int8/int8:token", "int4:g32:asym", "int4:g128:asym", "int4:g32", "int8:tensor", "int8:g128",
                                  "fp8-e4m3/fp8-e4m3"})
            if (const auto scheme = schemes::parseScheme(usual)) list << schemeText(*scheme);
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
    using enum schemes::Symmetry;
    switch (symmetry) {
        case Symmetric: return tr("symmetric");
        case SymmetricFull: return tr("symmetric, lowest code");
        case SymmetricGptq: return tr("symmetric, every code");
        case Asymmetric: return tr("asymmetric");
        case AsymmetricFloat: return tr("asymmetric, float zero");
    }
    return {};
}

QString symmetrySentence(schemes::Symmetry symmetry) {
    using enum schemes::Symmetry;
    switch (symmetry) {
        case Symmetric: return tr("Zero in the middle; both ends of the range are met. ONNX Runtime's weights.");
        case SymmetricFull: return tr("Zero in the middle; the largest weight meets the lowest code, so one more is used. "
                                      "llama.cpp's and MatMulNBits' way.");
        case SymmetricGptq: return tr("Zero in the middle; every code is used, and the largest weight clips by half a step. "
                                      "GPTQ's way.");
        case Asymmetric: return tr("From the smallest to the largest weight, with a whole zero point: 0 stays 0.");
        case AsymmetricFloat: return tr("From the smallest to the largest weight exactly; 0 may move.");
    }
    return {};
}

QString rangeLabel(const schemes::Range& range) {
    using Rule = schemes::Range::Rule;
    switch (range.rule) {
        case Rule::MinMax: return tr("min–max");
        case Rule::Percentile: return tr("percentile %1").arg(range.percentile);
        case Rule::Mse: return tr("least square error");
        case Rule::Kl: return tr("least KL divergence");
        case Rule::Std: return tr("standard deviation");
        case Rule::Average: return tr("moving average");
    }
    return {};
}

QString activationLabel(const std::optional<schemes::TensorScheme>& activation) {
    if (!activation) return tr("float");
    const auto* format = schemes::findNumberFormat(activation->format);
    QStringList parts{QString::fromStdString(activation->format)};
    if (format && activation->symmetry != format->defaults.symmetry) parts << symmetryLabel(activation->symmetry);
    if (activation->granularity.kind == schemes::Granularity::Kind::Token)
        parts << tr("per token");
    else if (activation->timing == schemes::Timing::Dynamic)
        parts << tr("dynamic");
    return parts.join(QStringLiteral(", "));
}

QString activationSentence(const std::optional<schemes::TensorScheme>& activation) {
    if (!activation) return tr("The layer's inputs stay float: only its weights are quantized.");
    if (activation->granularity.kind == schemes::Granularity::Kind::Token)
        return tr("A scale for each token, found while the model runs: needs no data.");
    if (activation->timing == schemes::Timing::Dynamic) return tr("The range is found at each run of the model: needs no data.");
    return tr("The range is found beforehand: needs calibration data. The fastest where the whole model computes with codes.");
}

QString schemeSentence(const schemes::Scheme& scheme) {
    const auto* format = schemes::findNumberFormat(scheme.weight.format);
    const QString title = QString::fromStdString(format ? format->title : scheme.weight.format);
    if (scheme.isFloat()) return title;
    const auto& weight = scheme.weight;
    QStringList parts{title};
    if (!weight.variant.empty()) parts << QString::fromStdString(weight.variant);
    parts << granularityLabel(weight.granularity) << symmetryLabel(weight.symmetry);
    if (weight.powerOfTwoScale) parts << tr("power-of-two scales");
    parts << rangeLabel(weight.range) << QString::fromStdString(weight.algorithm);
    if (scheme.activation) parts << tr("activations %1").arg(activationLabel(scheme.activation));
    return parts.join(QStringLiteral(", "));
}

}  // namespace roundoff::ui
