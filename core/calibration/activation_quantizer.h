#pragma once
#include <span>

#include "core/kernels/snap.h"
#include "core/schemes/scale_rule.h"
#include "core/tensor/tensor_view.h"

namespace roundoff::calibration {

/// Rounds values as they come, as QuantizeLinear and DequantizeLinear would one after the other.
class ActivationQuantizer {
public:
    /// @param scale of a static scheme; a dynamic one finds its own at every call
    explicit ActivationQuantizer(const schemes::TensorScheme& scheme, schemes::Scale scale = {});
    /// Tokens are the rows along the last axis. Parts run in parallel; the result does not depend on how many.
    void apply(const tensor::TensorView& x, std::span<float> y) const;

private:
    void round(const float* x, float* y, std::size_t n, schemes::Scale scale) const;
    [[nodiscard]] schemes::Scale scaleOf(const float* x, std::size_t n) const;

    schemes::TensorScheme m_scheme;
    schemes::Scale m_scale;
    schemes::ScaleMaker m_maker;
    kernels::Snapper m_snapper;
};

}  // namespace roundoff::calibration
