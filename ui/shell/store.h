#pragma once
#include <QObject>
#include <QUndoStack>
#include <optional>
#include <vector>

#include "ui/shell/comparison_builder.h"
#include "ui/shell/engine.h"
#include "ui/shell/measured_outputs.h"
#include "ui/shell/state.h"

namespace roundoff::ui {

/// What an edit changes and undo restores.
struct Plan {
    analysis::Recipe recipe;
    std::vector<schemes::Scheme> compared;
    bool operator==(const Plan&) const = default;
};

/// Holder of the one State. Everything that changes it goes through here, and every change is announced once. Finished
/// results are remembered by layer and scheme, so that undo brings them back without computing.
class Store : public QObject {
    Q_OBJECT
public:
    static constexpr std::size_t kMaxCompared = 8;

    explicit Store(QObject* parent = nullptr);
    [[nodiscard]] const State& state() const { return m_state; }
    [[nodiscard]] QUndoStack& undoStack() { return m_undo; }

    void setModel(const model::Model& model, const QString& title);
    /// The model as it was opened, whatever steps of preprocessing were done to it since.
    [[nodiscard]] const model::Model& opened() const { return m_opened; }

    // Edits: one entry of the undo stack each; none where nothing would change.
    void setStandard(const schemes::Scheme& scheme);
    void setSchemes(const std::vector<int>& layers, const schemes::Scheme& scheme);
    void setCompared(const std::vector<schemes::Scheme>& schemes);
    /// The opened model with steps of preprocessing done, or without. Recipe and data stay, what was computed goes, until undo
    /// brings the model back.
    void setPrepared(const model::Model& model);
    [[nodiscard]] Plan plan() const { return {m_state.recipe, m_state.compared}; }

    // Looking: not undoable.
    void setCurrent(int layer);
    void setSelected(std::vector<int> layers, int current);
    void setVisible(std::vector<int> layers);
    void setHovered(int layer);
    void setBaseline(std::optional<int> report);
    void setRunning(bool running);
    void announce(unsigned changes);

    /// Work that is left: these columns for these layers. Empty layers means all of them.
    struct Missing {
        std::vector<std::size_t> columns;
        std::vector<std::size_t> layers;
    };
    [[nodiscard]] std::optional<Missing> missing() const;
    [[nodiscard]] std::vector<analysis::Recipe> recipes() const;

    /// Finished layers of a run of `columns` for `layers` (empty = all) that was started under the present plan.
    void merge(const std::vector<std::shared_ptr<const LayerBatch>>& batches, const Missing& run);
    /// The end of such a run, cancelled or not: its time, new findings, and what is partial.
    void finish(const analysis::Comparison& result, const Missing& run);
    /// Other data: what was measured on the former goes, until they come again.
    void setData(const DataChoice& data);
    /// Columns whose outputs are not known on this data; with `ranking`, column 0 where it is not ranked.
    [[nodiscard]] std::vector<std::size_t> unmeasured(bool ranking) const;
    void takeMeasurement(const Measurement& measurement);
    void setMeasuring(bool measuring);
    void takeSpeed(std::shared_ptr<const SpeedResult> speed);
    void setTiming(bool timing);
    void setChannels(std::shared_ptr<const analysis::InputChannels> channels);
    void setInputMap(std::shared_ptr<const InputMap> map);
    void setDistribution(std::shared_ptr<const analysis::Distribution> distribution);
    [[nodiscard]] std::size_t pendingLayers() const;  ///< of column 0

Q_SIGNALS:
    void changed(unsigned changes);

private:
    friend class PlanCommand;
    friend class ModelCommand;
    struct Known {
        schemes::Scheme scheme;
        analysis::LayerReport report;
    };
    void push(Plan after, const QString& text);
    void applyPlan(const Plan& plan);
    void applyModel(const model::Model& model);
    [[nodiscard]] analysis::Report report(const analysis::Recipe& recipe) const;
    /// Applies an edit, then findings and partial marks anew.
    void judge(ComparisonBuilder::Edit edit);
    void stow();
    /// What was measured of the present model on the present data, if it was; else nothing is known.
    void fetchMeasured();
    void showMeasured();
    void judgeMeasured();
    void judgeSpeed();
    void remember(std::size_t layer, const schemes::Scheme& scheme, const analysis::LayerReport& report);
    [[nodiscard]] const Known* known(std::size_t layer, const schemes::Scheme& scheme) const;

    State m_state;
    model::Model m_opened;
    QUndoStack m_undo;
    ComparisonBuilder m_builder;
    std::vector<std::vector<Known>> m_known;  ///< by layer
    std::shared_ptr<const MeasuredOutputs> m_measured = std::make_shared<MeasuredOutputs>();
    std::vector<std::shared_ptr<const SpeedResult>> m_speeds;  ///< of this model, newest last
    std::vector<analysis::Recipe> m_partial;  ///< measured, but not to the end
    /// What runs of other models (other steps of preprocessing) and on other data gave: undo brings it back.
    struct Stowed {
        model::Model model;
        DataChoice data;
        std::shared_ptr<const MeasuredOutputs> measured;
        std::vector<analysis::Recipe> partial;
        std::shared_ptr<const calibration::Calibration> calibration;
        std::vector<std::shared_ptr<const SpeedResult>> speeds;
    };
    std::vector<Stowed> m_stowed;  ///< the latest last
    static bool same(const model::Model& a, const model::Model& b) { return !a.empty() && !b.empty() && &a.info() == &b.info(); }
};

}  // namespace roundoff::ui
