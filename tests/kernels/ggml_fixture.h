#pragma once
#include <cstddef>
#include <vector>

#include "core/kernels/ggml_blocks.h"

namespace roundoff::kernels::ggml {

inline constexpr Type kTypes[] = {Type::Q8_0, Type::Q4_0, Type::Q4_1, Type::Q5_0,
                                  Type::Q5_1, Type::Q4_K, Type::Q5_K, Type::Q6_K};
using Bytes = std::vector<std::byte>;
using Floats = std::vector<float>;

inline const char* nameOf(Type type) {
    constexpr const char* kNames[] = {"q8_0", "q4_0", "q4_1", "q5_0", "q5_1", "q4_k", "q5_k", "q6_k"};
    return kNames[std::size_t(type)];
}

template <class Quantize>
Bytes bytesOf(Type type, const Floats& x, Quantize quantizer) {
    const auto [elements, bytes] = layout(type);
    Bytes out(x.size() / elements * bytes);
    quantizer(type, x.data(), x.size() / elements, out.data());
    return out;
}
inline Bytes referenceBytes(Type type, const Floats& x) {
    return bytesOf(type, x, reference::quantize);
}

inline Floats decoded(Type type, const Bytes& in) {
    const auto [elements, bytes] = layout(type);
    Floats y(in.size() / bytes * elements);
    dequantize(type, in.data(), in.size() / bytes, y.data());
    return y;
}

}  // namespace roundoff::kernels::ggml
