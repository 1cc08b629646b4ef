#pragma once
#include <QString>
#include <QStringList>

#include "core/schemes/scheme.h"

namespace roundoff::ui {

/// Schemes offered in combos: each number format with the setting that makes sense of it, smallest sensible list first.
const QStringList& offeredSchemes();
/// Words of the scheme language as labels.
QString granularityLabel(const schemes::Granularity& granularity);
QString symmetryLabel(schemes::Symmetry symmetry);
QString rangeLabel(const schemes::Range& range);
/// One sentence for tool tips: "4-bit integer, groups of 32, asymmetric, …".
QString schemeSentence(const schemes::Scheme& scheme);

}  // namespace roundoff::ui
