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
    std::uint32_t rows = 0;     ///< Block: along the output axis
    std::uint32_t columns = 0;  ///< Group and Block: along the reduction axis
    bool operator==(const Granularity&) const = default;
};

/// Where zero lies and what the largest magnitude meets. With n bits, a = max|x| and m the element of that magnitude:
enum class Symmetry : std::uint8_t {
    Symmetric,        ///< "sym": s = a / (2^(n-1) - 1); the grid is odd and both ±a are met (ONNX Runtime's weights)
    SymmetricFull,    ///< "symfull": s = m / -2^(n-1), maybe negative, so m meets the lowest code (llama.cpp, MatMulNBits)
    SymmetricGptq,    ///< "symgptq": s = 2a / (2^n - 1); uses every code, and the largest element clips by half a step
    Asymmetric,       ///< "asym": [min, max] widened to hold 0, integer zero point (ONNX)
    AsymmetricFloat,  ///< "asymfloat": xq = min + q·s with s = (max - min) / (2^n - 1); 0 need not be met
};
/// True where the zero point is fixed, whatever the data.
constexpr bool isSymmetric(Symmetry symmetry) { return symmetry < Symmetry::Asymmetric; }

/// How the clipping range is found.
struct Range {
    enum class Rule : std::uint8_t { MinMax, Percentile, Mse, Kl, Std, Average };  ///< Average: activations only
    Rule rule = Rule::MinMax;
    double percentile = 100;  ///< Percentile only: share of |x| kept, in per cent
    bool operator==(const Range&) const = default;
};

enum class Timing : std::uint8_t { Static, Dynamic };

/// How one tensor is quantized.
struct TensorScheme {
    std::string format = "float";  ///< word of the format registry: "int8", "fp8-e4m3"
    std::string variant;           ///< one of the format's variants ("mu255", "es2"); empty where it has none
    Granularity granularity;
    Symmetry symmetry = Symmetry::Symmetric;
    bool powerOfTwoScale = false;  ///< "pot": scales are rounded to 2^round(log2 s), so that scaling is a shift
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

/// The words of the parts, as they stand in a scheme's text.
std::string word(const Granularity& granularity);
std::string word(Symmetry symmetry);
std::string word(const Range& range);
std::string word(Timing timing);

}  // namespace roundoff::schemes
