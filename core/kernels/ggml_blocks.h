#pragma once
#include <cstddef>

/// The block formats of llama.cpp (ggml): q8_0, q4_0, q4_1, q5_0, q5_1 and the K quants q4_k, q5_k, q6_k.
///
/// A block holds 32 or 256 consecutive elements and its own fp16 scale(s). The 32-blocks take their scale from the
/// extremes; the K quants search one for each 16 or 32 elements by weighted least squares over a few candidates, then
/// quantize those scales too. Bit for bit what ggml's reference quantizer writes without an importance matrix, and what
/// its decoder reads; float arithmetic without contraction, in ggml's order.
///
/// Where ggml's result is infinite or undefined, this is defined: NaN and -Inf count as the lowest finite element of
/// the block, +Inf as the highest (zeros where none is finite); an fp16 scale stops at 65504, and what lies beyond
/// saturates. So no input yields NaN or infinity. As in ggml a zero may come back as -0.
namespace roundoff::kernels::ggml {

enum class Type { Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K };

struct Layout {
    std::size_t elements, bytes;  ///< of a block
};
Layout layout(Type type);

/// `out` takes blocks * layout(type).bytes.
void quantize(Type type, const float* x, std::size_t blocks, std::byte* out);
/// Any bytes are blocks; an fp16 scale that is infinite or NaN yields such elements.
void dequantize(Type type, const std::byte* in, std::size_t blocks, float* y);
/// dequantize(quantize(x)) bit for bit, without forming bytes. y may be x.
void round(Type type, const float* x, std::size_t blocks, float* y);

namespace reference {
/// The obvious form, one element at a time.
void quantize(Type type, const float* x, std::size_t blocks, std::byte* out);
}  // namespace reference

}  // namespace roundoff::kernels::ggml
