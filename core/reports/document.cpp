#include "core/reports/document.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/base/cpu.h"
#include "core/reports/conditions.h"

namespace roundoff::reports {

Result<nlohmann::ordered_json> document(const Context& context, const model::Model* model) {
    nlohmann::ordered_json out;
    out["roundoff"] = {{"version", ROUNDOFF_VERSION},
                       {"command", context.command},
                       {"cpu", cpuName()},
                       {"threads", threadsMeant(context)},
                       {"seed", context.seed}};
    out["model"] = nullptr;
    if (!model) return out;
    const auto hash = modelHash(*model, context);
    if (!hash) return propagate(hash);
    const model::Info& info = model->info();
    out["model"] = {{"path", info.path},
                    {"format", info.format},
                    {"sha256", *hash},
                    {"parameters", info.parameters},
                    {"bytes", info.bytes}};
    for (const model::Preprocessing& step : info.preprocessing) {
        nlohmann::ordered_json entry = {{"step", step.step}, {"kept", step.kept}, {"changes", step.changes}, {"words", step.words}};
        if (step.changes > 0) addSqnr(entry, step.sqnrDb);
        out["model"]["preprocessing"].push_back(std::move(entry));
    }
    return out;
}

nlohmann::ordered_json number(double value) {
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

void addSqnr(nlohmann::ordered_json& object, double decibels) {
    object["sqnr_db"] = number(decibels);
    if (decibels == std::numeric_limits<double>::infinity()) object["exact"] = true;
}

std::string dump(const nlohmann::ordered_json& document) {
    return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace roundoff::reports
