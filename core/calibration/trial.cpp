#include "core/calibration/trial.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <set>

#include "core/base/cpu.h"
#include "core/calibration/blocked_layout.h"
#include "core/formats/onnx/edit.h"
#include "core/runtime/memory_limit.h"

namespace roundoff::calibration {

using formats::onnx::NodeSpec;
using formats::onnx::OnnxEdit;
using runtime::NamedTensor;
using tensor::ElementType;

namespace {

/// Ids of twins' inputs: behind this bit the layer, then the node.
constexpr std::int64_t kTwins = std::int64_t(1) << 62;
constexpr int kNodeBits = 31;
constexpr std::int64_t kNobody = -1;  ///< a watch that nobody hears of
constexpr const char* kTwinSuffix = "/twin";

/// Values of the main graph: what makes each, and what is derived from constants alone.
class Values {
public:
    explicit Values(const model::Model& model) : m_nodes(model.graph().nodes) {
        for (const model::Tensor& tensor : model.tensors()) m_constants.insert(tensor.name);
        for (std::size_t i = 0; i < m_nodes.size(); ++i) {
            if (m_nodes[i].subgraph != 0) continue;
            for (const std::string& output : m_nodes[i].outputs) m_makers[output] = i;
            const auto& inputs = m_nodes[i].inputs;
            if (std::ranges::all_of(inputs, [&](const auto& input) { return input.empty() || m_constants.contains(input); }) &&
                !inputs.empty())
                m_constants.insert(m_nodes[i].outputs.begin(), m_nodes[i].outputs.end());
        }
    }
    [[nodiscard]] bool constant(const std::string& value) const { return m_constants.contains(value); }
    /// nullptr for inputs and initializers.
    [[nodiscard]] const std::size_t* maker(const std::string& value) const {
        const auto found = m_makers.find(value);
        return found == m_makers.end() ? nullptr : &found->second;
    }
    [[nodiscard]] const model::Node& node(std::size_t index) const { return m_nodes[index]; }

private:
    const std::vector<model::Node>& m_nodes;
    std::set<std::string> m_constants;
    std::map<std::string, std::size_t> m_makers;
};

/// The slot of a node's input that is data, not weight.
std::optional<std::size_t> dataSlot(const Values& values, const model::Node& node) {
    if (node.op == "Gather" || node.op == "GatherElements" || node.op == "EmbeddingBag") return std::nullopt;
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
        if (!node.inputs[i].empty() && !values.constant(node.inputs[i])) return i;
    return std::nullopt;
}

/// The first output that the model gives a name; LSTM and its like may leave the first one out.
std::optional<std::size_t> outputSlot(const model::Node& node) {
    const auto found = std::ranges::find_if(node.outputs, [](const std::string& output) { return !output.empty(); });
    return found == node.outputs.end() ? std::nullopt : std::optional(std::size_t(found - node.outputs.begin()));
}

/// What Session::bind wants: bytes that lie as their type asks.
tensor::TensorData aligned(const tensor::TensorData& data) {
    if (reinterpret_cast<std::uintptr_t>(data.view.bytes.data()) % sizeof(float) == 0) return data;
    auto copy = std::make_shared<std::vector<std::byte>>(data.view.bytes.begin(), data.view.bytes.end());
    return {{data.view.type, data.view.shape, *copy}, copy};
}

}  // namespace

/// Builds the graph of a plan.
class TrialGraph {
public:
    TrialGraph(Trial& trial, const TrialPlan& plan, OnnxEdit edit)
        : m_trial(trial), m_model(trial.m_model), m_plan(plan), m_edit(std::move(edit)), m_values(m_model) {
        m_types = m_edit.valueTypes();
        for (const model::Layer& layer : m_model.layers()) {
            const ElementType type = m_model.tensors()[layer.weight].type;
            if (isFloat(type) && !layer.stored) m_type = type;
        }
    }

    Result<std::string> build(Job& job) {
        m_edit.importDomain(runtime::kHooksDomain, 1);
        weights();
        for (std::size_t i = 0; i < m_plan.changes.size(); ++i) change(m_plan.changes[i], std::int64_t(i));
        finishChanges();
        for (std::size_t i = 0; i < m_plan.taps.size(); ++i) watch("Tap", {m_plan.taps[i]}, std::int64_t(i));
        for (const std::size_t layer : m_plan.twins) twin(layer);
        watchInOrder();
        // ONNX Runtime parses what is serialized, and copies what it parsed: the latter asks for itself.
        if (auto fits = runtime::reserve(2 * m_constants, "loading the model's constants"); !fits) return propagate(fits);
        return m_edit.serialize(job);
    }

private:
    void weights() {
        const auto& layers = m_model.layers();
        m_trial.m_fixed.resize(layers.size());
        m_trial.m_twinless.resize(layers.size());
        for (const model::Tensor& tensor : m_model.tensors()) m_constants += tensor.bytes;
        for (std::size_t i = 0; i < layers.size(); ++i) {
            const model::Tensor& tensor = m_model.tensors()[layers[i].weight];
            if (layers[i].stored || !isFloat(tensor.type)) {
                m_trial.m_fixed[i] = "the weight is stored quantized";
            } else if (!m_edit.canBeInput(layers[i].weight)) {
                m_trial.m_fixed[i] = "its weight stands in a function, or shares its name with another";
            } else if (m_plan.replaceable) {
                m_edit.makeInput(layers[i].weight);
                m_constants -= std::min(m_constants, tensor.bytes);
            }
        }
    }

    void add(const std::string& op, const std::vector<std::string>& inputs, const std::string& output, std::int64_t id) {
        m_edit.addNodeLast({m_edit.freshName(output + "/" + op), op, runtime::kHooksDomain, inputs, {output}, {{"id", id}}});
    }
    std::string cast(const std::string& value, ElementType to) {
        const std::string output = m_edit.freshName(value + "/cast");
        m_edit.addNodeLast({m_edit.freshName(output), "Cast", "", {value}, {output}, {{"to", to}}});
        return output;
    }
    /// A value's type in the model; that of the weights where nothing tells.
    ElementType typeOf(const std::string& value) const {
        const auto found = m_types.find(value);
        return found == m_types.end() || found->second == ElementType::Undefined ? m_type : found->second;
    }
    std::string asFloat(const std::string& value, ElementType type) {
        return type == ElementType::Float32 ? value : cast(value, ElementType::Float32);
    }

    void watch(const std::string& op, std::vector<std::string> inputs, std::int64_t id) {
        const ElementType type = typeOf(inputs[0]);
        const std::size_t* maker = m_values.maker(inputs[0]);
        for (std::string& input : inputs) input = asFloat(input, type);
        m_watches[maker ? *maker + 1 : 0].push_back({op, std::move(inputs), id});
    }
    /// ONNX Runtime orders nodes by depth first search from those whose values nobody reads, the last of them first: so the
    /// watch of the earliest value must come last, and outputs must be read, too. Else all watches run at the end, and every
    /// watched value of the model stays in memory until then.
    void watchInOrder() {
        for (const model::Value& output : m_model.graph().outputs)
            if (const std::size_t* maker = m_values.maker(output.name); maker && output.type == ElementType::Float32)
                m_watches[*maker + 1].push_back({"Tap", {output.name}, kNobody});
        for (auto at = m_watches.rbegin(); at != m_watches.rend(); ++at)
            for (auto each = at->second.rbegin(); each != at->second.rend(); ++each)
                add(each->op, each->inputs, m_edit.freshName(each->inputs[0] + "/" + each->op), each->id);
    }
    /// Gives `to` the changed value of `from`.
    void alter(const std::string& from, const std::string& to, ElementType type, std::int64_t id) {
        if (type == ElementType::Float32) return add("Alter", {from}, to, id);
        const std::string changed = m_edit.freshName(to + "/float");
        add("Alter", {asFloat(from, type)}, changed, id);
        m_edit.addNodeLast({m_edit.freshName(to + "/back"), "Cast", "", {changed}, {to}, {{"to", type}}});
    }

    void change(const TrialPlan::Change& change, std::int64_t id) {
        const std::size_t* maker = m_values.maker(change.value);
        const ElementType type = typeOf(change.value);
        if (maker && change.readers.empty()) {
            // What makes the value gives it another name; the last change of it has the name that all readers know.
            const auto last = m_last.find(change.value);
            const std::string after = m_edit.freshName(change.value + "/after");
            if (last == m_last.end()) {
                const auto& outputs = m_values.node(*maker).outputs;
                const std::string before = m_edit.freshName(change.value + "/before");
                m_edit.replaceOutput(*maker, std::size_t(std::ranges::find(outputs, change.value) - outputs.begin()), before);
                alter(before, after, type, id);
            } else {
                alter(last->second, after, type, id);
            }
            m_last[change.value] = after;
            return;
        }
        auto& now = m_now.try_emplace(change.value, change.value).first->second;
        const std::string after = m_edit.freshName(change.value + "/after");
        const auto& nodes = m_model.graph().nodes;
        for (std::size_t n = 0; n < nodes.size(); ++n) {
            const bool reads = change.readers.empty() || std::ranges::find(change.readers, n) != change.readers.end();
            for (std::size_t slot = 0; reads && slot < nodes[n].inputs.size(); ++slot)
                if (nodes[n].inputs[slot] == change.value) m_edit.replaceInput(n, slot, after);
        }
        alter(now, after, type, id);
        if (change.readers.empty()) now = after;
    }
    /// The last changes get the names of their values.
    void finishChanges() {
        for (const auto& [value, last] : m_last)
            m_edit.addNodeLast({m_edit.freshName(value + "/changed"), "Identity", "", {last}, {value}, {}});
    }

    /// The value, computed anew as far as it depends on the layer's weight.
    std::string cloned(const std::string& value, const std::string& weight, const std::string& twinWeight) {
        if (value == weight) return twinWeight;
        const std::size_t* maker = m_values.maker(value);
        if (!maker || !m_values.constant(value)) return value;
        const model::Node& node = m_values.node(*maker);
        if (node.outputs.size() != 1) return value;
        std::vector<std::string> inputs;
        for (const std::string& input : node.inputs) inputs.push_back(cloned(input, weight, twinWeight));
        if (inputs == node.inputs) return value;
        const std::string output = m_edit.freshName(value + kTwinSuffix);
        m_edit.addNodeCopy(*maker, inputs, {output});
        return output;
    }

    void twin(std::size_t index) {
        const model::Layer& layer = m_model.layers()[index];
        const model::Tensor& weight = m_model.tensors()[layer.weight];
        std::string& why = m_trial.m_twinless[index] = m_trial.m_fixed[index];
        if (!why.empty()) return;
        bool made = false;
        const std::string own = weight.name + kTwinSuffix;
        for (const std::size_t use : layer.uses) {
            const model::Node& node = m_model.graph().nodes[use];
            const auto given = outputSlot(node);
            if (node.subgraph != 0 || !given) continue;
            std::vector<std::string> inputs;
            for (const std::string& input : node.inputs) inputs.push_back(input.empty() ? "" : cloned(input, weight.name, own));
            if (inputs == node.inputs) continue;
            if (const auto slot = dataSlot(m_values, node)) {
                const std::string changed = m_edit.freshName(node.inputs[*slot] + kTwinSuffix);
                const std::int64_t id = kTwins | std::int64_t(index) << kNodeBits | std::int64_t(use);
                alter(node.inputs[*slot], changed, typeOf(node.inputs[*slot]), id);
                inputs[*slot] = changed;
            }
            std::vector<std::string> outputs;
            for (const std::string& output : node.outputs)
                outputs.push_back(output.empty() ? "" : m_edit.freshName(output + kTwinSuffix));
            m_edit.addNodeCopy(use, inputs, outputs);
            watch("Pair", {node.outputs[*given], outputs[*given]}, std::int64_t(index));
            made = true;
        }
        if (made)
            m_edit.addInput(own, weight.type, weight.shape);
        else
            why = "its operator stands in a branch of the graph";
    }

    Trial& m_trial;
    const model::Model& m_model;
    const TrialPlan& m_plan;
    OnnxEdit m_edit;
    Values m_values;
    ElementType m_type = ElementType::Float32;
    std::uint64_t m_constants = 0;  ///< bytes of the tensors that stay in the graph
    std::unordered_map<std::string, ElementType> m_types;
    struct Watch {
        std::string op;
        std::vector<std::string> inputs;
        std::int64_t id;
    };
    std::map<std::size_t, std::vector<Watch>> m_watches;  ///< by the place of what makes the value; inputs have 0
    std::map<std::string, std::string> m_last;  ///< by value: the last name of the chain that replaces it
    std::map<std::string, std::string> m_now;   ///< by value of no maker: what its readers get
};

TrialPlan watching(const model::Model& model, std::vector<std::string> values, bool anyOrder) {
    constexpr std::uint64_t kConstantWeights = 512'000'000;  // bytes
    TrialPlan plan;
    const std::uint64_t limit = runtime::memoryLimit(), loading = 3 * model.info().bytes;
    plan.replaceable = model.info().bytes > kConstantWeights || (limit > 0 && residentMemory() + loading > limit);
    plan.taps = std::move(values);
    plan.anyOrder = anyOrder;
    return plan;
}

Result<Trial> Trial::open(const model::Model& model, const TrialPlan& plan, Job& job) {
    assert(plan.twins.empty() || plan.replaceable);
    assert(!plan.anyOrder || (plan.twins.empty() && plan.changes.empty()));
    auto edit = OnnxEdit::begin(model);
    if (!edit) return propagate(edit);
    Trial trial(model);
    const auto graph = TrialGraph(trial, plan, std::move(*edit)).build(job);
    if (!graph) return propagate(graph);
    runtime::Hooks hooks;
    Handlers* handlers = trial.m_handlers.get();
    hooks.tap = [handlers](std::int64_t id, const tensor::TensorView& x) {
        if (id != kNobody && handlers->tap) handlers->tap(std::size_t(id), x);
    };
    hooks.pair = [handlers](std::int64_t id, const tensor::TensorView& x, const tensor::TensorView& y) {
        if (handlers->twin) handlers->twin(std::size_t(id), x, y);
    };
    hooks.alter = [handlers](std::int64_t id, const tensor::TensorView& x, std::span<float> y) {
        constexpr std::int64_t kNodes = (std::int64_t(1) << kNodeBits) - 1;
        if (id < kTwins && handlers->change) return handlers->change(std::size_t(id), x, y);
        if (id >= kTwins && handlers->twinInput)
            return handlers->twinInput(std::size_t((id - kTwins) >> kNodeBits), std::size_t(id & kNodes), x, y);
        std::ranges::copy(x.bytes, std::as_writable_bytes(y).begin());
    };
    runtime::SessionOptions options;
    options.threads = job.threads();
    options.stop = job.stopToken();
    const auto load = [&](const std::string& bytes) {
        return runtime::Session::open(model.info().path, std::as_bytes(std::span(bytes)), options, hooks);
    };
    constexpr std::uint64_t kMostSaved = 256'000'000;  // bytes that go through the temporary folder
    const auto isConv = [](const model::Node& node) { return node.op == "Conv"; };
    if (plan.anyOrder && graph->size() <= kMostSaved && std::ranges::any_of(model.graph().nodes, isConv)) {
        if (const auto blocked = watchedInBlocks(model.info().path, *graph, options, job)) {
            options.level = runtime::SessionOptions::Level::None;
            if (auto session = load(*blocked)) trial.m_session.emplace(std::move(*session));
            options.level = runtime::SessionOptions::Level::All;
        }
    }
    if (!trial.m_session) {
        auto session = load(*graph);
        if (!session) return propagate(session);
        trial.m_session.emplace(std::move(*session));
    }
    for (const std::string& why : trial.m_fixed) trial.m_unset.push_back(plan.replaceable && why.empty());
    return trial;
}

Result<void> Trial::bindRest() {
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; runtime::memoryLimit() > 0 && i < m_unset.size(); ++i) {
        if (!m_unset[i]) continue;
        const auto data = m_model.weight(m_model.layers()[i]);  // with it go its pages: they are not to count twice
        if (!data) return propagate(data);
        bytes += data->view.bytes.size();
    }
    if (auto fits = runtime::reserve(bytes, "running with the float weights"); !fits) return fits;
    for (std::size_t i = 0; i < m_unset.size(); ++i)
        if (m_unset[i])
            if (auto set = setWeight(i, nullptr); !set) return set;
    return {};
}

Result<std::vector<NamedTensor>> Trial::run(const runtime::Sample& sample, Job& job) {
    if (auto bound = bindRest(); !bound) return propagate(bound);
    return m_session->run(sample, job);
}

Result<void> Trial::setWeight(std::size_t layer, std::shared_ptr<const NamedTensor> weight) {
    const model::Layer& about = m_model.layers()[layer];
    const std::string& name = m_model.tensors()[about.weight].name;
    m_unset[layer] = false;
    if (weight) {
        m_session->bind(name, {weight->view(), weight});
        return {};
    }
    const auto data = m_model.weight(about);
    if (!data) return propagate(data);
    m_session->bind(name, aligned(*data));
    return {};
}

void Trial::setTwinWeight(std::size_t layer, const std::shared_ptr<const NamedTensor>& weight) {
    m_session->bind(m_model.tensors()[m_model.layers()[layer].weight].name + kTwinSuffix, {weight->view(), weight});
}

std::vector<LayerValues> layerValues(const model::Model& model) {
    const Values values(model);
    std::vector<LayerValues> all;
    for (const model::Layer& layer : model.layers()) {
        LayerValues& own = all.emplace_back();
        if (layer.uses.empty()) continue;
        const model::Node& node = values.node(layer.uses[0]);
        if (node.subgraph != 0) continue;
        if (const auto slot = dataSlot(values, node)) own.input = node.inputs[*slot];
        if (const auto slot = outputSlot(node)) own.output = node.outputs[*slot];
        for (const std::size_t use : layer.uses)
            if (const auto slot = values.node(use).subgraph == 0 ? dataSlot(values, values.node(use)) : std::nullopt)
                own.uses.push_back({use, values.node(use).inputs[*slot]});
    }
    return all;
}

}  // namespace roundoff::calibration
