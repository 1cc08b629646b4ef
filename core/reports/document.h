#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/base/result.h"
#include "core/model/model.h"
#include "core/reports/writer.h"

namespace roundoff::reports {

/// The start of every JSON file: the objects "roundoff" (version, command, cpu, threads, seed) and "model" (path,
/// format, sha256, parameters, bytes; null where `model` is). Fails where the model's file can no longer be read.
Result<nlohmann::ordered_json> document(const Context& context, const model::Model* model);

/// The number, or null where it is not finite.
nlohmann::ordered_json number(double value);
/// Adds "sqnr_db" to an object; where nothing was lost it is null and "exact": true stands beside it.
void addSqnr(nlohmann::ordered_json& object, double decibels);

/// Indented UTF-8 with a final newline; what is no valid UTF-8 in names is replaced by U+FFFD.
std::string dump(const nlohmann::ordered_json& document);

}  // namespace roundoff::reports
