#include "core/schemes/quantized_tensor.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "core/schemes/block_codec.h"
#include "core/schemes/block_quantizer.h"
#include "core/schemes/preparation.h"

namespace roundoff::schemes {
namespace {

constexpr std::uint64_t kRegion = 1 << 16;
constexpr std::size_t kPiece = 1 << 13;

/// Bit pattern of a value that a small float represents exactly.
std::int16_t encode(const kernels::FloatGrid& grid, float unit) {
    const int sign = std::signbit(unit) ? 1 << (grid.exponentBits + grid.mantissaBits) : 0;
    if (unit == 0) return std::int16_t(sign);
    const int exponent = std::max(std::ilogb(unit), 1 - grid.bias);
    const int significand = int(std::ldexp(std::abs(unit), grid.mantissaBits - exponent));
    // A subnormal lacks the hidden bit, which takes one off the exponent field by itself.
    return std::int16_t(sign + ((exponent + grid.bias - 1) << grid.mantissaBits) + significand);
}

float decode(const kernels::FloatGrid& grid, int code) {
    const int mantissa = code & ((1 << grid.mantissaBits) - 1);
    const int exponent = code >> grid.mantissaBits & ((1 << grid.exponentBits) - 1);
    const float magnitude = exponent == 0 ? std::ldexp(float(mantissa), 1 - grid.bias - grid.mantissaBits)
                                          : std::ldexp(float(mantissa + (1 << grid.mantissaBits)),
                                                       exponent - grid.bias - grid.mantissaBits);
    return (code >> (grid.mantissaBits + grid.exponentBits) & 1) ? -magnitude : magnitude;
}

/// Value at scale 1 of every code of a grid that is looked up; empty for a uniform one.
std::vector<float> codeTable(const kernels::Grid& grid) {
    std::vector<float> table;
    if (const auto* levels = std::get_if<kernels::LevelGrid>(&grid)) table = levels->levels;
    if (const auto* small = std::get_if<kernels::FloatGrid>(&grid))
        for (int code = 0; code < 1 << (1 + small->exponentBits + small->mantissaBits); ++code)
            table.push_back(decode(*small, code));
    return table;
}

void encodeBatch(const kernels::Grid& grid, const Batch& batch, const float* units, const Parameters& parameters,
                 std::int16_t* codes) {
    if (const auto* small = std::get_if<kernels::FloatGrid>(&grid)) {
        for (std::size_t i = 0; i < batch.count; ++i) codes[i] = encode(*small, units[i]);
    } else if (const auto* set = std::get_if<kernels::LevelGrid>(&grid)) {
        for (std::size_t i = 0; i < batch.count; ++i)
            codes[i] = std::int16_t(std::ranges::lower_bound(set->levels, units[i]) - set->levels.begin());
    } else {
        const bool shifted = std::get<kernels::UniformGrid>(grid).shifted;
        const std::size_t at = std::size_t(batch.scale - parameters.first);
        for (std::size_t i = 0; i < batch.count; ++i) {
            const std::size_t scale = at + (batch.columns ? i % batch.width : i / batch.width);
            const float zero = parameters.zeros.empty() || shifted ? 0.0F : parameters.zeros[scale];
            // Codes of uint16 above 32767 wrap; they are read back as uint16.
            codes[i] = std::int16_t(std::int32_t(units[i] + zero));
        }
    }
}

}  // namespace

tensor::ElementType scaleTypeOf(tensor::ElementType weight) {
    using enum tensor::ElementType;
    return weight == Float16 || weight == BFloat16 ? weight : Float32;
}

Result<QuantizedTensor> quantize(const tensor::TensorView& weight, int outputAxis, int reductionAxis,
                                 const TensorScheme& scheme, Job& job) {
    auto tiling = tilingOf(weight.shape, outputAxis, reductionAxis, scheme);
    if (!tiling) return propagate(tiling);
    BlockQuantizer quantizer(scheme, *tiling, scaleTypeOf(weight.type));
    const std::uint64_t count = weight.count();
    const auto boundaries = regionBoundaries({&*tiling, 1}, count, kRegion);
    const auto preparation = prepare(weight, {&quantizer, 1}, boundaries, job);
    if (!preparation) return propagate(preparation);

    QuantizedTensor result;
    result.scheme = scheme;
    result.shape = weight.shape;
    result.tiling = *tiling;
    if (const auto type = quantizer.blocks()) {
        result.blocks.resize(tiling->scales() * kernels::ggml::layout(*type).bytes);
        forEachStripe(boundaries.size() - 1, [&](std::size_t, std::size_t from, std::size_t to) {
            std::vector<float> buffer;
            for (std::size_t r = from; r < to && !job.cancelled(); ++r) {
                const auto x = floats(weight, boundaries[r], boundaries[r + 1], buffer);
                forEachBatch(*tiling, boundaries[r], boundaries[r + 1], std::size_t(-1), [&](const Batch& batch) {
                    quantizeBlocks(*type, batch, x.data() + (batch.first - boundaries[r]),
                                   result.blocks.data() + batch.scale * kernels::ggml::layout(*type).bytes);
                });
            }
        });
        if (job.cancelled()) return cancelled();
        return result;
    }
    result.codes.resize(count);
    result.scales.resize(tiling->scales(), 1.0F);
    if (quantizer.learns()) result.codebook = std::get<kernels::LevelGrid>(quantizer.grid()).levels;
    std::vector<float> zeros(tiling->scales(), 0.0F);
    std::atomic<bool> anyZero = false;
    const auto keep = [&](const Parameters& p) {
        std::ranges::copy(p.scales, result.scales.begin() + std::ptrdiff_t(p.first));
        std::ranges::copy(p.zeros, zeros.begin() + std::ptrdiff_t(p.first));
        if (std::ranges::any_of(p.zeros, [](float zero) { return zero != 0; })) anyZero = true;
    };
    const Parameters& global = preparation->parameters.front();
    if (!tiling->local() && count > 0) keep(global);
    forEachStripe(boundaries.size() - 1, [&](std::size_t, std::size_t from, std::size_t to) {
        std::vector<float> buffer, units(kPiece);
        for (std::size_t r = from; r < to && !job.cancelled(); ++r) {
            const auto x = floats(weight, boundaries[r], boundaries[r + 1], buffer);
            Parameters own;
            if (tiling->local()) {
                BlockQuantizer::Ranges ranges;
                own = localParameters(quantizer, x, boundaries[r], preparation->absmax(), ranges, job);
                keep(own);
            }
            const Parameters& parameters = tiling->local() ? own : global;
            forEachBatch(*tiling, boundaries[r], boundaries[r + 1], kPiece, [&](const Batch& batch) {
                quantizer.snap(batch, x.data() + (batch.first - boundaries[r]), units.data(), parameters,
                               kernels::Snapper::Output::Unit);
                encodeBatch(quantizer.grid(), batch, units.data(), parameters, result.codes.data() + batch.first);
            });
        }
    });
    if (job.cancelled()) return cancelled();
    if (scheme.symmetry == Symmetry::AsymmetricFloat) result.offsets = std::move(zeros);
    else if (anyZero) result.zeroPoints.assign(zeros.begin(), zeros.end());
    return result;
}

namespace {

/// Whole blocks around the wanted elements are decoded, then cut.
void dequantizeAround(const QuantizedTensor& tensor, kernels::ggml::Type type, std::uint64_t first, std::span<float> out) {
    const Tiling& t = tensor.tiling;
    const std::uint64_t slab = t.axis * t.inner, unit = t.block * t.inner;
    const auto start = [&](std::uint64_t element) { return element / slab * slab + element % slab / unit * unit; };
    std::vector<float> values;
    for (std::uint64_t at = first, end = first + out.size(); at < end;) {
        const std::uint64_t begin = start(at);
        std::uint64_t stop = begin;  // a piece of whole blocks
        while (stop < end && stop - begin < kPiece) stop = std::min(stop + unit, stop / slab * slab + slab);
        values.resize(std::size_t(stop - begin));
        forEachBatch(t, begin, stop, std::size_t(-1), [&](const Batch& batch) {
            dequantizeBlocks(type, batch, tensor.blocks.data() + batch.scale * kernels::ggml::layout(type).bytes,
                             values.data() + (batch.first - begin));
        });
        const std::uint64_t until = std::min(stop, end);
        std::copy(values.begin() + std::ptrdiff_t(at - begin), values.begin() + std::ptrdiff_t(until - begin),
                  out.begin() + std::ptrdiff_t(at - first));
        at = until;
    }
}

}  // namespace

void dequantize(const QuantizedTensor& tensor, std::uint64_t first, std::span<float> out) {
    const NumberFormat& format = *findNumberFormat(tensor.scheme.format);
    if (format.blocks) return dequantizeAround(tensor, *format.blocks, first, out);
    const auto table = tensor.codebook.empty() ? codeTable(format.grid(tensor.scheme)) : tensor.codebook;
    const bool wide = format.bits == 16 && format.storage == tensor::ElementType::Uint16;
    forEachBatch(tensor.tiling, first, first + out.size(), kPiece, [&](const Batch& batch) {
        for (std::size_t i = 0; i < batch.count; ++i) {
            const std::size_t scale = std::size_t(batch.scale) + (batch.columns ? i % batch.width : i / batch.width);
            const std::int16_t code = tensor.codes[batch.first + i];
            float unit;
            if (table.empty()) {
                const std::int32_t value = wide ? std::int32_t(std::uint16_t(code)) : code;
                unit = float(value - tensor.zeroPointOf(scale));
            } else {
                unit = table[std::uint16_t(code)];
            }
            const float value = unit * tensor.scales[scale];
            out[batch.first - first + i] = tensor.offsets.empty() ? value : value + tensor.offsets[scale];
        }
    });
}

}  // namespace roundoff::schemes
