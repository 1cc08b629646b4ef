#include "core/formats/onnx/layers.h"

#include <fmt/format.h>

#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/formats/onnx/block_weights.h"
#include "core/formats/onnx/constant_chain.h"
#include "core/formats/onnx/embeddings.h"
#include "core/formats/onnx/layer_names.h"
#include "core/formats/onnx/weight_slots.h"

namespace roundoff::formats::onnx {
namespace {

using tensor::ElementType;

bool isSmallFloat(ElementType type) {
    return type >= ElementType::Float8E4M3 && type <= ElementType::Float4E2M1;
}

class Finder {
public:
    Finder(const Walk& walk, const Names& names, const std::vector<model::Tensor>& tensors)
        : m_walk(walk), m_names(names), m_tensors(tensors), m_consumers(walk) {}

    Result<std::vector<model::Layer>> run() {
        for (std::size_t i = 0; i < m_walk.nodes.size(); ++i) {
            const auto done = visit(int(i));
            if (!done) return propagate(done);
        }
        return std::move(m_layers);
    }

private:
    Result<void> visit(int index) {
        const NodeRef& node = m_walk.nodes[std::size_t(index)];
        auto block = blockWeight(*node.proto, node.scope, m_names, m_tensors);
        if (!block) return propagate(block);
        if (*block) add(std::move(**block), index, "");
        if (isStandard(*node.proto, "Gather")) return embedding(index);
        for (const WeightSlot& slot : weightSlots(*node.proto)) {
            const std::size_t before = m_layers.size() + m_uses;
            const auto done = weight(index, slot);
            if (!done) return propagate(done);
            // A product has one weight, a recurrent node two.
            if (*slot.suffix == '\0' && m_layers.size() + m_uses != before) break;
        }
        return {};
    }

    Result<void> weight(int index, const WeightSlot& slot) {
        const NodeRef& node = m_walk.nodes[std::size_t(index)];
        auto found = constantBehind(m_walk, m_names, m_tensors, node.scope, inputOf(*node.proto, slot.slot));
        if (!found) return propagate(found);
        if (!*found) return {};
        ConstantView& view = **found;
        const model::Tensor& tensor = m_tensors[view.tensor];
        const std::size_t rank = tensor.shape.size();
        if (rank < slot.minRank || rank > slot.maxRank) return {};
        const auto axis = [&](int a) { return view.axes[std::size_t(a < 0 ? a + int(rank) : a)]; };
        model::Layer layer;
        layer.outputAxis = axis(slot.outputAxis);
        layer.reductionAxis = axis(slot.reductionAxis);
        // Constant · data with one column is arithmetic on positions, not a layer.
        if (isStandard(*node.proto, "MatMul") && slot.slot == 0 && tensor.shape[std::size_t(layer.reductionAxis)] == 1)
            return {};
        if (slot.integer) {
            if (view.stored || isFloat(tensor.type)) return {};
            view.stored = storedBy(*node.proto, node.scope, slot, view.tensor, layer.outputAxis);
        } else if (!view.stored && isSmallFloat(tensor.type)) {
            view.stored = model::StoredQuantization{
                fmt::format("{} (Cast)", name(tensor.type)), view.tensor, {}, {}, -1, 0, bits(tensor.type), false};
        } else if (!view.stored && !isFloat(tensor.type)) {
            return {};
        }
        layer.weight = view.tensor;
        layer.shape = tensor.shape;
        layer.useInput = slot.slot;
        layer.stored = std::move(view.stored);
        add(std::move(layer), index, slot.suffix);
        return {};
    }

    model::StoredQuantization storedBy(const ::onnx::NodeProto& node, int scope, const WeightSlot& slot,
                                       std::size_t codes, int outputAxis) const {
        const auto constant = [&](int at) -> std::optional<std::size_t> {
            const Definition* found = at < 0 ? nullptr : m_names.find(scope, inputOf(node, at));
            if (!found || found->tensor < 0) return std::nullopt;
            return std::size_t(found->tensor);
        };
        model::StoredQuantization stored;
        stored.codes = codes;
        stored.bits = bits(m_tensors[codes].type);
        const auto fits = [&](std::optional<std::size_t> which) {
            if (!which) return false;
            const auto count = tensor::elementCount(m_tensors[*which].shape).value_or(0);
            return count == 1 || count == std::uint64_t(m_tensors[codes].shape[std::size_t(outputAxis)]);
        };
        const auto scales = constant(slot.scaleSlot), zeros = constant(slot.zeroSlot);
        if (fits(scales)) stored.scales = scales;
        if (fits(zeros)) stored.zeroPoints = zeros;
        const auto wide = [&](std::optional<std::size_t> which) {
            return which && tensor::elementCount(m_tensors[*which].shape).value_or(0) > 1;
        };
        if (wide(stored.scales) || wide(stored.zeroPoints)) stored.axis = outputAxis;
        stored.description =
            fmt::format("{} {} ({})", name(m_tensors[codes].type), granularity(stored), node.op_type());
        return stored;
    }

    Result<void> embedding(int index) {
        const NodeRef& node = m_walk.nodes[std::size_t(index)];
        const Definition* indices = m_names.find(node.scope, inputOf(*node.proto, 1));
        if (!indices || indices->tensor >= 0) return {};
        auto found = constantBehind(m_walk, m_names, m_tensors, node.scope, inputOf(*node.proto, 0));
        if (!found) return propagate(found);
        if (!*found) return {};
        ConstantView& view = **found;
        const model::Tensor& tensor = m_tensors[view.tensor];
        const auto rank = std::int64_t(tensor.shape.size());
        const std::int64_t axis = intAttribute(*node.proto, "axis", 0);
        if (rank < 2 || (axis != 0 && axis != -rank)) return {};
        if (!view.stored && !isFloat(tensor.type)) view.stored = dequantizedLater(*node.proto, view.tensor);
        if (!view.stored && !isFloat(tensor.type)) return {};
        model::Layer layer;
        layer.weight = view.tensor;
        layer.shape = tensor.shape;
        layer.outputAxis = view.axes.front();
        layer.reductionAxis = view.axes.back();
        layer.useInput = 0;
        layer.stored = std::move(view.stored);
        const bool table =
            layer.shape[std::size_t(layer.outputAxis)] > 1 && layer.shape[std::size_t(layer.reductionAxis)] > 1;
        if (table && isUsedAsEmbedding(m_walk, m_names, m_consumers, index)) add(std::move(layer), index, "");
        return {};
    }

    /// Rows of codes that a DequantizeLinear turns into numbers after they were fetched.
    std::optional<model::StoredQuantization> dequantizedLater(const ::onnx::NodeProto& gather,
                                                              std::size_t codes) const {
        const auto& readers = m_consumers.of(gather.output_size() > 0 ? gather.output(0) : std::string());
        if (readers.size() != 1) return std::nullopt;
        const NodeRef& reader = m_walk.nodes[std::size_t(readers.front())];
        if (reader.proto->op_type() != "DequantizeLinear") return std::nullopt;
        const auto scalar = [&](int slot) -> std::optional<std::size_t> {
            const Definition* found = m_names.find(reader.scope, inputOf(*reader.proto, slot));
            if (!found || found->tensor < 0) return std::nullopt;
            const bool one = tensor::elementCount(m_tensors[std::size_t(found->tensor)].shape) == std::uint64_t{1};
            return one ? std::optional(std::size_t(found->tensor)) : std::nullopt;
        };
        const auto scale = scalar(1), zero = scalar(2);
        if (!scale || (!inputOf(*reader.proto, 2).empty() && !zero)) return std::nullopt;
        model::StoredQuantization stored;
        stored.codes = codes;
        stored.scales = scale;
        stored.zeroPoints = zero;
        stored.bits = bits(m_tensors[codes].type);
        stored.description = fmt::format("{} per tensor (DequantizeLinear)", name(m_tensors[codes].type));
        return stored;
    }

    void add(model::Layer layer, int node, std::string_view suffix) {
        const auto [known, fresh] = m_byTensor.try_emplace(layer.weight, m_layers.size());
        if (!fresh) {
            ++m_uses;
            auto& uses = m_layers[known->second].uses;
            if (uses.empty() || uses.back() != std::size_t(node)) uses.push_back(std::size_t(node));
            return;
        }
        const ::onnx::NodeProto& proto = *m_walk.nodes[std::size_t(node)].proto;
        layer.op = proto.op_type();
        layer.parameters = tensor::elementCount(layer.shape).value_or(0);
        layer.uses = {std::size_t(node)};
        const std::string base =
            layerName(m_tensors[layer.weight].name, proto.name(), proto.op_type(),
                      proto.output_size() > 0 ? std::string_view(proto.output(0)) : std::string_view{}, suffix);
        layer.name = base;
        for (int i = 2; !m_taken.insert(layer.name).second; ++i) layer.name = fmt::format("{}:{}", base, i);
        m_layers.push_back(std::move(layer));
    }

    const Walk& m_walk;
    const Names& m_names;
    const std::vector<model::Tensor>& m_tensors;
    Consumers m_consumers;
    std::vector<model::Layer> m_layers;
    std::unordered_map<std::size_t, std::size_t> m_byTensor;
    std::unordered_set<std::string> m_taken;
    std::size_t m_uses = 0;
};

}  // namespace

Result<std::vector<model::Layer>> findLayers(const Walk& walk, const Names& names,
                                             const std::vector<model::Tensor>& tensors) {
    return Finder(walk, names, tensors).run();
}

}  // namespace roundoff::formats::onnx
