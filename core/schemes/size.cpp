#include "core/schemes/size.h"

#include "core/schemes/number_format.h"
#include "core/schemes/quantized_tensor.h"

namespace roundoff::schemes {

Result<std::uint64_t> weightBytes(const tensor::Shape& shape, int outputAxis, int reductionAxis, tensor::ElementType type,
                                  const TensorScheme& scheme) {
    const auto count = tensor::elementCount(shape);
    if (!count) return badInput("weight", "shape " + tensor::text(shape) + " is not a size");
    const NumberFormat* format = findNumberFormat(scheme.format);
    if (!format || !format->grid) {
        const auto bytes = tensor::storageBytes(type, *count);
        if (!bytes) return badInput("weight", "shape " + tensor::text(shape) + " is not a size");
        return *bytes;
    }
    const auto tiling = tilingOf(shape, outputAxis, reductionAxis, scheme);
    if (!tiling) return propagate(tiling);
    return quantizedBytes(scheme, *count, tiling->scales(), scaleTypeOf(type));
}

double nominalBits(const TensorScheme& scheme) {
    constexpr std::int64_t kSide = 4096;
    const auto bytes = weightBytes({kSide, kSide}, 0, 1, tensor::ElementType::Float32, scheme);
    return bytes ? 8.0 * double(*bytes) / double(kSide * kSide) : 0;
}

}  // namespace roundoff::schemes
