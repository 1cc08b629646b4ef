#pragma once
#include <optional>
#include <vector>

#include "core/analysis/report.h"

namespace roundoff::ui {

/// What was measured of recipes on the present data. A figure comes back where it still holds: accumulated errors, the
/// whole model's and the ranking under the same recipe; an isolated error wherever its layer has the same scheme. Figures of a
/// part of the samples never replace others.
class MeasuredOutputs {
public:
    /// @param all the outputs with all layers quantized on a ranking's samples
    void take(const analysis::Report& report, const std::optional<analysis::ValueError>& all = std::nullopt);
    /// Sets the outputs of a report, those that no longer hold to none with the reason.
    void fill(analysis::Report& report) const;
    [[nodiscard]] bool has(const analysis::Recipe& recipe) const { return find(recipe) != nullptr; }
    [[nodiscard]] bool ranked(const analysis::Recipe& recipe) const;
    [[nodiscard]] std::optional<analysis::ValueError> allQuantized(const analysis::Recipe& recipe) const;
    [[nodiscard]] bool empty() const { return m_entries.empty(); }

private:
    static constexpr std::size_t kMostRecipes = 24;
    struct Entry {
        analysis::Recipe recipe;
        std::vector<std::optional<analysis::LayerOutput>> outputs;
        std::vector<std::optional<analysis::Sensitivity>> alone;
        std::optional<analysis::Evaluation> whole;
        std::optional<analysis::ValueError> all;
    };
    struct Isolated {
        schemes::Scheme scheme;
        analysis::ValueError error;
    };
    [[nodiscard]] const Entry* find(const analysis::Recipe& recipe) const;

    std::vector<Entry> m_entries;                  ///< newest first
    std::vector<std::vector<Isolated>> m_isolated;  ///< by layer
};

}  // namespace roundoff::ui
