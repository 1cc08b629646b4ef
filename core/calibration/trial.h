#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/model/model.h"
#include "core/runtime/session.h"

namespace roundoff::calibration {

/// What is added to a model's graph so that it can be tried. Values are named as in the graph.
struct TrialPlan {
    /// The float layers' weights become inputs, so that one session serves every recipe; else they stay constants, which
    /// is faster and takes their memory once more.
    bool replaceable = true;
    std::vector<std::string> taps;  ///< values to watch
    /// Taps may get the elements of a value in any order, under its shape: much faster for convolutions. For plans that only
    /// watch.
    bool anyOrder = false;
    /// Values to change. Readers: the nodes that get the changed value; empty: all of them, the graph's outputs too. Of
    /// changes to one value each gets what those before it give.
    struct Change {
        std::string value;
        std::vector<std::size_t> readers;
    };
    std::vector<Change> changes;
    /// Layers that are computed a second time, on the same inputs, with a weight of their own. Needs `replaceable`.
    std::vector<std::size_t> twins;
};

/// A plan that only watches: the weights stay constants, but for a large model's, which stay in the mapped file.
TrialPlan watching(const model::Model& model, std::vector<std::string> values, bool anyOrder);

/// A model in ONNX Runtime whose values are watched and changed while it runs. Values arrive as float32, one at a time in
/// the thread of run().
class Trial {
public:
    static Result<Trial> open(const model::Model& model, const TrialPlan& plan, Job& job);

    struct Handlers {
        std::function<void(std::size_t tap, const tensor::TensorView& value)> tap;
        std::function<void(std::size_t change, const tensor::TensorView& value, std::span<float> changed)> change;
        /// What a twin computes on, at each node that uses the layer's weight; not called where none is set.
        std::function<void(std::size_t layer, std::size_t use, const tensor::TensorView& value, std::span<float> changed)> twinInput;
        /// What the layer and its twin made of it.
        std::function<void(std::size_t layer, const tensor::TensorView& value, const tensor::TensorView& twin)> twin;
    };
    Handlers& handlers() { return *m_handlers; }

    /// Why a layer's weight cannot be replaced, or its twin cannot be made; empty where it can.
    [[nodiscard]] const std::string& whyNotReplaced(std::size_t layer) const { return m_fixed[layer]; }
    [[nodiscard]] const std::string& whyNoTwin(std::size_t layer) const { return m_twinless[layer]; }

    /// The weight that the runs to come have, in the stored type and shape; null: the float one, as all have in the first run
    /// that were not set before.
    Result<void> setWeight(std::size_t layer, std::shared_ptr<const runtime::NamedTensor> weight);
    void setTwinWeight(std::size_t layer, const std::shared_ptr<const runtime::NamedTensor>& weight);

    /// The model's own outputs.
    Result<std::vector<runtime::NamedTensor>> run(const runtime::Sample& sample, Job& job);
    [[nodiscard]] const std::vector<model::Value>& inputs() const { return m_session->inputs(); }

private:
    friend class TrialGraph;
    explicit Trial(model::Model model) : m_model(std::move(model)) {}
    Result<void> bindRest();

    model::Model m_model;
    std::unique_ptr<Handlers> m_handlers = std::make_unique<Handlers>();
    std::vector<std::string> m_fixed, m_twinless;  ///< by layer
    std::vector<bool> m_unset;  ///< by layer: its weight is an input without a value
    std::optional<runtime::Session> m_session;
};

/// The value that a layer's operator (the first, if in the main graph) computes on, and the one that it gives; "" where there
/// is none.
struct LayerValues {
    struct Use {
        std::size_t node;  ///< index into Graph::nodes
        std::string input;
    };
    std::string input, output;
    std::vector<Use> uses;  ///< all in the main graph that compute on a value
};
std::vector<LayerValues> layerValues(const model::Model& model);  ///< parallel to Model::layers()

}  // namespace roundoff::calibration
