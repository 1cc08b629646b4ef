#include "core/formats/onnx/weight_slots.h"

namespace roundoff::formats::onnx {
namespace {

constexpr std::size_t kAnyRank = 64;

WeightSlot convolution(int slot) {
    return {slot, 3, kAnyRank, 0, 1};
}
/// [K, N] on the right of a product.
WeightSlot right(int slot, bool transposed = false) {
    return transposed ? WeightSlot{slot, 2, kAnyRank, -2, -1} : WeightSlot{slot, 2, kAnyRank, -1, -2};
}
/// [M, K] on its left.
WeightSlot left(int slot, bool transposed = false) {
    return transposed ? WeightSlot{slot, 2, kAnyRank, -1, -2} : WeightSlot{slot, 2, kAnyRank, -2, -1};
}
/// [directions, gates, input]
WeightSlot recurrent(int slot, const char* suffix) {
    return {slot, 3, 3, 1, 2, false, -1, -1, suffix};
}

WeightSlot integer(WeightSlot slot, int scale, int zero) {
    slot.integer = true;
    slot.scaleSlot = scale;
    slot.zeroSlot = zero;
    return slot;
}

std::vector<WeightSlot> standard(const ::onnx::NodeProto& node) {
    const std::string& op = node.op_type();
    if (op == "Conv") return {convolution(1)};
    if (op == "ConvTranspose") return {{1, 3, kAnyRank, 1, 0}};
    if (op == "MatMul") return {right(1), left(0)};
    if (op == "Gemm") {
        WeightSlot b = right(1, intAttribute(node, "transB", 0) != 0),
                   a = left(0, intAttribute(node, "transA", 0) != 0);
        b.maxRank = a.maxRank = 2;
        return {b, a};
    }
    if (op == "LSTM" || op == "GRU" || op == "RNN") return {recurrent(1, ".W"), recurrent(2, ".R")};
    if (op == "QLinearConv") return {integer(convolution(3), 4, 5)};
    if (op == "ConvInteger") return {integer(convolution(1), -1, 3)};
    if (op == "QLinearMatMul") return {integer(right(3), 4, 5)};
    if (op == "MatMulInteger") return {integer(right(1), -1, 3)};
    return {};
}

/// ONNX Runtime's own operators, as its optimizer and quantizer write them.
std::vector<WeightSlot> contributed(const ::onnx::NodeProto& node) {
    const std::string& op = node.op_type();
    if (op == "FusedConv") return {convolution(1)};
    if (op == "FusedMatMul" || op == "FusedGemm") return {right(1, intAttribute(node, "transB", 0) != 0)};
    if (op == "Attention") return {right(1)};
    if (op == "QAttention") return {integer(right(1), 4, 7)};
    if (op == "QGemm") return {integer(right(3, intAttribute(node, "transB", 0) != 0), 4, 5)};
    if (op == "DynamicQuantizeMatMul") return {integer(right(1), 2, 3)};
    if (op == "MatMulIntegerToFloat") return {integer(right(1), 3, 5)};
    if (op == "DynamicQuantizeLSTM") {  // [directions, input, gates], unlike LSTM
        WeightSlot w{1, 3, 3, 2, 1, true, 8, 9, ".W"}, r{2, 3, 3, 2, 1, true, 10, 11, ".R"};
        return {w, r};
    }
    return {};
}

}  // namespace

std::vector<WeightSlot> weightSlots(const ::onnx::NodeProto& node) {
    if (domainOf(node).empty()) return standard(node);
    return node.domain() == "com.microsoft" ? contributed(node) : std::vector<WeightSlot>{};
}

}  // namespace roundoff::formats::onnx
