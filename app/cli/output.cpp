#include "app/cli/output.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/sha256_memo.h"
#include "core/base/text.h"
#include "core/reports/conditions.h"
#include "core/reports/document.h"

namespace roundoff::cli {

Result<void> finish(std::string_view command, const model::Model* model, const nlohmann::ordered_json& fields,
                    const std::string& text, const Options& options, Console& console) {
    const std::string path = options.output("json");
    if (path.empty()) return console.write("-", text);
    reports::Context context = options.context(command);
    if (model) {
        Job own;  // what is left to say after a stop is said
        const auto hash = sha256FileOnce(model->info().path, console.job().cancelled() ? own : console.job());
        if (!hash) return propagate(hash);
        context.sha256 = *hash;
    }
    auto document = reports::document(context, model);
    if (!document) return propagate(document);
    document->update(fields);
    return console.write(path, reports::dump(*document));
}

nlohmann::ordered_json verificationJson(const exports::Verification& verification) {
    nlohmann::ordered_json out = {{"checks", nlohmann::ordered_json::array()},
                                  {"outputs", nlohmann::ordered_json::array()}};
    for (const exports::Check& check : verification.checks)
        out["checks"].push_back({{"name", check.name}, {"ok", check.ok}, {"detail", check.detail}});
    for (const exports::OutputComparison& output : verification.outputs) {
        nlohmann::ordered_json entry = {{"conditions", output.conditions}, {"synthetic", output.synthetic}};
        reports::addSqnr(entry, output.sqnrDb);
        entry["cosine"] = reports::number(output.cosine);
        entry["same_top_1"] = output.sameTop1 ? reports::number(*output.sameTop1) : nlohmann::ordered_json(nullptr);
        out["outputs"].push_back(std::move(entry));
    }
    out["ok"] = verification.ok();
    return out;
}

std::string verificationText(const exports::Verification& verification) {
    std::string out;
    for (const exports::Check& check : verification.checks)
        out += fmt::format("{} {}{}{}\n", check.ok ? "✓" : "✗", printable(check.name), check.detail.empty() ? "" : ": ",
                           printable(check.detail));
    for (const exports::OutputComparison& output : verification.outputs) {
        out += fmt::format("  {}: {}", printable(output.conditions),
                           std::isnan(output.sqnrDb)   ? "no SQNR, as no float output holds a number but 0"
                           : std::isinf(output.sqnrDb) ? "SQNR " + reports::sqnrText(output.sqnrDb)
                                                       : "SQNR " + reports::sqnrText(output.sqnrDb) + " dB");
        if (!std::isnan(output.cosine)) out += fmt::format(", cosine {:.6f}", output.cosine);
        if (output.sameTop1) out += fmt::format(", same top-1 {:.1f} %", 100 * *output.sameTop1);
        out += output.synthetic ? ", synthetic inputs\n" : "\n";
    }
    return out;
}

}  // namespace roundoff::cli
