#include "core/analysis/placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/analysis/placement_ops.h"
#include "core/tensor/convert.h"

namespace roundoff::analysis {
namespace {

using schemes::Scheme;
using schemes::TensorScheme;
using tensor::ElementType;

constexpr std::size_t kNone = std::size_t(-1);
/// Constants beyond it are masks ("minus infinity"), which no few-bit scale holds beside other numbers.
constexpr double kMask = 1e6;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// One node while its place is sought.
struct Seat {
    OpKind kind = OpKind::Float;
    bool in = false;              ///< among the integer operators (so far)
    bool anchor = false;          ///< a product with a quantized weight: in, whatever its neighbours do
    std::size_t layer = kNone;    ///< of the product's weight
    std::size_t weightSlot = 1;
    std::size_t foldedInto = kNone;
    std::string output;           ///< what it gives, folded nodes included
    std::size_t add = kNone;      ///< Add behind a MatMul that holds its bias
    std::size_t rectifier = kNone;
    std::size_t before = kNone;   ///< the Relu that alone reads it and that no kernel takes in
    const TensorScheme* scheme = nullptr;  ///< of what it reads and gives
    std::string why;              ///< why it is not in
    std::string floats;           ///< why no integer kernel computes it, although it is in
};

class Placer {
public:
    Placer(const model::Model& model, std::span<const Scheme> schemes) : m_model(model), m_schemes(schemes) {}

    Placement run() {
        index();
        seatProducts();
        if (std::any_of(m_seats.begin(), m_seats.end(), [](const Seat& seat) { return seat.anchor; }))
            for (std::size_t i = 0; i < m_seats.size(); ++i) seatOther(i);
        for (std::size_t i = 0; i < m_seats.size(); ++i)
            if (m_seats[i].in) fold(i);
        while (dropWithoutInput() || dropWithoutReader()) {
        }
        unfoldRectifiers();
        giveSchemes();
        emitPoints();
        emitFates();
        return std::move(m_out);
    }

private:
    const std::vector<model::Node>& nodes() const { return m_model.graph().nodes; }

    void index() {
        m_seats.resize(nodes().size());
        for (std::size_t t = 0; t < m_model.tensors().size(); ++t) m_constants.emplace(m_model.tensors()[t].name, t);
        for (const model::Value& value : m_model.graph().outputs) m_outputs.insert(value.name);
        for (std::size_t i = 0; i < nodes().size(); ++i) {
            const model::Node& node = nodes()[i];
            for (const std::string& input : node.inputs)
                if (!input.empty()) m_readers[input].push_back(i);
            if (node.subgraph != 0) continue;
            for (const std::string& output : node.outputs)
                if (!output.empty() && node.op != "Constant") m_producers[output] = i;
        }
        for (std::size_t i = 0; i < nodes().size(); ++i)
            m_seats[i].output = nodes()[i].outputs.empty() ? std::string() : nodes()[i].outputs[0];
    }

    std::size_t constantOf(const std::string& value) const {
        const auto found = m_constants.find(value);
        return found == m_constants.end() || m_producers.contains(value) ? kNone : found->second;
    }
    /// The finite values of a small float32 constant, nothing else.
    std::optional<std::vector<float>> valuesOf(const std::string& value) const {
        const std::size_t tensor = constantOf(value);
        if (tensor == kNone || m_model.tensors()[tensor].type != ElementType::Float32) return std::nullopt;
        const auto data = m_model.data(tensor);
        if (!data || data->view.count() == 0) return std::nullopt;
        std::vector<float> values(data->view.count());
        tensor::readFloats(data->view, 0, values);
        if (!std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); })) return std::nullopt;
        return values;
    }

    /// Products with a layer's weight: what the layer's scheme says of each.
    void seatProducts() {
        for (std::size_t l = 0; l < m_model.layers().size() && l < m_schemes.size(); ++l) {
            const model::Layer& layer = m_model.layers()[l];
            for (std::size_t u = 0; u < layer.uses.size(); ++u) {
                const std::size_t node = layer.uses[u];
                Seat& seat = m_seats[node];
                seat.layer = l;
                seat.weightSlot = std::size_t(layer.useInput);
                const auto& inputs = nodes()[node].inputs;
                const auto found = std::find(inputs.begin(), inputs.end(), m_model.tensors()[layer.weight].name);
                if (found != inputs.end()) seat.weightSlot = std::size_t(found - inputs.begin());
                seat.why = whyWeightAlone(layer, m_schemes[l], node);
                if (!seat.why.empty()) continue;
                seat.kind = OpKind::Product;
                seat.scheme = &*m_schemes[l].activation;
                seat.in = seat.anchor = seat.scheme->timing == schemes::Timing::Static;
            }
        }
    }
    std::string whyWeightAlone(const model::Layer& layer, const Scheme& scheme, std::size_t use) const {
        const model::Node& node = nodes()[use];
        if (layer.stored) return "already quantized: " + layer.stored->description;
        if (scheme.isFloat()) return "its layer stays float";
        if (!scheme.activation) return "the scheme quantizes its weight alone";
        const std::string alone = "its weight alone is quantized: ";
        if (node.subgraph != 0) return alone + "it stands in the body of an If, Loop or Scan, or in a function";
        if (kindOf(node) != OpKind::Product) return alone + "ONNX Runtime has no integer kernel for " + node.op;
        const ElementType type = m_model.tensors()[layer.weight].type;
        if (type != ElementType::Float32) return alone + fmt::format("integer kernels take no {} activations", name(type));
        const std::size_t slot = m_seats[use].weightSlot;
        if (slot > 1) return alone + "it is no operand of a product";
        if (slot == 0) return alone + "it is the left operand, whose rows can have no scale each";
        if (constantOf(node.inputs[1 - slot]) != kNone) return alone + "the other operand is constant";
        const bool batch = node.op == "MatMul" && layer.shape.size() > 2 && scheme.activation->timing == schemes::Timing::Static;
        if (batch && hasIntegerKernel(scheme) && scheme.weight.granularity.kind == schemes::Granularity::Kind::Channel)
            return alone + "integer kernels take one scale for a batch of matrices; take " + scheme.weight.format + ":tensor";
        return {};
    }

    void seatOther(std::size_t i) {
        Seat& seat = m_seats[i];
        const model::Node& node = nodes()[i];
        if (seat.layer != kNone || node.subgraph != 0) return;
        seat.kind = kindOf(node);
        if (seat.kind == OpKind::Product && (node.op != "MatMul" || node.inputs.size() != 2)) seat.kind = OpKind::Float;
        if (seat.kind == OpKind::Rectifier && !isRectifier(i)) seat.kind = OpKind::Float;
        const auto slots = dataSlots(node);
        seat.in = seat.kind != OpKind::Float && !slots.empty();
        for (const std::size_t slot : slots) {
            const std::size_t constant = constantOf(node.inputs[slot]);
            if (!seat.in || constant == kNone || seat.kind == OpKind::Bridge) continue;
            const auto values = seat.kind == OpKind::Blend ? valuesOf(node.inputs[slot]) : std::nullopt;
            const bool mask = values && std::any_of(values->begin(), values->end(), [](float x) { return std::abs(x) > kMask; });
            if (values && !mask) continue;
            seat.in = false;
            seat.why = mask                             ? "its constant is a mask, too large for a scale"
                       : seat.kind == OpKind::Blend ? "its constant operand is not made of finite float32 numbers"
                                                    : "one operand is constant, and no layer's weight";
        }
    }
    /// A Relu, or a Clip that begins at 0 and ends at a known value.
    bool isRectifier(std::size_t i) const {
        const model::Node& node = nodes()[i];
        if (kindOf(node) != OpKind::Rectifier) return false;
        return node.op == "Relu" || (boundOf(node, 1, "min", -kInfinity) == 0 && boundOf(node, 2, "max", kInfinity) > 0);
    }
    /// A bound of a Clip, which is an attribute before opset 11 and an input since; nullopt where it is computed.
    std::optional<double> boundOf(const model::Node& clip, std::size_t slot, const std::string& attribute, double without) const {
        const auto opset = m_model.info().opsets.find("");
        if (opset != m_model.info().opsets.end() && opset->second < 11) return clip.number(attribute, without);
        if (slot >= clip.inputs.size() || clip.inputs[slot].empty()) return without;
        const auto values = valuesOf(clip.inputs[slot]);
        return values && values->size() == 1 ? std::optional<double>(values->front()) : std::nullopt;
    }

    /// The only reader of a value that nobody else sees.
    std::size_t onlyReader(const std::string& value) const {
        const auto readers = m_readers.find(value);
        if (m_outputs.contains(value) || readers == m_readers.end() || readers->second.size() != 1) return kNone;
        const std::size_t reader = readers->second[0];
        return nodes()[reader].subgraph == 0 ? reader : kNone;
    }
    void fold(std::size_t i) {
        Seat& seat = m_seats[i];
        if (seat.kind == OpKind::Move || seat.kind == OpKind::Rectifier || seat.foldedInto != kNone) return;
        std::size_t next = onlyReader(seat.output);
        if (next != kNone && seat.anchor && nodes()[i].op == "MatMul" && biasSlot(i, next) != kNone) {
            seat.add = next;
            m_seats[next].foldedInto = i;
            seat.output = nodes()[next].outputs[0];
            next = onlyReader(seat.output);
        }
        // What stands between products takes the scheme of the layer before: the same for all but odd recipes.
        const bool folds = seat.scheme ? foldsRectifiers(*seat.scheme) : anyFolds();
        if (next == kNone || !isRectifier(next)) return;
        if (!folds) {
            seat.before = next;
            return;
        }
        seat.rectifier = next;
        m_seats[next].foldedInto = i;
        seat.output = nodes()[next].outputs[0];
    }
    bool anyFolds() const {
        return std::none_of(m_seats.begin(), m_seats.end(),
                            [](const Seat& seat) { return seat.anchor && !foldsRectifiers(*seat.scheme); });
    }
    /// Where the Add behind a MatMul reads a bias, one number a column.
    std::size_t biasSlot(std::size_t product, std::size_t add) const {
        const model::Node& node = nodes()[add];
        if (node.op != "Add" || node.inputs.size() != 2 || m_seats[product].weightSlot != 1) return kNone;
        const model::Layer& layer = m_model.layers()[m_seats[product].layer];
        for (const std::size_t slot : {0u, 1u})
            if (isBias(node.inputs[slot], layer, 1)) return slot;
        return kNone;
    }
    /// One number a column, in at most `rank` dimensions.
    bool isBias(const std::string& value, const model::Layer& layer, std::size_t rank) const {
        const std::size_t tensor = constantOf(value);
        if (tensor == kNone || m_model.tensors()[tensor].type != ElementType::Float32) return false;
        const tensor::Shape& shape = m_model.tensors()[tensor].shape;
        const bool row = shape.size() == 1 || (shape.size() == 2 && shape[0] == 1);
        return row && shape.size() <= rank && shape.back() == layer.shape[std::size_t(layer.outputAxis)];
    }

    bool in(std::size_t node) const {
        return m_seats[node].in || (m_seats[node].foldedInto != kNone && m_seats[m_seats[node].foldedInto].in);
    }
    /// The integer operator that gives a value; kNone where floats are given.
    std::size_t giver(const std::string& value) const {
        const auto found = m_producers.find(value);
        if (found == m_producers.end()) return kNone;
        const std::size_t node = m_seats[found->second].foldedInto != kNone ? m_seats[found->second].foldedInto : found->second;
        if (!m_seats[node].in) return kNone;
        return nodes()[found->second].op == "Split" || m_seats[node].output == value ? node : kNone;
    }
    /// A product with a weight reads it as codes.
    bool feedsProduct(const std::string& value) const {
        const auto readers = m_readers.find(value);
        return readers != m_readers.end() && std::any_of(readers->second.begin(), readers->second.end(), [&](std::size_t r) {
                   return m_seats[r].anchor && nodes()[r].inputs[1 - m_seats[r].weightSlot] == value;
               });
    }
    /// A product that need not give codes.
    bool givesFloats(std::size_t node) const { return m_seats[node].kind == OpKind::Product && nodes()[node].op != "Conv"; }
    bool isQuantized(const std::string& value) const { return giver(value) != kNone || feedsProduct(value); }

    /// True where `reader` takes the value as codes.
    bool reads(std::size_t reader, const std::string& value) const {
        const Seat& seat = m_seats[reader];
        if (!seat.in || seat.foldedInto != kNone) return false;
        if (seat.anchor) return nodes()[reader].inputs[1 - seat.weightSlot] == value;
        const auto slots = dataSlots(nodes()[reader]);
        return std::any_of(slots.begin(), slots.end(), [&](std::size_t slot) { return nodes()[reader].inputs[slot] == value; });
    }
    bool hasReader(const std::string& value) const {
        const auto readers = m_readers.find(value);
        return readers != m_readers.end() && std::any_of(readers->second.begin(), readers->second.end(),
                                                         [&](std::size_t r) { return reads(r, value); });
    }
    bool isWanted(std::size_t i) const {
        if (nodes()[i].op != "Split") return hasReader(m_seats[i].output);
        return std::any_of(nodes()[i].outputs.begin(), nodes()[i].outputs.end(), [&](const auto& o) { return hasReader(o); });
    }
    bool drop(std::size_t i, std::string why) {
        Seat& seat = m_seats[i];
        seat.in = false;
        seat.why = std::move(why);
        for (const std::size_t folded : {seat.add, seat.rectifier})
            if (folded != kNone) m_seats[folded].foldedInto = kNone;
        seat.add = seat.rectifier = kNone;
        return true;
    }
    bool dropWithoutInput() {
        bool dropped = false;
        for (std::size_t i = 0; i < m_seats.size(); ++i) {
            const Seat& seat = m_seats[i];
            if (!seat.in || seat.anchor || seat.foldedInto != kNone) continue;
            std::size_t codes = 0, floats = 0;
            std::string missing;
            for (const std::size_t slot : dataSlots(nodes()[i])) {
                const std::string& input = nodes()[i].inputs[slot];
                if (constantOf(input) != kNone) continue;
                const bool found = seat.kind == OpKind::Blend    ? isQuantized(input)
                                   : seat.kind == OpKind::Bridge ? giver(input) != kNone && !givesFloats(giver(input))
                                                                 : giver(input) != kNone;
                ++(found ? codes : floats);
                if (!found) missing = input;
            }
            const bool enough = seat.kind == OpKind::Product ? codes > 0 : codes > 0 && floats == 0;
            if (!enough)
                dropped |= drop(i, missing.empty() ? "all its operands are constant" : "its input " + missing + " is not quantized");
        }
        return dropped;
    }
    bool dropWithoutReader() {
        bool dropped = false;
        for (std::size_t i = m_seats.size(); i-- > 0;) {
            const Seat& seat = m_seats[i];
            if (!seat.in || seat.kind == OpKind::Product || seat.foldedInto != kNone || isWanted(i)) continue;
            dropped |= drop(i, whyUnwanted(seat.output));
        }
        return dropped;
    }
    std::string whyUnwanted(const std::string& value) const {
        return m_outputs.contains(value) ? "what it gives is an output of the model, which stays float"
                                         : "no integer operator reads what it gives";
    }
    /// Only codes can leave a Relu out: behind a product that gives floats it stays a node of its own.
    void unfoldRectifiers() {
        for (std::size_t i = 0; i < m_seats.size(); ++i) {
            Seat& seat = m_seats[i];
            if (!seat.in || seat.rectifier == kNone || !givesFloats(i) || isWanted(i)) continue;
            const std::size_t rectifier = std::exchange(seat.rectifier, kNone);
            m_seats[rectifier].foldedInto = kNone;
            drop(rectifier, whyUnwanted(seat.output));
            seat.output = nodes()[rectifier].inputs[0];
        }
    }

    /// What stands between products takes the scheme of what it reads first.
    void giveSchemes() {
        for (std::size_t i = 0; i < m_seats.size(); ++i) {
            Seat& seat = m_seats[i];
            if (!seat.in || seat.anchor || seat.foldedInto != kNone) continue;
            for (const std::size_t slot : dataSlots(nodes()[i])) {
                const std::size_t from = giver(nodes()[i].inputs[slot]);
                if (from != kNone && m_seats[from].scheme) seat.scheme = m_seats[from].scheme;
                if (seat.scheme) break;
            }
            for (const std::size_t slot : dataSlots(nodes()[i])) {
                if (seat.scheme) break;
                for (const std::size_t reader : m_readers.at(nodes()[i].inputs[slot]))
                    if (m_seats[reader].anchor && reads(reader, nodes()[i].inputs[slot])) seat.scheme = m_seats[reader].scheme;
            }
        }
    }

    void emitInputs(std::size_t i) {
        const Seat& seat = m_seats[i];
        auto slots = dataSlots(nodes()[i]);
        if (seat.layer != kNone) slots = {1 - seat.weightSlot};
        for (const std::size_t slot : slots) {
            const std::string& value = nodes()[i].inputs[slot];
            if (seat.scheme->timing == schemes::Timing::Static && giver(value) != kNone) continue;
            if (seat.kind == OpKind::Bridge && constantOf(value) != kNone) continue;
            TensorScheme scheme = *seat.scheme;
            const std::size_t constant = constantOf(value);
            if (constant != kNone) scheme.range = {};
            auto& points = m_byValue[value];
            const auto same = std::find_if(points.begin(), points.end(), [&](std::size_t p) {
                return m_out.points[p].scheme == scheme && !m_out.points[p].readers.empty();
            });
            if (same != points.end()) {
                auto& readers = m_out.points[*same].readers;
                if (readers.back() != i) readers.push_back(i);
                continue;
            }
            points.push_back(m_out.points.size());
            ActivationPoint& point = m_out.points.emplace_back();
            point.value = value;
            point.scheme = scheme;
            point.readers = {i};
            if (constant != kNone) point.constant = constant;
        }
    }
    void emitOutputs(std::size_t i) {
        const Seat& seat = m_seats[i];
        if (givesFloats(i) && !isWanted(i)) return;
        const bool rectifies = seat.kind == OpKind::Rectifier && !foldsRectifiers(*seat.scheme);
        const bool moves = seat.kind == OpKind::Move || (rectifies && m_seats[giver(nodes()[i].inputs[0])].before != i);
        const auto outputs = nodes()[i].op == "Split" ? nodes()[i].outputs : std::vector<std::string>{seat.output};
        for (const std::string& output : outputs) {
            if (output.empty()) continue;
            m_byValue[output].push_back(m_out.points.size());
            ActivationPoint& point = m_out.points.emplace_back();
            point.value = output;
            point.scheme = *seat.scheme;
            if (moves) point.like = rootOf(nodes()[i].inputs[0]);
            // What a Relu cuts off needs no codes: its range is that of what is left.
            if (seat.before != kNone && m_seats[seat.before].in) point.like = m_seats[seat.before].output;
        }
    }
    std::string rootOf(const std::string& value) const {
        const auto found = m_byValue.find(value);
        if (found == m_byValue.end()) return value;
        const std::string& like = m_out.points[found->second.front()].like;
        return like.empty() ? value : like;
    }
    void emitBias(std::size_t i) {
        Seat& seat = m_seats[i];
        const model::Layer& layer = m_model.layers()[seat.layer];
        if (!hasIntegerKernel(m_schemes[seat.layer])) return;
        const std::size_t user = seat.add != kNone ? seat.add : i;
        const std::size_t slot = seat.add != kNone ? biasSlot(i, seat.add) : 2;
        const auto& inputs = nodes()[user].inputs;
        if (slot >= inputs.size() || inputs[slot].empty()) return;
        const bool gemm = user == i && nodes()[i].op == "Gemm";
        const bool fits = isBias(inputs[slot], layer, gemm ? 2 : 1);
        if (!fits) seat.floats = "its bias is not one constant a column";
        else if (gemm && (nodes()[i].number("alpha", 1) != 1 || nodes()[i].number("beta", 1) != 1)) seat.floats = "it has an alpha or beta beside its bias";
        if (!fits) return;
        m_out.biases.push_back(
            {seat.layer, i, constantOf(inputs[slot]), user, slot, nodes()[i].inputs[1 - seat.weightSlot]});
    }
    void emitPoints() {
        for (std::size_t i = 0; i < m_seats.size(); ++i) {
            const Seat& seat = m_seats[i];
            if (!seat.scheme || seat.foldedInto != kNone || (!seat.in && seat.layer == kNone)) continue;
            emitInputs(i);
            if (!seat.in) continue;
            emitOutputs(i);
            if (seat.anchor) emitBias(i);
        }
    }

    void emitFates() {
        for (std::size_t i = 0; i < m_seats.size(); ++i) {
            auto& fate = m_out.nodes.emplace_back();
            const Seat& seat = m_seats[i];
            const bool dynamic = !seat.in && seat.scheme && seat.layer != kNone;
            const std::size_t whole = seat.foldedInto != kNone ? seat.foldedInto : i;
            fate.between = in(i) && (m_seats[whole].kind == OpKind::Bridge || !m_seats[whole].floats.empty());
            fate.status = (in(i) && !fate.between) || dynamic ? Status::Quantized : Status::Kept;
            fate.reason = reasonOf(i, dynamic);
            if (!in(i) || whole == i) continue;
            fate.partOf = whole;
            if (nodes()[i].op == "Clip") m_out.ceilings[whole] = float(*boundOf(nodes()[i], 2, "max", kInfinity));
        }
    }
    std::string reasonOf(std::size_t i, bool dynamic) const {
        const Seat& seat = m_seats[i];
        const model::Node& node = nodes()[i];
        if (seat.foldedInto != kNone && in(i)) return "part of the " + nodes()[seat.foldedInto].op + " before it";
        if (!seat.floats.empty()) return "computes floats between codes: " + seat.floats;
        if (seat.in && seat.kind == OpKind::Bridge) return "computes floats between codes: ONNX Runtime has no integer kernel for " + node.op;
        if (dynamic) return "its input is quantized as it comes";
        if (seat.in && seat.layer != kNone && !hasIntegerKernel(m_schemes[seat.layer]))
            return "its operands are quantized; ONNX Runtime's integer kernels take 8 bits, weights by tensor or channel, alone";
        if (seat.in && seat.kind == OpKind::Product)
            return node.op == "Conv" || isWanted(i) ? "product of codes" : "product of codes that gives floats";
        if (seat.in && seat.kind == OpKind::Move) return "moves codes";
        if (seat.in) return "its operands are quantized";
        if (!seat.why.empty()) return seat.why;
        if (node.op == "Constant") return "a constant";
        if (node.subgraph != 0) return "stands in the body of an If, Loop or Scan, or in a function";
        if (node.op == "Softmax") return "few bits would lose its peaks";
        return "ONNX Runtime has no integer kernel for " + node.op;
    }

    const model::Model& m_model;
    std::span<const Scheme> m_schemes;
    std::vector<Seat> m_seats;
    std::unordered_map<std::string_view, std::size_t> m_constants, m_producers;
    std::unordered_map<std::string, std::vector<std::size_t>> m_readers, m_byValue;
    std::unordered_set<std::string_view> m_outputs;
    Placement m_out;
};

}  // namespace

const ActivationPoint* Placement::rootOf(const ActivationPoint& point) const {
    if (point.like.empty()) return &point;
    // Readers of one value may have schemes of their own: that of the same scheme comes first.
    const ActivationPoint* root = nullptr;
    for (const ActivationPoint& other : points) {
        if (other.value != point.like || !other.like.empty()) continue;
        if (other.scheme == point.scheme) return &other;
        if (!root) root = &other;
    }
    return root;
}

const ActivationPoint* Placement::pointOf(const std::string& value, std::size_t node) const {
    const ActivationPoint* found = nullptr;
    for (const ActivationPoint& point : points)
        if (point.value == value &&
            (point.readers.empty() || std::find(point.readers.begin(), point.readers.end(), node) != point.readers.end()))
            found = &point;
    return found;
}

Placement place(const model::Model& model, std::span<const schemes::Scheme> schemes) {
    return Placer(model, schemes).run();
}

}  // namespace roundoff::analysis
