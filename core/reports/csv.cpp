#include <fmt/format.h>

#include <cmath>

#include "core/base/cpu.h"
#include "core/base/text.h"
#include "core/reports/all.h"
#include "core/reports/conditions.h"

namespace roundoff::reports {
namespace {

/// One row of comma-separated fields, quoted as RFC 4180 has it.
class Row {
public:
    Row& text(std::string_view field) {
        const std::string valid = validUtf8(field);
        if (!m_row.empty() || m_fields > 0) m_row += ',';
        ++m_fields;
        const bool plain =
            valid.find_first_of(",\"\r\n") == std::string::npos && !valid.starts_with(' ') && !valid.ends_with(' ');
        if (plain) {
            m_row += valid;
            return *this;
        }
        m_row += '"';
        for (const char c : valid) m_row.append(c == '"' ? 2 : 1, c);
        m_row += '"';
        return *this;
    }
    Row& integer(std::uint64_t value) { return text(fmt::to_string(value)); }
    /// Empty where the number is not finite.
    Row& number(double value) { return text(std::isfinite(value) ? fmt::format("{}", value) : ""); }
    Row& none(int fields) {
        for (int i = 0; i < fields; ++i) text("");
        return *this;
    }
    [[nodiscard]] std::string line() const { return m_row + '\n'; }

private:
    std::string m_row;
    std::size_t m_fields = 0;
};

constexpr std::string_view kHeader =
    "scheme,layer,op,shape,parameters,status,reason,layer_scheme,bytes_before,bytes_after,"
    "sqnr_db,exact,mse,max_abs_error,cosine,rmse_over_scale,clipped,zeroed,"
    "min,max,absmax_over_rms,kurtosis,nan,inf,partial,"
    "isolated_sqnr_db,isolated_cosine,isolated_mse,accumulated_sqnr_db,accumulated_cosine,accumulated_mse,output_reason,"
    "only_this_sqnr_db,all_but_this_sqnr_db,"
    "isolated_exact,accumulated_exact,output_conditions,ranges_conditions,synthetic,"
    "roundoff_version,cpu,threads,seed,model_path,model_sha256\n";

std::string shapeText(const tensor::Shape& shape) {
    std::string out;
    for (const std::int64_t dim : shape) out += (out.empty() ? "" : "x") + fmt::to_string(dim);
    return out;
}

void addError(Row& row, const std::optional<analysis::WeightError>& error) {
    if (!error) {
        row.none(8);
        return;
    }
    row.number(error->sqnrDb()).text(error->exact() ? "true" : "false").number(error->mse()).number(error->maxAbsError);
    row.number(error->cosine()).number(error->rmseOverScale()).integer(error->clipped).integer(error->zeroed);
}

void addStatistics(Row& row, const std::optional<analysis::WeightStatistics>& statistics) {
    if (!statistics) {
        row.none(6);
        return;
    }
    row.number(statistics->min).number(statistics->max).number(statistics->crest()).number(statistics->kurtosis);
    row.integer(statistics->nan).integer(statistics->inf);
}

void addOutput(Row& row, const analysis::LayerReport& report) {
    const auto add = [&](const std::optional<analysis::ValueError>& error) {
        if (!error) return void(row.none(3));
        row.number(error->sqnrDb()).number(error->cosine()).number(error->mse());
    };
    add(report.output ? report.output->isolated : std::nullopt);
    add(report.output ? report.output->accumulated : std::nullopt);
    row.text(report.output ? report.output->reason : "");
    if (!report.alone) return void(row.none(2));
    row.number(report.alone->only.sqnrDb()).number(report.alone->without.sqnrDb());
}

/// What figures of running the model hang on: of the layers' outputs, and of the ranges of their activations.
void addConditions(Row& row, const analysis::LayerReport& report, const analysis::Comparison& comparison) {
    const auto exact = [&](const std::optional<analysis::ValueError>& error) { row.text(!error ? "" : error->exact() ? "true" : "false"); };
    exact(report.output ? report.output->isolated : std::nullopt);
    exact(report.output ? report.output->accumulated : std::nullopt);
    row.text(comparison.measured).text(comparison.calibration).text(comparison.synthetic ? "true" : "false");
}

/// One line a layer and scheme. The conditions stand in every line, so that lines of several files can be joined.
Result<std::string> write(const model::Model& model, const analysis::Comparison& comparison, const Context& context) {
    const auto hash = modelHash(model, context);
    if (!hash) return propagate(hash);
    std::string out(kHeader);
    for (const analysis::Report& report : comparison.reports) {
        for (std::size_t i = 0; i < report.layers.size() && i < model.layers().size(); ++i) {
            const model::Layer& layer = model.layers()[i];
            const analysis::LayerReport& entry = report.layers[i];
            Row row;
            row.text(schemes::text(report.recipe.standard)).text(layer.name).text(layer.op);
            row.text(shapeText(layer.shape)).integer(layer.parameters);
            row.text(analysis::name(entry.status)).text(entry.reason).text(schemes::text(entry.scheme));
            row.integer(entry.bytesBefore).integer(entry.bytesAfter);
            addError(row, entry.weight);
            addStatistics(row, i < comparison.statistics.size() ? comparison.statistics[i] : std::nullopt);
            row.text(report.partial ? "true" : "false");
            addOutput(row, entry);
            addConditions(row, entry, comparison);
            row.text(ROUNDOFF_VERSION).text(cpuName()).integer(std::uint64_t(threadsMeant(context)));
            row.integer(context.seed).text(model.info().path).text(*hash);
            out += row.line();
        }
    }
    return out;
}

}  // namespace

Writer csvWriter() {
    return {"csv", ".csv", "one line a layer and scheme, for spreadsheets", write};
}

}  // namespace roundoff::reports
