#include "core/exports/stored_weight.h"

#include <algorithm>

namespace roundoff::exports {
namespace {

Result<std::vector<float>> floatsOf(const model::Model& model, std::size_t tensor) {
    const auto data = model.data(tensor);
    if (!data) return propagate(data);
    std::vector<float> values(data->view.count());
    tensor::readFloats(data->view, 0, values);
    return values;
}

/// MatMulNBits' zero points as floats [N, blocks]: unpacked floats, or packed bytes, each column byte aligned.
Result<std::vector<float>> nbitsZeros(const model::Model& model, std::size_t tensor, std::uint64_t n,
                                      std::uint64_t blocks, int bits) {
    const auto data = model.data(tensor);
    if (!data) return propagate(data);
    std::vector<float> zeros(n * blocks);
    if (isFloat(data->view.type)) {
        if (data->view.count() != zeros.size())
            return badInput(model.tensors()[tensor].name, "the zero points do not fit the weight");
        tensor::readFloats(data->view, 0, zeros);
        return zeros;
    }
    const std::uint64_t row = (blocks * std::uint64_t(bits) + 7) / 8, perByte = std::uint64_t(8 / bits);
    if (data->view.bytes.size() != n * row)
        return badInput(model.tensors()[tensor].name, "the zero points do not fit the weight");
    for (std::uint64_t i = 0; i < zeros.size(); ++i) {
        const std::uint64_t b = i % blocks;
        const auto byte = std::to_integer<std::uint32_t>(data->view.bytes[i / blocks * row + b / perByte]);
        zeros[i] = float(byte >> (b % perByte * std::uint64_t(bits)) & ((1u << bits) - 1));
    }
    return zeros;
}

}  // namespace

Result<StoredWeight> StoredWeight::open(const model::Model& model, const model::Layer& layer) {
    const auto unfit = [&](std::string what) {
        return badInput(model.info().path + ", layer " + layer.name, std::move(what));
    };
    StoredWeight weight;
    weight.m_shape = layer.shape;
    const auto count = tensor::elementCount(layer.shape);
    if (!count) return unfit("the shape is not a size");
    weight.m_count = *count;
    const std::size_t source = layer.stored ? layer.stored->codes : layer.weight;
    auto values = model.data(source);
    if (!values) return propagate(values);
    weight.m_values = std::move(*values);
    if (!layer.stored) {
        if (weight.m_values.view.count() != *count) return unfit("the weight does not fit its shape");
        return weight;
    }
    const model::StoredQuantization& stored = *layer.stored;
    weight.m_quantized = true;
    weight.m_bits = stored.bits;
    if (!stored.scales) return unfit("there are no scales to read the codes with");
    auto scales = floatsOf(model, *stored.scales);
    if (!scales) return propagate(scales);
    weight.m_scales = std::move(*scales);

    std::uint64_t expected = 1;
    if (stored.nbits) {
        if (layer.shape.size() != 2 || stored.block <= 0 || (stored.bits != 2 && stored.bits != 4 && stored.bits != 8))
            return unfit("the weight is not of MatMulNBits' kind");
        weight.m_nbits = true;
        weight.m_axis = std::uint64_t(layer.shape[0]);
        weight.m_inner = std::uint64_t(layer.shape[1]);
        weight.m_block = std::uint64_t(stored.block);
        const std::uint64_t blocks = (weight.m_axis + weight.m_block - 1) / weight.m_block;
        expected = blocks * weight.m_inner;
        if (weight.m_values.view.bytes.size() != expected * weight.m_block * std::uint64_t(stored.bits) / 8)
            return unfit("the codes do not fit the weight");
    } else {
        if (weight.m_values.view.count() != *count) return unfit("the codes do not fit the weight");
        if (stored.axis >= int(layer.shape.size())) return unfit("the weight lacks the axis of its scales");
        if (stored.axis >= 0) {
            weight.m_axis = std::uint64_t(layer.shape[std::size_t(stored.axis)]);
            for (std::size_t i = std::size_t(stored.axis) + 1; i < layer.shape.size(); ++i)
                weight.m_inner *= std::uint64_t(layer.shape[i]);
            weight.m_blocked = stored.block > 0;
            weight.m_block = weight.m_blocked ? std::uint64_t(stored.block) : 1;
            const std::uint64_t blocks = (weight.m_axis + weight.m_block - 1) / weight.m_block;
            const std::uint64_t slab = std::max<std::uint64_t>(weight.m_axis * weight.m_inner, 1);
            expected = weight.m_blocked ? *count / slab * blocks * weight.m_inner : weight.m_axis;
        }
    }
    if (weight.m_scales.size() != expected) return unfit("the scales do not fit the weight");
    if (!stored.zeroPoints) {
        weight.m_zeros.assign(expected, stored.nbits ? float(1 << (stored.bits - 1)) : 0.0F);
        return weight;
    }
    auto zeros = stored.nbits ? nbitsZeros(model, *stored.zeroPoints, weight.m_inner,
                                           expected / std::max<std::uint64_t>(weight.m_inner, 1), stored.bits)
                              : floatsOf(model, *stored.zeroPoints);
    if (!zeros) return propagate(zeros);
    if (zeros->size() != expected) return unfit("the zero points do not fit the weight");
    weight.m_zeros = std::move(*zeros);
    return weight;
}

void StoredWeight::read(std::uint64_t first, std::span<float> out) const {
    if (!m_nbits) tensor::readFloats(m_values.view, first, out);
    if (!m_quantized) return;
    const std::uint64_t blocks = (m_axis + m_block - 1) / m_block;
    if (m_nbits) {
        const std::uint64_t column = blocks * m_block, perByte = std::uint64_t(8 / m_bits);
        for (std::size_t j = 0; j < out.size(); ++j) {
            const std::uint64_t k = (first + j) / m_inner, n = (first + j) % m_inner, at = n * column + k;
            const auto byte = std::to_integer<std::uint32_t>(m_values.view.bytes[at / perByte]);
            const auto code = byte >> (k % perByte * std::uint64_t(m_bits)) & ((1u << m_bits) - 1);
            const std::uint64_t scale = n * blocks + k / m_block;
            out[j] = (float(code) - m_zeros[scale]) * m_scales[scale];
        }
        return;
    }
    for (std::size_t j = 0; j < out.size(); ++j) {
        const std::uint64_t i = (first + j) % m_inner, a = (first + j) / m_inner % m_axis,
                            o = (first + j) / m_inner / m_axis;
        const std::uint64_t scale = m_scales.size() == 1 ? 0 : m_blocked ? (o * blocks + a / m_block) * m_inner + i : a;
        out[j] = (out[j] - m_zeros[scale]) * m_scales[scale];
    }
}

}  // namespace roundoff::exports
