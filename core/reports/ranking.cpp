#include "core/reports/ranking.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/reports/conditions.h"

namespace roundoff::reports {
namespace {

using analysis::ModelError;

struct Column {
    const char* head;
    bool (*has)(const ModelError&);
    std::string (*cell)(const ModelError&);
};

constexpr Column kColumns[] = {
    {"SQNR", [](const ModelError&) { return true; }, [](const ModelError& e) { return sqnrText(e.sqnrDb()); }},
    {"perplexity", [](const ModelError& e) { return e.language.has_value(); },
     [](const ModelError& e) { return fmt::format("{:.4f}", e.language->perplexity); }},
    {"KL div., nats", [](const ModelError& e) { return e.language.has_value(); },
     [](const ModelError& e) { return fmt::format("{:.5f}", e.language->kld.value); }},
    {"top-1", [](const ModelError& e) { return e.accuracy.has_value(); },
     [](const ModelError& e) { return fmt::format("{:.1f} %", 100 * e.accuracy->top1); }},
};

constexpr const char* kSentence =
    "One at a time: the model's outputs with only this layer quantized, and with all but this layer; SQNR in dB.";
constexpr const char* kSharedInputs = " Layers that read the same value share its rounding.";

}  // namespace

std::vector<Ranking> rankings(const model::Model& model, const analysis::Comparison& comparison) {
    std::vector<Ranking> all;
    for (const analysis::Report& report : comparison.reports) {
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < report.layers.size(); ++i)
            if (report.layers[i].alone) order.push_back(i);
        if (order.empty()) continue;
        std::ranges::stable_sort(order, {}, [&](std::size_t i) { return report.layers[i].alone->only.orderDb(); });
        Ranking& ranking = all.emplace_back();
        ranking.title = recipeTitle(report.recipe);
        ranking.sentence = kSentence;
        if (std::ranges::any_of(order, [&](std::size_t i) { return report.layers[i].scheme.activation.has_value(); }))
            ranking.sentence += kSharedInputs;
        const ModelError& first = report.layers[order[0]].alone->only;
        for (const char* part : {"only this: ", "all but this: "})
            for (const Column& column : kColumns)
                if (column.has(first)) ranking.heads.push_back(std::string(part) + column.head);
        for (const std::size_t i : order) {
            Ranking::Row& row = ranking.rows.emplace_back();
            row.layer = model.layers()[i].name;
            const auto& [only, without] = *report.layers[i].alone;
            for (const ModelError* error : {&only, &without})
                for (const Column& column : kColumns)
                    if (column.has(first)) row.cells.push_back(column.has(*error) ? column.cell(*error) : "–");
        }
    }
    return all;
}

}  // namespace roundoff::reports
