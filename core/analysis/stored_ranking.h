#pragma once
#include <map>
#include <string>

#include "core/analysis/report.h"
#include "core/calibration/store.h"

namespace roundoff::analysis {

/// What single layers of a report were found to cost, by name, kept in a store so that a ranking that was stopped goes on in
/// another run of the program.
using StoredRanking = std::map<std::string, Sensitivity>;

/// @param data calibration::storeKey() of model and data
std::string rankingKey(const std::string& data, const model::Model& model, const Report& report);
StoredRanking loadRanking(const calibration::Store& store, const std::string& key);
void saveRanking(const calibration::Store& store, const std::string& key, const StoredRanking& ranking);

}  // namespace roundoff::analysis
