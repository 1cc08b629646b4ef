#pragma once
#include <QString>
#include <QStringList>

#include "core/schemes/scheme.h"

namespace roundoff::ui {

/// Schemes that differ from a format's default and are asked for most: what lists offer before the formats.
const QStringList& usualSchemes();
/// Words of the scheme language as labels.
QString granularityLabel(const schemes::Granularity& granularity);
QString symmetryLabel(schemes::Symmetry symmetry);
/// What a symmetry does to the largest magnitude and to zero, in a sentence.
QString symmetrySentence(schemes::Symmetry symmetry);
QString rangeLabel(const schemes::Range& range);
/// What the inputs of a layer are: "float", "uint8", "int8, per token"; the rule for the range apart.
QString activationLabel(const std::optional<schemes::TensorScheme>& activation);
/// When their scale is found, and what that asks for.
QString activationSentence(const std::optional<schemes::TensorScheme>& activation);
/// One sentence for tool tips: "4-bit integer, groups of 32, asymmetric, …".
QString schemeSentence(const schemes::Scheme& scheme);

}  // namespace roundoff::ui
