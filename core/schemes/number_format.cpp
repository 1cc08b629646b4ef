#include "core/schemes/number_format.h"

namespace roundoff::schemes {

std::vector<double> levels(const TensorScheme& scheme) {
    const NumberFormat* format = findNumberFormat(scheme.format);
    std::vector<double> result;
    if (!format || !format->grid) return result;
    const kernels::Grid grid = format->grid(scheme);
    if (const auto* uniform = std::get_if<kernels::UniformGrid>(&grid)) {
        // Unsigned and symmetric: levels around the middle code.
        const int zero = uniform->low >= 0 && isSymmetric(scheme.symmetry) ? (uniform->high + 1) / 2 : 0;
        for (int q = uniform->low; q <= uniform->high; ++q) result.push_back(q - zero);
    } else if (const auto* set = std::get_if<kernels::LevelGrid>(&grid)) {
        result.assign(set->levels.begin(), set->levels.end());
    } else {
        result = kernels::valuesOf(std::get<kernels::FloatGrid>(grid));
    }
    return result;
}

std::uint64_t quantizedBytes(const TensorScheme& scheme, std::uint64_t count, std::uint64_t parameters,
                             tensor::ElementType scaleType) {
    const NumberFormat* format = findNumberFormat(scheme.format);
    const auto packed = [&](std::uint64_t n) { return (n * std::uint64_t(format->bits) + 7) / 8; };
    if (format->scaleRule == ScaleRule::One) return packed(count);
    if (format->blocks) return parameters * kernels::ggml::layout(*format->blocks).bytes;
    return packed(count) + parameters * std::uint64_t(format->scaleBits > 0 ? format->scaleBits : tensor::bits(scaleType)) / 8 +
           (scheme.symmetry == Symmetry::Asymmetric ? packed(parameters) : 0) +
           (scheme.symmetry == Symmetry::AsymmetricFloat ? parameters * std::uint64_t(tensor::bits(scaleType)) / 8 : 0) +
           (format->learn ? (std::uint64_t(1) << format->bits) * sizeof(float) : 0) +
           (format->scaleRule == ScaleRule::TwoLevel ? sizeof(float) : 0);
}

}  // namespace roundoff::schemes
