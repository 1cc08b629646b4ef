#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace roundoff::exports {

/// What an exported file says of its quantized activations: parallel to the placement that follows from model and recipe.
/// Tensors are named as in the file.
struct ActivationRecord {
    struct Point {
        std::string value, scheme;
        float scale = 1, zero = 0;
        std::string scaleTensor, zeroTensor;  ///< empty where the scale is found as the model runs
        std::string codesTensor;              ///< of a constant operand, else empty
    };
    struct Bias {
        std::string bias;         ///< the float model's tensor
        std::string codesTensor;  ///< empty where it stays float
    };
    std::vector<Point> points;
    std::vector<Bias> biases;
};

std::string text(const ActivationRecord& record);
Result<ActivationRecord> parseActivations(std::string_view json, const std::string& where);

}  // namespace roundoff::exports
