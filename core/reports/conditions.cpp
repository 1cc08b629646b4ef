#include "core/reports/conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "core/analysis/node_report.h"
#include "core/base/cpu.h"
#include "core/base/sha256_memo.h"
#include "core/base/text.h"

namespace roundoff::reports {

int threadsMeant(const Context& context) {
    return context.threads > 0 ? context.threads : hardwareThreads();
}

Result<std::string> modelHash(const model::Model& model, const Context& context) {
    if (!context.sha256.empty()) return context.sha256;
    Job job;
    return sha256FileOnce(model.info().path, job);
}

std::string modelLine(const model::Model& model) {
    const model::Info& info = model.info();
    std::string out = printable(info.format);
    for (char& c : out) c = c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
    const auto opset = info.opsets.find("");
    if (opset != info.opsets.end()) out += fmt::format(", opset {}", opset->second);
    const std::size_t layers = model.layers().size();
    return out + fmt::format(", {} {}, {} parameters, {}", groupedText(layers), layers == 1 ? "layer" : "layers",
                             groupedText(info.parameters), bytesText(info.bytes));
}

std::vector<std::string> preprocessingLines(const model::Model& model) {
    std::vector<std::string> lines;
    for (const model::Preprocessing& step : model.info().preprocessing) lines.push_back(printable(step.title + ": " + step.words));
    return lines;
}

std::string speedLine(const analysis::Comparison& comparison, const Context& context) {
    const double seconds = comparison.reports.empty() ? 0 : comparison.reports.front().seconds;
    const int threads = threadsMeant(context);
    const std::string time = seconds < 1 ? fmt::format("{:.0f} ms", 1000 * seconds) : fmt::format("{:.1f} s", seconds);
    return fmt::format("{} on {} {}, {}", time, threads, threads == 1 ? "thread" : "threads", cpuName());
}

std::string fileName(const model::Model& model) {
    return printable(std::filesystem::path(model.info().path).filename().string());
}

bool partial(const analysis::Comparison& comparison) {
    return std::any_of(comparison.reports.begin(), comparison.reports.end(),
                       [](const analysis::Report& report) { return report.partial; });
}

std::string recipeTitle(const analysis::Recipe& recipe) {
    std::string title = schemes::shortText(recipe.standard);
    if (!recipe.layers.empty())
        title +=
            fmt::format(" and {} {}", recipe.layers.size(), recipe.layers.size() == 1 ? "exception" : "exceptions");
    return title;
}

std::string sqnrText(double decibels) {
    if (std::isnan(decibels)) return "–";
    if (std::isinf(decibels)) return decibels > 0 ? "exact" : "–";
    return fmt::format("{:.1f}", decibels);
}

std::string sqnrCell(const analysis::LayerReport& report) {
    switch (report.status) {
        case analysis::Status::Quantized:
            return report.weight ? sqnrText(report.weight->sqnrDb()) : "–";
        case analysis::Status::Kept:
            return "kept";
        case analysis::Status::Skipped:
            return "skipped";
        case analysis::Status::Pending:
            break;
    }
    return "–";
}

std::vector<std::string> reasonLines(const analysis::Comparison& comparison) {
    std::vector<std::string> lines;
    for (const auto& report : comparison.reports) {
        std::map<std::pair<std::string, std::string>, std::size_t> counts;
        for (const auto& layer : report.layers) {
            if (layer.status == analysis::Status::Kept || layer.status == analysis::Status::Skipped)
                ++counts[{std::string(analysis::name(layer.status)), layer.reason}];
            else if (layer.output && !layer.output->reason.empty())
                ++counts[{layer.output->partial() ? "with figures of a part of the samples" : "without figures of the output",
                          layer.output->reason}];
        }
        for (const auto& [key, count] : counts)
            lines.push_back(fmt::format("{}: {} {} {}: {}", recipeTitle(report.recipe), count, count == 1 ? "layer" : "layers",
                                        key.first, printable(key.second)));
    }
    return lines;
}

std::vector<std::string> activationLines(const model::Model& model, const analysis::Comparison& comparison) {
    std::vector<std::string> lines;
    for (const auto& report : comparison.reports) {
        const auto nodes = analysis::nodeReports(model, report);
        std::map<std::string, std::size_t> counts;
        for (std::size_t i = 0; i < report.layers.size() && i < model.layers().size() && !nodes.empty(); ++i) {
            const auto& layer = report.layers[i];
            if (layer.status != analysis::Status::Quantized || !layer.scheme.activation) continue;
            std::set<std::string> reasons;
            for (const std::size_t node : model.layers()[i].uses)
                if (nodes[node].status == analysis::Status::Kept) reasons.insert(nodes[node].reason);
            for (const std::string& reason : reasons) ++counts[reason];
        }
        for (const auto& [reason, count] : counts)
            lines.push_back(fmt::format("{}: the inputs of {} {} stay float: {}", recipeTitle(report.recipe), count,
                                        count == 1 ? "layer" : "layers", printable(reason)));
    }
    return lines;
}

std::vector<std::string> oddLines(const analysis::Comparison& comparison) {
    std::vector<std::string> lines;
    for (const auto& report : comparison.reports) {
        if (!report.output) continue;
        if (const std::string why = report.output->output.whyNone(); !why.empty())
            lines.push_back(fmt::format("{}: no error of the whole model: {}", recipeTitle(report.recipe), why));
        if (report.output->partial())
            lines.push_back(fmt::format("{}: the figures of the whole model are of {} of {} samples, as the run was stopped",
                                        recipeTitle(report.recipe), report.output->samples, report.output->wanted));
        if (!report.output->output.leftOut().empty())
            lines.push_back(fmt::format("{}: {}, in {} of {} samples; such values are left out of the figures", recipeTitle(report.recipe),
                                        printable(report.output->output.leftOut()), report.output->output.oddSamples,
                                        report.output->output.samples));
    }
    return lines;
}

std::vector<OutputColumn> outputColumns(const analysis::Comparison& comparison) {
    using analysis::LayerReport;
    using analysis::ValueError;
    const auto any = [&](auto has) {
        return std::ranges::any_of(comparison.reports, [&](const auto& report) { return std::ranges::any_of(report.layers, has); });
    };
    std::vector<OutputColumn> columns;
    if (!any([](const LayerReport& layer) { return layer.output && (layer.output->isolated || layer.output->accumulated); }))
        return columns;
    for (std::size_t r = 0; r < comparison.reports.size(); ++r) {
        columns.push_back({r, recipeTitle(comparison.reports[r].recipe), [](const LayerReport& layer) -> const ValueError* {
                               return layer.output && layer.output->isolated ? &*layer.output->isolated : nullptr;
                           }});
        columns.push_back({r, "accumulated", [](const LayerReport& layer) -> const ValueError* {
                               return layer.output && layer.output->accumulated ? &*layer.output->accumulated : nullptr;
                           }});
    }
    return columns;
}

std::string_view severityName(analysis::Finding::Severity severity) {
    switch (severity) {
        case analysis::Finding::Severity::Problem:
            return "problem";
        case analysis::Finding::Severity::Warning:
            return "warning";
        case analysis::Finding::Severity::Info:
            break;
    }
    return "info";
}

std::string layerName(const model::Model& model, const analysis::Finding& finding) {
    const bool known = finding.layer >= 0 && std::size_t(finding.layer) < model.layers().size();
    return known ? model.layers()[std::size_t(finding.layer)].name : std::string();
}

}  // namespace roundoff::reports
