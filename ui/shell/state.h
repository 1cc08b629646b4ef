#pragma once
#include <QString>
#include <memory>
#include <optional>
#include <vector>

#include "core/analysis/compare.h"
#include "core/analysis/distribution.h"
#include "core/analysis/smoothing.h"
#include "core/calibration/activation_map.h"
#include "core/calibration/calibration.h"
#include "core/model/model.h"
#include "ui/shell/data_choice.h"
#include "ui/shell/speed_result.h"

namespace roundoff::ui {

/// How large a layer's input was in one sample, or why that is not known.
struct InputMap {
    std::size_t layer = 0;
    std::shared_ptr<const calibration::ActivationMap> map;  ///< null where there is a problem
    QString problem;
};

/// Everything that the views show, as one value. They are functions of it; what can be derived is derived.
/// The results are immutable and shared; a newer result replaces the pointer, never its content.
struct State {
    model::Model model;            ///< empty() before one is open
    QString title;                 ///< file name
    analysis::Recipe recipe;       ///< the scheme being worked on; report 0 of the comparison
    std::vector<schemes::Scheme> compared;  ///< further columns; reports 1… of the comparison
    std::shared_ptr<const analysis::Comparison> comparison;      ///< fills in as layers finish; may be null
    std::shared_ptr<const analysis::Distribution> distribution;  ///< of the current layer; may be null or of another one
    DataChoice data;               ///< what to run the model on
    std::shared_ptr<const calibration::Calibration> calibration;  ///< what was seen in it; may be null
    std::shared_ptr<const analysis::InputChannels> channels;      ///< of the current layer's weight; may be null or of another
    std::shared_ptr<const InputMap> inputMap;                     ///< of the current layer; may be null or of another
    bool outputsStale = false;     ///< report 0 was measured under another recipe
    std::optional<analysis::ValueError> allQuantized;  ///< report 0's outputs on the samples that its ranking ran on
    std::shared_ptr<const SpeedResult> speed;  ///< of the recipe; may be null
    bool speedStale = false;       ///< another recipe was timed
    bool timing = false;           ///< times are being taken
    bool measuring = false;        ///< the model is being run
    std::vector<int> visible;      ///< layers that pass the filter, in the table's order
    std::vector<int> selected;     ///< layers selected in the table
    int current = -1;              ///< the layer that every view shows
    int hovered = -1;
    std::optional<int> baseline;   ///< report that deltas refer to; none = float
    bool running = false;          ///< a comparison is under way

    /// The current layer under the recipe; null where there is none yet.
    [[nodiscard]] const analysis::LayerReport* report(int layer, std::size_t column = 0) const {
        if (!comparison || column >= comparison->reports.size()) return nullptr;
        const auto& layers = comparison->reports[column].layers;
        return layer >= 0 && std::size_t(layer) < layers.size() ? &layers[std::size_t(layer)] : nullptr;
    }
    [[nodiscard]] const analysis::WeightStatistics* statistics(int layer) const {
        if (!comparison || layer < 0 || std::size_t(layer) >= comparison->statistics.size()) return nullptr;
        const auto& entry = comparison->statistics[std::size_t(layer)];
        return entry ? &*entry : nullptr;
    }
};

/// Which parts of the state changed: a view does only what it must.
enum class Change : unsigned {
    Model = 1, Recipe = 2, Results = 4, Distribution = 8, Filter = 16, Selection = 32, Hover = 64, Theme = 128,
    Data = 256,  ///< the choice of data, or what was seen in it
    All = 511,
};
constexpr unsigned operator|(Change a, Change b) { return unsigned(a) | unsigned(b); }
constexpr bool has(unsigned changes, Change change) { return (changes & unsigned(change)) != 0; }

}  // namespace roundoff::ui
