#include "ui/shell/measured_outputs.h"

#include <algorithm>

namespace roundoff::ui {
namespace {
const char* const kStale = "stale: the recipe has changed since, measure again";
}

const MeasuredOutputs::Entry* MeasuredOutputs::find(const analysis::Recipe& recipe) const {
    const auto found = std::find_if(m_entries.begin(), m_entries.end(), [&](const Entry& entry) { return entry.recipe == recipe; });
    return found == m_entries.end() ? nullptr : &*found;
}

bool MeasuredOutputs::ranked(const analysis::Recipe& recipe) const {
    const Entry* entry = find(recipe);
    return entry && std::any_of(entry->alone.begin(), entry->alone.end(), [](const auto& one) { return one.has_value(); });
}

std::optional<analysis::ValueError> MeasuredOutputs::allQuantized(const analysis::Recipe& recipe) const {
    const Entry* entry = find(recipe);
    return entry ? entry->all : std::nullopt;
}

void MeasuredOutputs::take(const analysis::Report& report, const std::optional<analysis::ValueError>& all) {
    Entry entry;
    if (const Entry* before = find(report.recipe)) {
        entry = *before;
        m_entries.erase(m_entries.begin() + (before - &m_entries.front()));
    }
    entry.recipe = report.recipe;
    entry.outputs.resize(report.layers.size());
    entry.alone.resize(report.layers.size());
    m_isolated.resize(std::max(m_isolated.size(), report.layers.size()));
    for (std::size_t i = 0; i < report.layers.size(); ++i) {
        const auto& layer = report.layers[i];
        const bool part = layer.output && layer.output->partial();
        if (layer.output && !(part && entry.outputs[i])) entry.outputs[i] = layer.output;
        if (layer.alone) entry.alone[i] = layer.alone;
        if (!layer.output || !layer.output->isolated || part) continue;
        auto& known = m_isolated[i];
        std::erase_if(known, [&](const Isolated& one) { return one.scheme == layer.scheme; });
        if (known.size() >= kMostRecipes) known.erase(known.begin());
        known.push_back({layer.scheme, *layer.output->isolated});
    }
    if (report.output && !(report.output->partial() && entry.whole)) entry.whole = report.output;
    if (all) entry.all = all;
    m_entries.insert(m_entries.begin(), std::move(entry));
    if (m_entries.size() > kMostRecipes) m_entries.pop_back();
}

void MeasuredOutputs::fill(analysis::Report& report) const {
    const Entry* entry = find(report.recipe);
    report.output = entry ? entry->whole : std::nullopt;
    for (std::size_t i = 0; i < report.layers.size(); ++i) {
        auto& layer = report.layers[i];
        layer.output = entry && i < entry->outputs.size() ? entry->outputs[i] : std::nullopt;
        layer.alone = entry && i < entry->alone.size() ? entry->alone[i] : std::nullopt;
        if (layer.output || entry || i >= m_isolated.size()) continue;
        for (const Isolated& known : m_isolated[i])
            if (known.scheme == layer.scheme) layer.output = analysis::LayerOutput{known.error, std::nullopt, kStale};
        if (!layer.output && !m_entries.empty()) layer.output = analysis::LayerOutput{std::nullopt, std::nullopt, kStale};
    }
}

}  // namespace roundoff::ui
