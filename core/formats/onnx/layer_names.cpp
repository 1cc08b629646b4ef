#include "core/formats/onnx/layer_names.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace roundoff::formats::onnx {
namespace {

bool isDigits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return std::isdigit(static_cast<unsigned char>(c)); });
}

/// Names that exporters count up: "123", "onnx::MatMul_123", "val_12", "/layers.0/Constant_3_output_0".
bool isAnonymous(std::string_view name) {
    if (isDigits(name) || name.starts_with("onnx::")) return true;
    if (name.find("_output_") != std::string_view::npos) return true;
    if (name.substr(name.rfind('/') + 1).starts_with("Const")) return true;
    const auto underscore = name.rfind('_');
    if (underscore == std::string_view::npos || !isDigits(name.substr(underscore + 1))) return false;
    constexpr std::array<std::string_view, 8> kCounted{"val", "_val", "const", "tensor", "MatMul", "Gemm", "Conv", "t"};
    return std::find(kCounted.begin(), kCounted.end(), name.substr(0, underscore)) != kCounted.end();
}

std::string dotted(std::string_view path) {
    while (path.starts_with('/')) path.remove_prefix(1);
    std::string out(path);
    std::replace(out.begin(), out.end(), '/', '.');
    return out;
}

void dropEnd(std::string& name, std::string_view end) {
    if (name.size() > end.size() && name.ends_with(end)) name.resize(name.size() - end.size());
}

/// "…_Q4", "…_Q4G32": what ONNX Runtime's quantizer adds.
void dropBitSuffix(std::string& name) {
    const auto at = name.rfind("_Q");
    if (at != std::string::npos && at > 0 && at + 2 < name.size() &&
        std::isdigit(static_cast<unsigned char>(name[at + 2])))
        name.resize(at);
}

}  // namespace

std::string layerName(std::string_view tensor, std::string_view node, std::string_view op, std::string_view output,
                      std::string_view suffix) {
    if (!isAnonymous(tensor) || (node.empty() && output.empty())) {
        std::string name = dotted(tensor);
        dropBitSuffix(name);
        for (const std::string_view end : {":0", "_quantized", "_quant", ".qweight", ".weight", ".weights", "_weight",
                                           "_weights", ".w_0", ".kernel", ".MatMul"})
            dropEnd(name, end);
        return name.empty() ? std::string(op) : name;
    }
    std::string name = dotted(node.empty() ? output : node);
    dropEnd(name, ":0");
    dropEnd(name, '.' + std::string(op));
    if (name.empty()) name = op;
    return name.append(suffix);
}

}  // namespace roundoff::formats::onnx
