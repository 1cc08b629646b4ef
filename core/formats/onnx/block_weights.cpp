#include "core/formats/onnx/block_weights.h"

#include <fmt/format.h>

namespace roundoff::formats::onnx {
namespace {

using tensor::ElementType;

/// Above any real size, and small enough that products of two do not overflow.
constexpr std::int64_t kMaxSize = std::int64_t{1} << 31;

tl::unexpected<Error> refuse(const ::onnx::NodeProto& node, std::string what) {
    return badInput(fmt::format("node '{}' ({})", node.name(), node.op_type()), std::move(what),
                    "Quantize the model again");
}

std::optional<std::size_t> constantAt(const ::onnx::NodeProto& node, int slot, int scope, const Names& names) {
    const Definition* found = names.find(scope, inputOf(node, slot));
    if (!found || found->tensor < 0) return std::nullopt;
    return std::size_t(found->tensor);
}

std::int64_t ceiling(std::int64_t a, std::int64_t b) {
    return (a + b - 1) / b;
}
std::uint64_t elements(const model::Tensor& tensor) {
    return tensor::elementCount(tensor.shape).value_or(0);
}

/// True for widths and block lengths that ONNX Runtime's operators know.
bool known(std::int64_t bits, std::int64_t block) {
    const bool powerOfTwo = block >= 16 && block <= 65536 && (block & (block - 1)) == 0;
    return (bits == 2 || bits == 4 || bits == 8) && powerOfTwo;
}

Result<std::optional<model::Layer>> matMulNBits(const ::onnx::NodeProto& node, int scope, const Names& names,
                                                const std::vector<model::Tensor>& tensors) {
    const auto codes = constantAt(node, 1, scope, names), scales = constantAt(node, 2, scope, names);
    const auto zeros = constantAt(node, 3, scope, names);
    if (!codes || !scales || (!inputOf(node, 3).empty() && !zeros)) return std::nullopt;
    const std::int64_t k = intAttribute(node, "K", 0), n = intAttribute(node, "N", 0);
    const std::int64_t bits = intAttribute(node, "bits", 4), block = intAttribute(node, "block_size", 0);
    if (k <= 0 || n <= 0 || k > kMaxSize || n > kMaxSize)
        return refuse(node, fmt::format("K = {} and N = {} make no matrix", k, n));
    if (!known(bits, block)) return refuse(node, fmt::format("{} bits in blocks of {} are not known", bits, block));
    const std::int64_t blocks = ceiling(k, block);
    if (tensors[*codes].type != ElementType::Uint8 ||
        tensors[*codes].bytes != std::uint64_t(n * blocks * (block * bits / 8)))
        return refuse(node, fmt::format("codes of shape {} do not fit K = {}, N = {}, {} bits in blocks of {}",
                                        tensor::text(tensors[*codes].shape), k, n, bits, block));
    if (elements(tensors[*scales]) != std::uint64_t(n * blocks))
        return refuse(node,
                      fmt::format("{} scales are needed, but {} are there", n * blocks, elements(tensors[*scales])));
    if (zeros) {
        const bool packed = tensors[*zeros].type == ElementType::Uint8;
        const std::int64_t needed = packed ? n * ceiling(blocks * bits, 8) : n * blocks;
        if (elements(tensors[*zeros]) != std::uint64_t(needed))
            return refuse(
                node, fmt::format("{} zero points are needed, but {} are there", needed, elements(tensors[*zeros])));
    }
    model::Layer layer;
    layer.weight = *codes;
    layer.shape = {k, n};
    layer.outputAxis = 1;
    layer.reductionAxis = 0;
    layer.stored = model::StoredQuantization{fmt::format("{}-bit groups of {} (MatMulNBits)", bits, block),
                                             *codes,
                                             scales,
                                             zeros,
                                             0,
                                             block,
                                             int(bits),
                                             true};
    return layer;
}

Result<std::optional<model::Layer>> gatherBlocks(const ::onnx::NodeProto& node, int scope, const Names& names,
                                                 const std::vector<model::Tensor>& tensors) {
    const auto codes = constantAt(node, 0, scope, names), scales = constantAt(node, 2, scope, names);
    const auto zeros = constantAt(node, 3, scope, names);
    if (!codes || !scales || (!inputOf(node, 3).empty() && !zeros)) return std::nullopt;
    const std::int64_t bits = intAttribute(node, "bits", 4), block = intAttribute(node, "block_size", 128);
    if (!known(bits, block)) return refuse(node, fmt::format("{} bits in blocks of {} are not known", bits, block));
    tensor::Shape shape = tensors[*codes].shape;
    if (shape.size() < 2) return refuse(node, "the table needs two axes");
    if (tensors[*codes].type == ElementType::Uint8) {
        if (shape.back() > kMaxSize) return refuse(node, "the table is too wide");
        shape.back() *= 8 / bits;
    }
    std::int64_t axis = intAttribute(node, "quantize_axis", 1);
    if (axis < 0) axis += std::int64_t(shape.size());
    if (axis < 0 || axis >= std::int64_t(shape.size())) return refuse(node, "quantize_axis is outside of the table");
    tensor::Shape expected = shape;
    expected[std::size_t(axis)] = ceiling(shape[std::size_t(axis)], block);
    if (tensors[*scales].shape != expected)
        return refuse(node, fmt::format("scales of shape {} do not fit a table of {}",
                                        tensor::text(tensors[*scales].shape), tensor::text(shape)));
    model::Layer layer;
    layer.weight = *codes;
    layer.shape = shape;
    layer.outputAxis = 0;
    layer.reductionAxis = int(shape.size()) - 1;
    layer.useInput = 0;
    layer.stored = model::StoredQuantization{fmt::format("{}-bit blocks of {} (GatherBlockQuantized)", bits, block),
                                             *codes,
                                             scales,
                                             zeros,
                                             int(axis),
                                             block,
                                             int(bits),
                                             false};
    return layer;
}

}  // namespace

Result<std::optional<model::Layer>> blockWeight(const ::onnx::NodeProto& node, int scope, const Names& names,
                                                const std::vector<model::Tensor>& tensors) {
    if (node.domain() != "com.microsoft") return std::nullopt;
    if (node.op_type() == "MatMulNBits") return matMulNBits(node, scope, names, tensors);
    if (node.op_type() == "GatherBlockQuantized") return gatherBlocks(node, scope, names, tensors);
    return std::nullopt;
}

}  // namespace roundoff::formats::onnx
