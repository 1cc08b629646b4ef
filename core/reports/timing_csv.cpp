#include <cmath>

#include "core/base/text.h"
#include "core/reports/conditions.h"
#include "core/reports/timing.h"

namespace roundoff::reports {
namespace {

/// Quoted as RFC 4180 has it where it must be.
std::string field(std::string_view text) {
    const std::string valid = validUtf8(text);
    if (valid.find_first_of(",\"\r\n") == std::string::npos && !valid.starts_with(' ') && !valid.ends_with(' ')) return valid;
    std::string out = "\"";
    for (const char c : valid) out.append(c == '"' ? 2 : 1, c);
    return out + '"';
}

std::string numberField(double value) {
    return std::isfinite(value) ? fmt::format("{}", value) : "";
}

std::string duelFields(const std::optional<speed::Duel>& duel) {
    if (!duel) return ",,,,,,,";
    return fmt::format("{},{},{},{},{},{},{},{}", numberField(duel->floatMs.median), numberField(duel->floatMs.iqr), duel->floatMs.runs,
                       numberField(duel->quantizedMs.median), numberField(duel->quantizedMs.iqr), duel->quantizedMs.runs,
                       numberField(duel->speedup()), duel->noisy ? "true" : "false");
}

/// Measured figures alone: projections have no place among them.
Result<std::string> write(const model::Model& model, std::span<const speed::Timing> timings, const Context& context) {
    const auto hash = modelHash(model, context);
    if (!hash) return propagate(hash);
    std::string out =
        "scheme,layer,op,status,target,float_ms_median,float_ms_iqr,float_runs,quantized_ms_median,quantized_ms_iqr,"
        "quantized_runs,speedup,noisy,reason,partial,threads,cpu,runtime,inputs,others_share,roundoff_version,model_path,"
        "model_sha256\n";
    for (const speed::Timing& timing : timings) {
        const speed::Conditions& about = timing.conditions;
        const std::string tail = fmt::format(
            ",{},{},{},{},{},{},{},{},{}\n", timing.partial ? "true" : "false", about.threads, field(about.cpu), field(about.runtime),
            field(about.inputs), about.othersShare < 0 ? "" : numberField(about.othersShare), ROUNDOFF_VERSION, field(model.info().path), *hash);
        for (const auto& layer : timing.layers) {
            const model::Layer& of = model.layers()[layer.layer];
            out += fmt::format("{},{},{},{},{},{},{}", field(schemes::text(layer.scheme)), field(of.name), field(of.op),
                               analysis::name(layer.status), layer.target, duelFields(layer.time), field(layer.reason)) +
                   tail;
        }
        out += fmt::format("{},(whole model),,{},{},{},{}", field(schemes::text(timing.recipe.standard)),
                           timing.endToEnd ? "quantized" : "skipped", timing.target, duelFields(timing.endToEnd),
                           field(timing.endToEndReason)) +
               tail;
    }
    return out;
}

}  // namespace

TimingWriter timingCsv() {
    return {"csv", write};
}

}  // namespace roundoff::reports
