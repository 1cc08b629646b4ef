#include "core/kernels/ggml_blocks.h"

#include "core/kernels/ggml_codec.h"

namespace roundoff::kernels::ggml {

void quantize(Type type, const float* x, std::size_t blocks, std::byte* out) {
    // The 32-blocks search nothing: their reference is fast.
    if (layout(type).elements == 32) return reference::quantize(type, x, blocks, out);
    quantizeK(type, x, blocks, out);
}

void round(Type type, const float* x, std::size_t blocks, float* y) {
    if (layout(type).elements == 32) return roundPlain(type, x, blocks, y);
    roundK(type, x, blocks, y);
}

}  // namespace roundoff::kernels::ggml
