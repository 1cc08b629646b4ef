#pragma once
#include <map>
#include <string>
#include <vector>

#include "core/exports/activation_plan.h"
#include "core/exports/activation_record.h"
#include "core/exports/onnx_writer.h"

namespace roundoff::exports {

/// Nodes of the main graph by the value they give, and readers of a value.
struct GraphIndex {
    explicit GraphIndex(const model::Graph& graph);
    std::map<std::string, std::pair<std::size_t, std::size_t>> makers;  ///< node, slot
    std::map<std::string, std::size_t> readers;                        ///< how many input slots name the value
};

/// Writes what the targets with static activations share: scales, zero points, constants and biases as codes, the record.
class ActivationWriter {
public:
    ActivationWriter(OnnxWriter& writer, ActivationPlan plan);

    [[nodiscard]] const ActivationPlan& plan() const { return m_plan; }
    [[nodiscard]] const analysis::ActivationPoint& point(std::size_t index) const { return m_plan.placement.points[index]; }
    struct Names {
        std::string scale, zero;
    };
    /// Constants that hold a static point's scale and zero point, made when first asked for.
    const Names& names(std::size_t point);
    /// The codes of a constant operand.
    Result<std::string> constant(std::size_t point, Job& job);
    /// The codes of a bias; "" where it stays float.
    std::string bias(std::size_t index);
    /// Takes a bias that stays float out of its product: a node behind subtracts its negative. ONNX Runtime would else make
    /// int32 codes of it, which overflow. @param target what that node gives, where the product has the bias itself
    void moveBias(std::size_t index, const std::string& target);

    /// QuantizeLinear or DequantizeLinear with a point's scale and zero point.
    [[nodiscard]] formats::onnx::NodeSpec node(const std::string& op, std::size_t point, const std::string& input,
                                               const std::string& output, const std::string& domain);
    [[nodiscard]] const GraphIndex& graph() const { return m_index; }

    /// QuantizeLinear and DequantizeLinear around every static point and every bias; constants and biases are stored as codes.
    /// @param opset of the file
    Result<void> insertPairs(std::int64_t opset, Job& job);
    /// Removes constants that nobody reads as floats any more, and leaves the record in the file.
    void finish();

private:
    [[nodiscard]] std::vector<formats::onnx::NodeSpec> quantize(std::size_t point, const std::string& input,
                                                                const std::string& codes, const std::string& domain);
    [[nodiscard]] std::vector<formats::onnx::NodeSpec> dequantize(std::size_t point, const std::string& codes,
                                                                  const std::string& output, const std::string& domain);
    Result<void> insertPoint(std::size_t index, const std::string& domain, Job& job);
    void insertBias(std::size_t index, const std::string& domain);
    /// Lets the readers of a point read another value instead.
    void redirect(std::size_t point, const std::string& to);

    OnnxWriter& m_writer;
    ActivationPlan m_plan;
    std::vector<Names> m_names;
    std::map<std::string, std::string> m_before;  ///< value → the float value that its pair reads
    ActivationRecord m_record;
    GraphIndex m_index;
};

/// ONNX's type for the codes of an activation scheme.
tensor::ElementType storageOf(const schemes::TensorScheme& scheme);

}  // namespace roundoff::exports
