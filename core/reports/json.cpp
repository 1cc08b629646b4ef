#include <nlohmann/json.hpp>

#include "core/reports/all.h"
#include "core/reports/conditions.h"
#include "core/reports/document.h"
#include "core/reports/nodes.h"

namespace roundoff::reports {
namespace {

using Json = nlohmann::ordered_json;

/// Null where the weight was neither read nor quantized; errors are null where it was only read.
Json weightJson(const analysis::LayerReport& report, const std::optional<analysis::WeightStatistics>& statistics) {
    if (!report.weight && !statistics) return nullptr;
    Json out = Json::object();
    if (report.weight) {
        const analysis::WeightError& error = *report.weight;
        addSqnr(out, error.sqnrDb());
        out["mse"] = number(error.mse());
        out["max_abs_error"] = number(error.maxAbsError);
        out["cosine"] = number(error.cosine());
        out["rmse_over_scale"] = number(error.rmseOverScale());
        out["clipped"] = error.clipped;
        out["zeroed"] = error.zeroed;
    } else {
        for (const char* key : {"sqnr_db", "mse", "max_abs_error", "cosine", "rmse_over_scale", "clipped", "zeroed"})
            out[key] = nullptr;
    }
    if (statistics) {
        out["min"] = number(statistics->min);
        out["max"] = number(statistics->max);
        out["absmax_over_rms"] = number(statistics->crest());
        out["kurtosis"] = number(statistics->kurtosis);
        out["nan"] = statistics->nan;
        out["inf"] = statistics->inf;
    } else {
        for (const char* key : {"min", "max", "absmax_over_rms", "kurtosis", "nan", "inf"}) out[key] = nullptr;
    }
    return out;
}

Json errorJson(const analysis::ValueError& error) {
    Json out = Json::object();
    addSqnr(out, error.sqnrDb());
    out["cosine"] = number(error.cosine());
    out["mse"] = number(error.mse());
    return out;
}

/// Null where the model was not run; a figure that could not be had is null, with the reason.
Json layerOutputJson(const std::optional<analysis::LayerOutput>& output) {
    if (!output) return nullptr;
    const auto part = [](const auto& error) { return error ? errorJson(*error) : Json(nullptr); };
    return {{"isolated", part(output->isolated)}, {"accumulated", part(output->accumulated)}, {"reason", output->reason},
            {"samples", output->samples}, {"samples_wanted", output->wanted}};
}

/// Of a whole model.
Json modelErrorJson(const analysis::ModelError& error) {
    Json out = errorJson(error);
    if (const auto& language = error.language) {
        out["tokens"] = language->tokens;
        out["perplexity"] = number(language->perplexity);
        out["perplexity_error"] = number(language->perplexityError);
        out["perplexity_float"] = number(language->perplexityFloat);
        out["mean_kld"] = number(language->kld.value);
        out["mean_kld_error"] = number(language->kld.error);
        out["same_top"] = number(language->sameTop.value);
        out["same_top_error"] = number(language->sameTop.error);
    }
    if (const auto& accuracy = error.accuracy) {
        out["labelled"] = accuracy->samples;
        out["top1"] = number(accuracy->top1);
        out["top5"] = number(accuracy->top5);
        out["top1_float"] = number(accuracy->top1Float);
        out["top5_float"] = number(accuracy->top5Float);
    }
    return out;
}

Json layerJson(const model::Layer& layer, const analysis::LayerReport& report,
               const std::optional<analysis::WeightStatistics>& statistics) {
    Json out = {{"name", layer.name},
            {"op", layer.op},
            {"shape", layer.shape},
            {"parameters", layer.parameters},
            {"status", analysis::name(report.status)},
            {"reason", report.reason},
            {"scheme", schemes::text(report.scheme)},
            {"bytes_before", report.bytesBefore},
            {"bytes_after", report.bytesAfter},
            {"weight", weightJson(report, statistics)},
            {"output", layerOutputJson(report.output)}};
    const auto tried = [](const analysis::ModelError& error) {
        Json entry = modelErrorJson(error);
        entry["samples"] = error.samples;
        return entry;
    };
    if (report.alone) out["alone"] = {{"only", tried(report.alone->only)}, {"without", tried(report.alone->without)}};
    return out;
}

Json outputJson(const analysis::Evaluation& evaluation) {
    Json out = {{"conditions", evaluation.conditions}, {"synthetic", evaluation.synthetic}, {"samples", evaluation.samples},
                {"samples_wanted", evaluation.wanted}};
    if (const std::string why = evaluation.output.whyNone(); !why.empty()) out["reason"] = why;
    if (!evaluation.output.leftOut().empty())
        out.update({{"odd", evaluation.output.leftOut()}, {"odd_samples", evaluation.output.oddSamples}});
    out.update(modelErrorJson({evaluation.output, evaluation.language, evaluation.accuracy}));
    return out;
}

Json reportJson(const model::Model& model, const analysis::Report& report,
                const std::vector<std::optional<analysis::WeightStatistics>>& statistics) {
    const analysis::Report::Total sums = report.total();
    Json total = {{"bytes_before", sums.bytesBefore},
                  {"bytes_after", sums.bytesAfter},
                  {"bits_per_weight", number(sums.bitsPerWeight)}};
    Json sqnr;
    addSqnr(sqnr, sums.weightSqnrDb);
    total["weight_sqnr_db"] = sqnr["sqnr_db"];
    if (sqnr.contains("exact")) total["exact"] = true;
    total["output"] = report.output ? outputJson(*report.output) : Json(nullptr);
    total["seconds"] = number(report.seconds);
    total["quantized"] = sums.quantized;
    total["kept"] = sums.kept;
    total["skipped"] = sums.skipped;
    total["pending"] = sums.pending;

    Json layers = Json::array();
    for (std::size_t i = 0; i < report.layers.size() && i < model.layers().size(); ++i) {
        layers.push_back(
            layerJson(model.layers()[i], report.layers[i], i < statistics.size() ? statistics[i] : std::nullopt));
    }
    Json out = {{"scheme", schemes::text(report.recipe.standard)}, {"partial", report.partial}};
    if (!report.recipe.layers.empty()) out["recipe"] = Json::parse(analysis::recipeJson(report.recipe));
    out["total"] = std::move(total);
    out["layers"] = std::move(layers);
    const auto nodes = analysis::nodeReports(model, report);
    if (!nodes.empty()) out["nodes"] = nodesJson(nodes);
    return out;
}

Json findingJson(const model::Model& model, const analysis::Finding& finding) {
    const std::string layer = layerName(model, finding);
    Json out = {{"severity", severityName(finding.severity)},
                {"rule", finding.rule},
                {"layer", nullptr},
                {"message", finding.message},
                {"suggestion", nullptr}};
    if (!layer.empty()) out["layer"] = layer;
    if (finding.suggestion) out["suggestion"] = schemes::text(*finding.suggestion);
    return out;
}

Result<std::string> write(const model::Model& model, const analysis::Comparison& comparison, const Context& context) {
    auto out = document(context, &model);
    if (!out) return propagate(out);
    (*out)["partial"] = partial(comparison);
    (*out)["schemes"] = Json::array();
    for (const auto& report : comparison.reports)
        (*out)["schemes"].push_back(reportJson(model, report, comparison.statistics));
    (*out)["calibration"] = comparison.calibration.empty() ? Json(nullptr) : Json(comparison.calibration);
    (*out)["layer_outputs"] = comparison.measured.empty() ? Json(nullptr) : Json(comparison.measured);
    (*out)["findings"] = Json::array();
    for (const auto& finding : comparison.findings) (*out)["findings"].push_back(findingJson(model, finding));
    return dump(*out);
}

}  // namespace

Writer jsonWriter() {
    return {"json", ".json", "every number, as the command line's contract names it", write};
}

}  // namespace roundoff::reports
