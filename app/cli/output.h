#pragma once
#include <nlohmann/json_fwd.hpp>

#include "app/cli/command.h"
#include "core/exports/target.h"

namespace roundoff::cli {

/// Ends a command that writes JSON where --json asks for it, else `text` to standard output. The JSON gets `fields`
/// after the objects "roundoff" and "model". `model` may be null.
Result<void> finish(std::string_view command, const model::Model* model, const nlohmann::ordered_json& fields,
                    const std::string& text, const Options& options, Console& console);

/// "checks", "outputs" and "ok" of a verification, as the contract names them.
nlohmann::ordered_json verificationJson(const exports::Verification& verification);
std::string verificationText(const exports::Verification& verification);

}  // namespace roundoff::cli
