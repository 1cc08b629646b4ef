#include "core/speed/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/speed/roofline.h"

namespace roundoff::speed {
namespace {

constexpr double kMuch = 0.1;      ///< share of the time that is worth naming
constexpr double kFewCalls = 5;    ///< a layer of fewer calls' time is small
constexpr std::array<std::string_view, 3> kProducts{"Conv", "Gemm", "MatMul"};

bool isProduct(std::string_view op) {
    return std::ranges::any_of(kProducts, [&](std::string_view product) { return op.find(product) != std::string_view::npos; });
}
/// Operators whose kernels compute with codes, by the names that ONNX Runtime gives them.
bool isInteger(std::string_view op) {
    return op.starts_with("QLinear") || op.starts_with("QGemm") || op.starts_with("QAttention") || op.find("Integer") != op.npos ||
           op.starts_with("DynamicQuantizeMatMul") || op.starts_with("MatMulNBits") || op.starts_with("QMoE");
}

bool lacksVnni(const std::string& cpu) {
    return (cpu.find("AVX") != std::string::npos || cpu.find("SSE") != std::string::npos) && cpu.find("VNNI") == std::string::npos;
}

std::string percent(double share) {
    return fmt::format("{:.0f} %", 100 * share);
}

std::string noVnni() {
    return "this processor has no VNNI: an integer product takes three instructions where a float one takes one";
}

}  // namespace

NodeSummary summarize(std::span<const runtime::NodeTime> nodes) {
    NodeSummary out;
    double most = -1;
    for (const runtime::NodeTime& node : nodes) {
        out.total += node.ms;
        if (node.op == "QuantizeLinear" || node.op == "DynamicQuantizeLinear") ++out.quantizers;
        if (node.op == "DequantizeLinear") ++out.dequantizers;
        if (node.op == "QuantizeLinear" || node.op == "DynamicQuantizeLinear" || node.op == "DequantizeLinear")
            out.converting += node.ms;
        if (!isProduct(node.op)) continue;
        out.products += node.ms;
        ++(isInteger(node.op) ? out.integerOps : out.floatOps);
        if (isInteger(node.op) && node.ms > most) {
            most = node.ms;
            out.integerOp = node.op;
        }
    }
    return out;
}

std::string whyNotFaster(const LayerTiming& layer, const std::string& op, const NodeSummary& nodes, const NodeSummary& floatNodes,
                         const Machine& machine, const std::string& cpu) {
    const Duel& duel = *layer.time;
    if (nodes.dequantizers > 0 && nodes.integerOps == 0 && floatNodes.products > 0 && nodes.products > 1.3 * floatNodes.products)
        return fmt::format("its weight is no constant behind DequantizeLinear, so ONNX Runtime cannot re-order it once: {} in float "
                           "takes {:.4f} ms instead of {:.4f} ms, and DequantizeLinear {} of the time",
                           op, nodes.products, floatNodes.products, percent(nodes.share()));
    if (nodes.dequantizers > 0 && nodes.integerOps == 0)
        return fmt::format("DequantizeLinear makes floats of the weight at every run, {} of its time, and {} computes in float: {}",
                           percent(nodes.share()), op,
                           layer.scheme.activation ? "ONNX Runtime does not fuse it here"
                                                   : "an integer kernel wants the activations quantized, too");
    if (nodes.integerOps == 0)
        return fmt::format("ONNX Runtime made floats of the weight when it loaded the model, so {} runs the same float kernel", op);
    if (machine.callMs > 0 && duel.floatMs.median < kFewCalls * machine.callMs)
        return fmt::format("too small: in float it takes {:.4f} ms, where a call alone takes {:.4f} ms", duel.floatMs.median,
                           machine.callMs);
    if (nodes.share() > kMuch)
        return fmt::format("{} computes with codes, but {} QuantizeLinear and {} DequantizeLinear around it take {} of the time",
                           nodes.integerOp, nodes.quantizers, nodes.dequantizers, percent(nodes.share()));
    const Roof roof = roofOf(layer.work, 32, 4, machine.gflops, machine.gigabytes);
    const std::string limit =
        layer.work.macs == 0 || roof.ms() > duel.floatMs.median  // the peaks were disturbed
            ? std::string()
            : fmt::format("; in float it is bound by {} here ({:.3f} ms of arithmetic, {:.3f} ms of memory at the machine's peaks)",
                          roof.bound(), roof.computeMs, roof.memoryMs);
    if (nodes.integerOp == "MatMulNBits")
        return (layer.target == "onnx-matmulnbits"
                    ? "MatMulNBits unpacks the weight at every run"
                    : "MatMulNBits, which ONNX Runtime makes of it at accuracy level 4, rounds its input to 8 bits and unpacks the "
                      "weight at every run") +
               limit;
    if (lacksVnni(cpu)) return noVnni() + limit;
    return fmt::format("{} of ONNX Runtime is no faster than the float kernel at this size{}", nodes.integerOp, limit);
}

std::string whyNotFaster(const Duel& duel, const NodeSummary& nodes, const NodeSummary& floatNodes, const Machine& machine,
                         const std::string& cpu) {
    if (nodes.integerOps == 0 && nodes.dequantizers == 0)
        return "ONNX Runtime made floats of all weights when it loaded the model: the same float kernels run";
    std::string out;
    if (nodes.quantizers + nodes.dequantizers > 0)
        out = fmt::format("{} QuantizeLinear and {} DequantizeLinear stayed in the optimized graph and take {} of the nodes' time; ",
                          nodes.quantizers, nodes.dequantizers, percent(nodes.share()));
    out += fmt::format("{} of {} products compute with codes", nodes.integerOps, nodes.integerOps + nodes.floatOps);
    const double others = nodes.total - nodes.converting;
    if (nodes.share() <= kMuch && floatNodes.total > 0)
        out += fmt::format("; all other nodes take {:.3f} ms where the float model's take {:.3f} ms", others, floatNodes.total);
    if (nodes.integerOps > 0 && lacksVnni(cpu)) return out + "; " + noVnni();
    if (machine.callMs > 0 && duel.floatMs.median < kFewCalls * machine.callMs) out += "; the model is small against a call's own cost";
    return out;
}

}  // namespace roundoff::speed
