#include "core/schemes/families.h"

/// The block formats of llama.cpp, bit for bit as its reference quantizers write them without an importance matrix.
/// 32 elements with one fp16 scale d (and, for _1, a minimum m): q8_0, q5_0, q4_0: xq = d · q; q5_1, q4_1: xq = d · q + m.
/// 256 elements in sub-blocks whose scales (and minima) are quantized in turn, found by a weighted least-squares search:
/// q4_k, q5_k: xq = d · s · q - dmin · m, sub-blocks of 32, 6-bit s and m; q6_k: xq = d · s · q, sub-blocks of 16, 8-bit s.
/// Blocks lie along the reduction axis; where it is not the only one behind the output axis (convolutions), along all that
/// one output is made of. A block that the axis cuts short is filled up with zeros. Source: ggml, docs/gguf.md.
namespace roundoff::schemes {
namespace {

using kernels::ggml::Type;

/// The codes of one block, before scale and minimum.
template <int Low, int High>
kernels::Grid codes(const TensorScheme&) {
    return kernels::UniformGrid{Low, High};
}

NumberFormat make(const char* id, Type type, int bits, const char* title, const char* summary, const char* formula,
                  bool minimum, kernels::Grid (*grid)(const TensorScheme&)) {
    NumberFormat format;
    format.id = id;
    format.title = title;
    format.summary = summary;
    format.formula = formula;
    format.source = "ggml, docs/gguf.md";
    format.bits = bits;
    format.blocks = type;
    format.fixedGroup = std::uint32_t(kernels::ggml::layout(type).elements);
    format.scaleRule = ScaleRule::Own;
    format.scaleBits = int(kernels::ggml::layout(type).bytes) * 8 - bits * int(format.fixedGroup);
    format.defaults.format = id;
    format.defaults.granularity = {Granularity::Kind::Group, 0, format.fixedGroup};
    format.defaults.symmetry = minimum ? Symmetry::Asymmetric : Symmetry::Symmetric;
    format.granularities = {Granularity::Kind::Group};
    format.symmetries = {format.defaults.symmetry};
    format.ranges = {Range::Rule::MinMax};
    format.grid = grid;
    format.exactZero = !minimum;
    return format;
}

}  // namespace

Family ggmlBlocks() {
    const char* plain = "xq = d · q";
    const char* shifted = "xq = d · q + m";
    const char* searched = "xq = d · s · q - dmin · m";
    return {"ggml",
            "llama.cpp blocks",
            "What GGUF files hold: blocks with their own scales, run by llama.cpp and all that builds on it.",
            {make("q8_0", Type::Q8_0, 8, "Q8_0: 8 bits in blocks of 32", "8.5 bits a weight, hardly to be told from float16.",
                  plain, false, codes<-127, 127>),
             make("q6_k", Type::Q6_K, 6, "Q6_K: 6 bits in blocks of 256", "6.56 bits a weight, near lossless for language models.",
                  "xq = d · s · q", false, codes<-32, 31>),
             make("q5_k", Type::Q5_K, 5, "Q5_K: 5 bits in blocks of 256", "5.5 bits a weight, with quantized scales and minima.",
                  searched, true, codes<0, 31>),
             make("q5_1", Type::Q5_1, 5, "Q5_1: 5 bits and a minimum in blocks of 32", "6 bits a weight; Q5_K does as well with 5.5.",
                  shifted, true, codes<0, 31>),
             make("q5_0", Type::Q5_0, 5, "Q5_0: 5 bits in blocks of 32", "5.5 bits a weight, for rows that blocks of 256 do not divide.",
                  plain, false, codes<-16, 15>),
             make("q4_k", Type::Q4_K, 4, "Q4_K: 4 bits in blocks of 256", "4.5 bits a weight: the usual choice for language models.",
                  searched, true, codes<0, 15>),
             make("q4_1", Type::Q4_1, 4, "Q4_1: 4 bits and a minimum in blocks of 32", "5 bits a weight; Q4_K is better with 4.5.",
                  shifted, true, codes<0, 15>),
             make("q4_0", Type::Q4_0, 4, "Q4_0: 4 bits in blocks of 32", "4.5 bits a weight, the plainest and fastest to decode.",
                  plain, false, codes<-8, 7>)}};
}

}  // namespace roundoff::schemes
