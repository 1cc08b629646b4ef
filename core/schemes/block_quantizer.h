#pragma once
#include <cstdint>
#include <vector>

#include "core/base/job.h"
#include "core/kernels/snap.h"
#include "core/schemes/number_format.h"
#include "core/schemes/scale_rule.h"
#include "core/schemes/tiling.h"

namespace roundoff::schemes {

/// Scales and zero points of consecutive blocks.
struct Parameters {
    std::uint64_t first = 0;    ///< scale index of element 0 of the vectors
    std::vector<float> scales;  ///< rounded to the scale type; never 0
    std::vector<float> zeros;   ///< codes, or with a float zero point values; empty where all are 0
    float norm = 1;             ///< see Placement
};

/// A tensor scheme bound to the tiling of one weight: finds ranges, makes scales of them, rounds elements.
/// Immutable; safe to use from any thread.
class BlockQuantizer {
public:
    BlockQuantizer(const TensorScheme& scheme, const Tiling& tiling, tensor::ElementType scaleType);

    [[nodiscard]] const Tiling& tiling() const { return m_tiling; }
    [[nodiscard]] const kernels::Grid& grid() const { return m_snapper.grid(); }

    /// Ranges of blocks, being found. `first` as in Parameters; low > high where no finite element was seen.
    struct Ranges {
        std::uint64_t first = 0;
        std::vector<float> low, high;
        void merge(const Ranges& other);
    };
    /// Untouched ranges of all blocks that elements [first, end) touch.
    [[nodiscard]] Ranges emptyRanges(std::uint64_t first, std::uint64_t end) const;
    /// Widens by elements [first, end); x points at element `first`.
    void widen(const float* x, std::uint64_t first, std::uint64_t end, Ranges& ranges) const;
    /// True where the range rule looks at more than minimum and maximum, so refine() must follow.
    [[nodiscard]] bool refines() const { return m_scheme.range.rule != Range::Rule::MinMax; }
    /// Narrows min–max ranges by the scheme's rule: narrow() in range_search.h says how. [first, end) must hold every
    /// element of the blocks in `ranges`.
    void refine(const float* x, std::uint64_t first, std::uint64_t end, Ranges& ranges, double tensorAbsmax,
                const Job& job) const;

    /// @param tensorAbsmax largest finite magnitude of the whole weight
    [[nodiscard]] Parameters parameters(const Ranges& ranges, double tensorAbsmax) const;

    /// Rounds one batch; x and y point at its first element. @returns the number of clipped elements.
    std::uint64_t snap(const Batch& batch, const float* x, float* y, const Parameters& parameters,
                       kernels::Snapper::Output output) const;
    /// Adds the error of the same rounding to `sums`. @param y gets the values where not nullptr
    /// @param allFinite promises that the batch holds neither NaN nor infinity
    std::uint64_t measure(const Batch& batch, const float* x, float* y, const Parameters& parameters, bool allFinite,
                          kernels::ErrorSums& sums) const;

    /// Set where blocks are encoded as a whole, with scales of their own: then only measure() applies.
    [[nodiscard]] std::optional<kernels::ggml::Type> blocks() const;

    /// True where the grid is learned from the weight: count() all of it, then learn(), before anything is rounded.
    [[nodiscard]] bool learns() const;
    /// Counts elements [first, end) by x / scale, in equal bins over the grid's extent; bins merge by addition.
    void count(const float* x, std::uint64_t first, std::uint64_t end, const Parameters& parameters,
               std::span<std::uint64_t> bins) const;
    static constexpr std::size_t kLearningBins = 4095;
    void learn(std::span<const std::uint64_t> bins);

private:
    TensorScheme m_scheme;
    Tiling m_tiling;
    ScaleMaker m_scales;
    kernels::Snapper m_snapper;
    double m_gaussianClip = 0;  ///< std alone
};

}  // namespace roundoff::schemes
