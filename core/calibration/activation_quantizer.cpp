#include "core/calibration/activation_quantizer.h"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "core/kernels/ranges.h"

namespace roundoff::calibration {
namespace {

constexpr std::size_t kPiece = 1 << 16;
constexpr float kInf = std::numeric_limits<float>::infinity();

/// Calls body(first, count) for pieces of n, in parallel where that pays.
template <class Body>
void forPieces(std::size_t n, std::size_t piece, const Body& body) {
    const std::size_t pieces = (n + piece - 1) / piece;
    if (pieces < 2) return n > 0 ? body(0, n) : void();
    tbb::parallel_for(std::size_t(0), pieces, [&](std::size_t p) { body(p * piece, std::min(piece, n - p * piece)); });
}

}  // namespace

ActivationQuantizer::ActivationQuantizer(const schemes::TensorScheme& scheme, schemes::Scale scale)
    : m_scheme(scheme), m_scale(scale),
      m_maker(scheme, schemes::findNumberFormat(scheme.format)->grid(scheme), tensor::ElementType::Float32),
      m_snapper(schemes::findNumberFormat(scheme.format)->grid(scheme), m_maker.powersOfTwo()) {}

void ActivationQuantizer::round(const float* x, float* y, std::size_t n, schemes::Scale scale) const {
    m_snapper.snap(x, y, n, {&scale.scale, &scale.zero, std::max<std::size_t>(n, 1), false}, kernels::Snapper::Output::Value);
}

schemes::Scale ActivationQuantizer::scaleOf(const float* x, std::size_t n) const {
    const std::size_t pieces = (n + kPiece - 1) / kPiece;
    std::vector<float> low(pieces, kInf), high(pieces, -kInf);
    forPieces(n, kPiece, [&](std::size_t first, std::size_t count) {
        kernels::widenRuns(x + first, count, count, &low[first / kPiece], &high[first / kPiece]);
    });
    if (n == 0) return {};
    const float least = *std::ranges::min_element(low), most = *std::ranges::max_element(high);
    return m_maker.make(least, most, std::max(-double(least), double(most)));
}

void ActivationQuantizer::apply(const tensor::TensorView& value, std::span<float> out) const {
    const auto* x = reinterpret_cast<const float*>(value.bytes.data());
    float* y = out.data();
    if (m_scheme.granularity.kind == schemes::Granularity::Kind::Token && !value.shape.empty() && value.shape.back() > 0) {
        const auto width = std::size_t(value.shape.back()), rows = out.size() / width;
        const std::size_t together = std::max<std::size_t>(kPiece / width, 1);
        return forPieces(rows, together, [&](std::size_t first, std::size_t count) {
            for (std::size_t row = first; row < first + count; ++row)
                round(x + row * width, y + row * width, width, scaleOf(x + row * width, width));
        });
    }
    const schemes::Scale scale = m_scheme.timing == schemes::Timing::Static ? m_scale : scaleOf(x, out.size());
    forPieces(out.size(), kPiece, [&](std::size_t first, std::size_t count) { round(x + first, y + first, count, scale); });
}

}  // namespace roundoff::calibration
