#include <algorithm>
#include <array>
#include <cstring>

#include "core/preprocessing/families.h"
#include "core/preprocessing/graph_view.h"
#include "core/runtime/session.h"

namespace roundoff::preprocessing {
namespace {

using formats::onnx::OnnxEdit;

/// What stands for a smaller constant must not make the file grow by more than this.
constexpr std::uint64_t kGrowth = 1 << 20;
/// Bytes of constants that are computed with at once.
constexpr std::uint64_t kAtOnce = 1 << 30;

/// Operators that are no plain function of their inputs, that hold bodies, or that keep a weight small.
constexpr std::array kLeft{"Constant", "If", "Loop", "Scan", "SequenceMap", "Bernoulli", "Multinomial", "RandomNormal",
                           "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Dropout", "QuantizeLinear",
                           "DequantizeLinear", "DynamicQuantizeLinear"};

class Folder {
public:
    /// @param inferred what follows from the inputs
    Folder(const model::Model& model, const std::vector<model::Value>& inferred) : m_model(model), m_view(model) {
        for (const model::Value& value : inferred) m_shapes[value.name] = &value;
        for (const model::Value& value : model.graph().inputs) m_shapes[value.name] = &value;
    }

    Result<std::size_t> fold(OnnxEdit& edit, Job& job) {
        const std::size_t shapes = foldShapes(edit);
        if (shapes > 0) return shapes;  // what is made of them comes next
        const auto nodes = frontier();
        if (nodes.empty()) return std::size_t(0);
        return compute(nodes, edit, job);
    }

private:
    [[nodiscard]] const model::Value* fixed(const std::string& name) const {
        const auto found = m_shapes.find(name);
        if (found == m_shapes.end() || !found->second->hasShape) return nullptr;
        return std::ranges::all_of(found->second->shape, [](auto size) { return size >= 0; }) ? found->second : nullptr;
    }

    /// Shape of a value whose sizes are all fixed.
    std::size_t foldShapes(OnnxEdit& edit) {
        std::size_t count = 0;
        const auto& nodes = m_model.graph().nodes;
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            if (!m_view.is(i, "Shape") || m_view.isOutput(nodes[i].outputs.front())) continue;
            const model::Value* value = fixed(nodes[i].inputs.front());
            if (!value) continue;
            const auto rank = std::int64_t(value->shape.size());
            const auto place = [&](const char* name, double fallback) {
                const auto at = std::int64_t(edit.attribute(i, name, fallback));
                return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
            };
            const std::int64_t begin = place("start", 0), end = std::max(begin, place("end", double(rank)));
            std::vector<std::byte> bytes(std::size_t(end - begin) * sizeof(std::int64_t));
            if (!bytes.empty()) std::memcpy(bytes.data(), value->shape.data() + begin, bytes.size());
            edit.removeNode(i);
            edit.addTensor(nodes[i].outputs.front(), tensor::ElementType::Int64, {end - begin}, std::move(bytes));
            ++count;
        }
        return count;
    }

    /// Nodes that depend on constants alone and whose values others read.
    std::vector<std::size_t> frontier() {
        const auto& nodes = m_model.graph().nodes;
        std::unordered_map<std::string, std::uint64_t> constants;  // name → bytes
        for (const model::Tensor& tensor : m_model.tensors())
            if (m_view.constant(tensor.name)) constants[tensor.name] = tensor.bytes;
        std::vector<bool> folded(nodes.size());
        std::uint64_t total = 0;
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const model::Node& node = nodes[i];
            if (node.subgraph != 0 || !node.domain.empty() || std::ranges::find(kLeft, node.op) != kLeft.end() ||
                std::ranges::all_of(node.inputs, &std::string::empty))
                continue;
            std::uint64_t in = 0, saved = 0, out = 0;
            // What others still read stays in the file.
            const auto goes = [&](const std::string& input) {
                return !m_view.isOutput(input) && std::ranges::all_of(m_view.readers(input), [&](const auto& reader) {
                    return reader.node == i || folded[reader.node];
                });
            };
            const bool ready = std::ranges::all_of(node.inputs, [&](const std::string& input) {
                const auto found = constants.find(input);
                if (found == constants.end()) return input.empty();
                in += found->second;
                if (goes(input)) saved += found->second;
                return true;
            });
            const bool known = ready && std::ranges::all_of(node.outputs, [&](const std::string& output) {
                if (output.empty()) return true;
                const model::Value* value = fixed(output);
                const auto elements = value && !m_view.isOutput(output) ? tensor::elementCount(value->shape) : std::nullopt;
                const auto bytes = elements ? tensor::storageBytes(value->type, *elements) : std::nullopt;
                out += bytes.value_or(0);
                return bytes.has_value();
            });
            if (!known || out > saved + kGrowth || total + in + out > kAtOnce) continue;
            total += in + out;
            folded[i] = true;
            for (const std::string& output : node.outputs) constants[output] = out;
        }
        std::vector<std::size_t> out;
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if (folded[i] && std::ranges::any_of(nodes[i].outputs, [&](const std::string& output) {
                    return std::ranges::any_of(m_view.readers(output), [&](const auto& reader) { return !folded[reader.node]; });
                }))
                out.push_back(i);
        return out;
    }

    Result<std::size_t> compute(const std::vector<std::size_t>& nodes, OnnxEdit& edit, Job& job) {
        auto part = OnnxEdit::begin(m_model);
        if (!part) return propagate(part);
        part->keepOnly(nodes, {});
        const auto bytes = part->serialize(job);
        if (!bytes) return propagate(bytes);
        runtime::SessionOptions options;
        options.level = runtime::SessionOptions::Level::None;
        options.threads = job.threads();
        options.stop = job.stopToken();
        auto session = runtime::Session::open(m_model.info().path, std::as_bytes(std::span(*bytes)), options, {});
        if (!session) return propagate(session);
        auto values = session->run({}, job);
        if (!values) return propagate(values);
        for (auto& value : *values) edit.addTensor(value.name, value.type, value.shape, std::move(value.bytes));
        for (const std::size_t node : nodes) edit.removeNode(node);
        return nodes.size();
    }

    const model::Model& m_model;
    GraphView m_view;
    std::unordered_map<std::string, const model::Value*> m_shapes;
};

}  // namespace

Step foldConstants() {
    return {"fold-constants", "Fold constants",
            "Computes in advance what depends on constants and fixed shapes alone; a weight that a node prepares becomes a plain one",
            "nodes computed in advance",
            [](const model::Model& model, OnnxEdit& edit, Job& job) -> Result<std::size_t> {
                const auto inferred = edit.inferredValues();
                if (!inferred) return propagate(inferred);
                return Folder(model, *inferred).fold(edit, job);
            }};
}

}  // namespace roundoff::preprocessing
