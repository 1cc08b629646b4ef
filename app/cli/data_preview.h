#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/calibration/preview.h"

namespace roundoff::cli {

nlohmann::ordered_json previewJson(const calibration::Preview& preview);
std::string previewText(const calibration::Preview& preview);

}  // namespace roundoff::cli
