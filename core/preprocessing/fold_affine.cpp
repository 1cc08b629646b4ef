#include <algorithm>
#include <map>

#include "core/preprocessing/affine.h"
#include "core/preprocessing/families.h"
#include "core/preprocessing/linear_node.h"

namespace roundoff::preprocessing {
namespace {

using formats::onnx::OnnxEdit;

/// Folds what scales and shifts by constants into the linear operators before and behind it.
class Folder {
public:
    Folder(const model::Model& model, OnnxEdit& edit) : m_model(model), m_edit(edit), m_view(model) {
        for (std::size_t i = 0; i < model.graph().nodes.size(); ++i)
            if (const auto linear = linearNode(m_view, edit, i)) m_linear.emplace(i, *linear);
    }

    /// Nodes behind a linear operator that `affineOf` knows.
    template <class AffineOf>
    void foldBehind(const AffineOf& affineOf) {
        for (const auto& [index, linear] : m_linear) {
            LinearChange change;
            std::vector<std::size_t> chain;
            std::string value = m_view.node(index).outputs.front();
            for (auto reader = m_view.onlyReader(value); reader; reader = m_view.onlyReader(value)) {
                const auto affine = affineOf(*reader, value, linear.out);
                if (!affine || (affine->moves() && !linear.takesBias)) break;
                change.after.then(*affine);
                if (!change.after.isFinite()) break;
                chain.push_back(*reader);
                value = m_view.node(*reader).outputs.front();
            }
            if (chain.empty() || !change.after.isFinite()) continue;
            change.output = value;
            m_changes[index] = change;
            m_gone.insert(m_gone.end(), chain.begin(), chain.end());
        }
    }

    /// One factor and one shift for all channels before linear operators, or one after the other.
    void foldBefore() {
        const auto& nodes = m_model.graph().nodes;
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            if (nodes[i].subgraph != 0 || nodes[i].inputs.empty()) continue;
            for (const std::string& input : nodes[i].inputs)
                if (!input.empty() && !taken(i) && !m_view.constant(input) && scalar(i, input)) foldChain(i, input);
        }
    }

    Result<std::size_t> finish() {
        for (const auto& [index, change] : m_changes)
            if (const auto done = rewrite(m_model, m_view, m_linear.at(index), change, m_edit); !done) return propagate(done);
        for (const std::size_t node : m_gone) m_edit.removeNode(node);
        return m_gone.size();
    }

    [[nodiscard]] const GraphView& view() const { return m_view; }

private:
    [[nodiscard]] bool taken(std::size_t node) const { return std::ranges::find(m_gone, node) != m_gone.end() || m_kept.contains(node); }
    [[nodiscard]] std::optional<Affine> scalar(std::size_t node, const std::string& value) const {
        // A constant with more dimensions than the value would give it more: those of no rank or one never do.
        const auto affine = arithmetic(m_view, node, value, {1, 0, 1});
        return affine && affine->isScalar() && affine->scale.front() != 0 ? affine : std::nullopt;
    }

    void foldChain(std::size_t first, const std::string& input) {
        Affine all;
        std::vector<std::size_t> chain;
        std::string value = input;
        for (std::optional<std::size_t> next = first; next && !taken(*next);) {
            const auto affine = scalar(*next, value);
            if (!affine) break;
            all.then(*affine);
            chain.push_back(*next);
            value = m_view.node(*next).outputs.front();
            next = m_view.onlyReader(value);
        }
        if (!all.isFinite()) return;
        const auto& readers = m_view.readers(value);
        const auto linear = [&](const GraphView::Reader& reader) { return reader.slot == 0 && m_linear.contains(reader.node); };
        const bool folds = !readers.empty() && !m_view.isOutput(value) && std::ranges::all_of(readers, linear);
        const double scale = all.scale.front(), shift = all.shift.front();
        const auto shiftable = [&](const GraphView::Reader& reader) {
            const LinearNode& at = m_linear.at(reader.node);
            return at.takesShift && at.takesBias;
        };
        if (folds && (shift == 0 || std::ranges::all_of(readers, shiftable))) {
            for (const auto& reader : readers) {
                m_changes[reader.node].before = all;
                m_changes[reader.node].input = input;
            }
            m_gone.insert(m_gone.end(), chain.begin(), chain.end());
        } else if (folds && scale != 1) {
            // Padding is not shifted: scale · x + shift = scale · (x + shift / scale), and the scale goes into the weights.
            for (const auto& reader : readers) m_changes[reader.node].before.scale = {scale};
            replace(chain, "", {"Add", shift / scale, all.rank}, input);
        } else if (chain.size() > 2 || (chain.size() == 2 && (scale == 1 || shift == 0))) {
            if (shift == 0)
                replace(chain, "", {"Mul", scale, all.rank}, input);
            else if (scale == 1)
                replace(chain, "", {"Add", shift, all.rank}, input);
            else
                replace(chain, "Mul", {"Add", shift, all.rank}, input, scale);
        }
    }

    struct Constant {
        const char* op;
        double number;
        std::size_t rank;
    };
    /// One node in the place of a chain's last, or two: the other in that of its first.
    void replace(const std::vector<std::size_t>& chain, const std::string& first, const Constant& last, std::string input,
                 double number = 0) {
        const auto put = [&](std::size_t node, const std::string& op, double value) {
            const std::string name = m_edit.freshName(m_view.node(node).outputs.front() + "_constant");
            const auto constant = float(value);
            const auto bytes = std::as_bytes(std::span(&constant, 1));
            m_edit.addTensor(name, tensor::ElementType::Float32, tensor::Shape(last.rank, 1), std::vector(bytes.begin(), bytes.end()));
            m_edit.changeOperator(node, op, "", {input, name}, m_view.node(node).outputs);
            m_kept.insert(node);
            input = m_view.node(node).outputs.front();
        };
        if (!first.empty()) put(chain.front(), first, number);
        put(chain.back(), last.op, last.number);
        for (const std::size_t node : chain)
            if (!m_kept.contains(node)) m_gone.push_back(node);
    }

    const model::Model& m_model;
    OnnxEdit& m_edit;
    GraphView m_view;
    std::map<std::size_t, LinearNode> m_linear;
    std::map<std::size_t, LinearChange> m_changes;
    std::vector<std::size_t> m_gone;
    std::unordered_set<std::size_t> m_kept;
};

}  // namespace

Step foldBatchNorm() {
    return {"fold-batch-norm", "Fold batch normalization",
            "Moves the scale and shift of a BatchNormalization into weight and bias of the Conv, ConvTranspose or Gemm before it",
            "batch normalizations folded into the weights before them",
            [](const model::Model& model, OnnxEdit& edit, Job&) -> Result<std::size_t> {
                Folder folder(model, edit);
                folder.foldBehind([&](std::size_t node, const std::string& value, const Channels& channels) {
                    return batchNorm(folder.view(), edit, node, value, channels);
                });
                return folder.finish();
            }};
}

Step foldScales() {
    return {"fold-scales", "Fold scales and shifts",
            "Moves factors and summands that are constants (Mul, Div, Add, Sub) into the weights before or behind them, "
            "and joins those that follow each other",
            "factors and summands folded into weights or joined",
            [](const model::Model& model, OnnxEdit& edit, Job&) -> Result<std::size_t> {
                Folder folder(model, edit);
                folder.foldBehind([&](std::size_t node, const std::string& value, const Channels& channels) {
                    return arithmetic(folder.view(), node, value, channels);
                });
                folder.foldBefore();
                return folder.finish();
            }};
}

}  // namespace roundoff::preprocessing
