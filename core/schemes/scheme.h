#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace roundoff::schemes {

/// Which elements share one scale.
struct Granularity {
    enum class Kind : std::uint8_t { Tensor, Channel, Group, Block, Token };
    Kind kind = Kind::Tensor;
    std::uint32_t rows = 0;     ///< Block only
    std::uint32_t columns = 0;  ///< Group: its length along the reduction axis; Block: columns
    bool operator==(const Granularity&) const = default;
};

enum class Symmetry : std::uint8_t { Symmetric, Asymmetric };

/// How the clipping range is found.
struct Range {
    enum class Rule : std::uint8_t { MinMax, Percentile, Mse, Kl, Std };
    Rule rule = Rule::MinMax;
    double percentile = 100;  ///< Percentile only: share of |x| kept, in per cent
    bool operator==(const Range&) const = default;
};

enum class Timing : std::uint8_t { Static, Dynamic };

/// How one tensor is quantized.
struct TensorScheme {
    std::string format = "float";  ///< word of the format registry: "int8", "fp8-e4m3"
    Granularity granularity;
    Symmetry symmetry = Symmetry::Symmetric;
    Range range;
    std::string algorithm = "rtn";      ///< weights only
    Timing timing = Timing::Static;     ///< activations only
    bool operator==(const TensorScheme&) const = default;
};

/// How a layer is quantized: its weight and, where wanted, its input. A value; its text form parses back.
struct Scheme {
    TensorScheme weight;
    std::optional<TensorScheme> activation;
    [[nodiscard]] bool isFloat() const { return weight.format == "float" && !activation; }
    bool operator==(const Scheme&) const = default;
};

/// `FORMAT[:option]...[/ACTIVATION[:option]...]`, options in any order. An unknown or contradictory word is a usage
/// error that names the word and lists what could stand there.
Result<Scheme> parseScheme(std::string_view text);
/// The canonical form, every default spelled out: "int8:channel:sym:minmax:rtn". parseScheme(text(s)) == s.
std::string text(const Scheme& scheme);
/// The shortest form that parses to the same scheme: "int8", "int4:g32:asym".
std::string shortText(const Scheme& scheme);

}  // namespace roundoff::schemes
