#pragma once
#include <cstdint>
#include <span>

#include "core/base/result.h"
#include "core/model/model.h"

namespace roundoff::exports {

/// A layer's weight as float32, whatever way the file stores it: plain, or codes with scales and zero points. Reads
/// what the file says by itself, independent of the code that wrote it.
class StoredWeight {
public:
    /// Error where codes, scales and zero points do not fit each other.
    static Result<StoredWeight> open(const model::Model& model, const model::Layer& layer);

    [[nodiscard]] const tensor::Shape& shape() const { return m_shape; }
    [[nodiscard]] std::uint64_t count() const { return m_count; }
    /// Elements [first, first + out.size()) of the logical weight, row-major: (code - zero) * scale.
    void read(std::uint64_t first, std::span<float> out) const;

private:
    tensor::Shape m_shape;
    std::uint64_t m_count = 0;
    tensor::TensorData m_values;  // codes, or the weight itself
    std::vector<float> m_scales, m_zeros;
    bool m_quantized = false, m_nbits = false;
    int m_bits = 8;
    std::uint64_t m_axis = 1, m_inner = 1,
                  m_block = 1;  // element (o, a, i) has scale (o * blocks + a / block) * inner + i
    bool m_blocked = false;
};

}  // namespace roundoff::exports
