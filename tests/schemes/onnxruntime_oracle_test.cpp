// ONNX Runtime's QuantizeLinear and DequantizeLinear as the oracle: codes and values, bit for bit, for every type that
// its CPU kernels have. Scales and zero points are ours, so only rounding, saturation and layout are compared. Left
// out, for ONNX Runtime 1.29 differs from the operators' definition there: NaN to a small float (stays NaN; here it
// takes the lowest code); to 2 bits, NaN and |x / scale| beyond 2^31 (wrap) and scales along the last axis (wrong
// codes); float16 to integers but in blocks (truncates instead of rounding), and to 16 bits.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "core/exports/packing.h"
#include "core/kernels/snap.h"
#include "core/runtime/session.h"
#include "core/schemes/number_format.h"
#include "core/schemes/quantized_tensor.h"
#include "core/tensor/convert.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/random.h"
#include "tests/support/temp_folder.h"

namespace roundoff::schemes {
namespace {

using tensor::ElementType;

constexpr float kInf = std::numeric_limits<float>::infinity();

std::string text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string written(ElementType type, std::span<const float> values) {
    std::vector<std::byte> bytes(tensor::storageBytes(type, values.size()).value());
    tensor::writeFloats(type, values, bytes);
    return text(bytes);
}

/// How a pair of operators is set up.
struct Pair {
    ElementType real = ElementType::Float32;  ///< of x and the scales
    ElementType code = ElementType::Int8;
    tensor::Shape shape, scaleShape;
    int axis = 0, block = 0;  ///< where scaleShape is not a scalar
};

struct Answer {
    std::string codes, values;  ///< as stored
};

/// Runs x → QuantizeLinear → codes → DequantizeLinear → values.
Answer ask(const Pair& pair, const std::string& x, const std::string& scales, const std::string& zeros) {
    std::vector<test::Attribute> attributes;
    if (!pair.scaleShape.empty()) attributes.emplace_back("axis", pair.axis);
    if (pair.block > 0) attributes.emplace_back("block_size", pair.block);
    test::GraphBuilder graph;
    graph.input("x", pair.real, pair.shape)
        .tensor(test::rawTensor("scale", pair.real, pair.scaleShape, scales))
        .tensor(test::rawTensor("zero", pair.code, pair.scaleShape, zeros))
        .node("QuantizeLinear", {"x", "scale", "zero"}, {"codes"}, attributes)
        .node("DequantizeLinear", {"codes", "scale", "zero"}, {"values"}, attributes)
        .output("codes", pair.code, pair.shape)
        .output("values", pair.real, pair.shape);
    const bool twoBits = tensor::bits(pair.code) == 2;
    const test::TempFolder folder;
    const auto path = folder.write("pair.onnx", test::onnxModel(graph, twoBits ? 25 : 21, twoBits ? 13 : 10));
    auto session = runtime::Session::open(path, {runtime::SessionOptions::Level::Faithful, 1, 1});
    if (!session) {
        ADD_FAILURE() << session.error().line();
        return {};
    }
    Job job;
    const auto* bytes = reinterpret_cast<const std::byte*>(x.data());
    auto out = session->run({{"x", pair.real, pair.shape, {bytes, bytes + x.size()}}}, job);
    if (!out) {
        ADD_FAILURE() << out.error().line();
        return {};
    }
    return {text((*out)[0].bytes), text((*out)[1].bytes)};
}

std::vector<const NumberFormat*> formats() {
    std::vector<const NumberFormat*> list;
    for (const auto& format : numberFormats())
        if (format.scaleRule == ScaleRule::Plain && format.storage != ElementType::Undefined &&
            tensor::bits(format.storage) == format.bits)
            list.push_back(&format);
    return list;
}

class OnnxRuntimeOracle : public testing::TestWithParam<const NumberFormat*> {
protected:
    const NumberFormat& format() const { return *GetParam(); }
    bool isInteger() const { return tensor::isInteger(format().storage); }
};
INSTANTIATE_TEST_SUITE_P(Types, OnnxRuntimeOracle, testing::ValuesIn(formats()), [](const auto& each) {
    std::string name = each.param->id;
    std::ranges::replace(name, '-', '_');
    return name;
});

TEST(OnnxRuntimeOracleTypes, AreAllThatItsKernelsHave) {
    EXPECT_EQ(formats().size(), 12U);  // 2, 4, 8, 16 bits with and without sign, four 8-bit floats
}

/// Where rounding can go wrong: ties, their neighbours, both ends and beyond, the smallest numbers, zeros.
std::vector<float> edges(float scale, int bits, bool isInteger) {
    std::vector<float> x{0.0F, -0.0F, 1e-45F, -1e-45F, 1e-39F, -1e-38F};
    if (bits > 2) x.insert(x.end(), {3.4e38F, -3.4e38F, kInf, -kInf});
    if (isInteger && bits > 2) x.push_back(std::numeric_limits<float>::quiet_NaN());
    const auto around = [&](double v) {
        const float at = float(v * scale);
        x.insert(x.end(), {at, std::nextafter(at, kInf), std::nextafter(at, -kInf), -at});
    };
    if (isInteger) {
        const int top = 1 << std::min(bits, 10);
        for (int i = -top; i <= top; ++i) around(i * 0.5);
        for (const double end : {32767.0, 32768.0, 65535.0, 65536.0, 2e9})
            for (const double step : {-0.5, 0.0, 0.5, 1.0}) around(end + step);
    } else {
        // Ties of every small float lie on multiples of a sixteenth of a power of two.
        for (int exponent = -20; exponent <= 17; ++exponent)
            for (int i = 16; i < 32; ++i) around(std::ldexp(i / 16.0, exponent));
    }
    return x;
}

TEST_P(OnnxRuntimeOracle, RoundsAndSaturatesAlike) {
    const int bits = format().bits;
    const bool isSigned = format().family != "uint";
    TensorScheme full = format().defaults;  // the asymmetric grid has every code
    if (isInteger()) full.symmetry = Symmetry::Asymmetric;
    const kernels::Snapper snapper(format().grid(full));
    const float lowest = isSigned ? -std::ldexp(1.0F, bits - 1) : 0;
    for (const float scale : {0.5F, 1.0F, 0.1F, 1.7e-3F, 7e8F, 1e-30F})
        for (const float share : {0.0F, 0.4F, 1.0F}) {
            if (!isInteger() && share > 0) continue;
            const float zero = isInteger() ? lowest + std::floor(share * (std::ldexp(1.0F, bits) - 1)) : 0;
            auto x = edges(scale, bits, isInteger());
            test::Random random(7);
            for (int i = 0; i < 500; ++i) x.push_back(float(random.gauss() * std::ldexp(scale, bits - 1)));
            std::vector<float> units(x.size()), values(x.size());
            using Output = kernels::Snapper::Output;
            snapper.snap(x.data(), units.data(), x.size(), {&scale, &zero, x.size(), false}, Output::Unit);
            snapper.snap(x.data(), values.data(), x.size(), {&scale, &zero, x.size(), false}, Output::Value);
            const Pair pair{ElementType::Float32, format().storage, {std::int64_t(x.size())}, {}};
            const std::int32_t stored = std::int32_t(zero);
            const auto answer = ask(pair, written(ElementType::Float32, x), written(ElementType::Float32, {&scale, 1}),
                                    text(exports::pack(format().storage, {&stored, 1})));
            ASSERT_EQ(answer.values.size(), x.size() * sizeof(float));
            std::vector<float> decoded(x.size());
            tensor::readFloats({format().storage, pair.shape, std::as_bytes(std::span<const char>(answer.codes))}, 0,
                               decoded);
            for (std::size_t i = 0; i < x.size(); ++i) {
                const float code = isInteger() ? units[i] + zero : units[i];
                ASSERT_EQ(std::bit_cast<std::uint32_t>(code), std::bit_cast<std::uint32_t>(decoded[i]))
                    << x[i] << " / " << scale << ": " << code << ", there " << decoded[i];
                float theirs;
                std::memcpy(&theirs, answer.values.data() + i * sizeof(float), sizeof theirs);
                ASSERT_EQ(std::bit_cast<std::uint32_t>(values[i]), std::bit_cast<std::uint32_t>(theirs))
                    << x[i] << " / " << scale;
            }
        }
}

/// A whole tensor at a granularity, with both operators set up from what quantize() found.
void compareTensor(const TensorScheme& scheme, ElementType real, const tensor::Shape& shape, int outputAxis,
                   int reductionAxis) {
    const NumberFormat& format = *findNumberFormat(scheme.format);
    const auto count = std::size_t(tensor::elementCount(shape).value());
    auto x = test::gaussian(count, 21);
    for (std::size_t i = 0; i < count; i += 7) x[i] = std::ldexp(x[i], int(i % 11) - 8);
    x[3] = 0.0F;
    x[4] = -0.0F;
    const std::string data = written(real, x);
    Job job;
    const auto ours =
        quantize({real, shape, std::as_bytes(std::span<const char>(data))}, outputAxis, reductionAxis, scheme, job);
    ASSERT_TRUE(ours) << ours.error().line();
    Pair pair{real, format.storage, shape, {}};
    if (scheme.granularity.kind == Granularity::Kind::Channel) {
        pair.scaleShape = {shape[std::size_t(outputAxis)]};
        pair.axis = outputAxis;
    } else if (scheme.granularity.kind == Granularity::Kind::Group) {
        pair.block = int(scheme.granularity.columns);
        pair.axis = reductionAxis;
        pair.scaleShape = shape;
        auto& blocked = pair.scaleShape[std::size_t(reductionAxis)];
        blocked = (blocked + pair.block - 1) / pair.block;
    }
    std::vector<std::int32_t> zeros = ours->zeroPoints;
    zeros.resize(ours->scales.size(), 0);
    const auto answer = ask(pair, data, written(real, ours->scales), text(exports::pack(format.storage, zeros)));
    EXPECT_TRUE(answer.codes == text(exports::pack(format.storage, std::span<const std::int16_t>(ours->codes))));
    std::vector<float> values(count);
    dequantize(*ours, 0, values);
    EXPECT_TRUE(answer.values == written(real, values));
}

TEST_P(OnnxRuntimeOracle, AgreesOnWholeTensors) {
    using Kind = Granularity::Kind;
    for (const ElementType real : {ElementType::Float32, ElementType::Float16})
        for (const Granularity& granularity :
             {Granularity{Kind::Tensor}, Granularity{Kind::Channel}, Granularity{Kind::Group, 0, 16}})
            for (const Symmetry symmetry : {Symmetry::Symmetric, Symmetry::Asymmetric}) {
                if (!isInteger() && symmetry == Symmetry::Asymmetric) continue;
                const bool half = real == ElementType::Float16, channel = granularity.kind == Kind::Channel;
                if (half && isInteger() && (granularity.kind != Kind::Group || format().bits == 16)) continue;
                TensorScheme scheme = format().defaults;
                scheme.granularity = granularity;
                scheme.symmetry = symmetry;
                SCOPED_TRACE(schemes::text({scheme, {}}) + (half ? " of float16" : ""));
                compareTensor(scheme, real, {9, 40}, 0, 1);                                     // [out, in]
                if (format().bits > 2 || !channel) compareTensor(scheme, real, {40, 9}, 1, 0);  // [in, out]
                compareTensor(scheme, real, {5, 24, 3}, 0, 1);  // a one-dimensional convolution
            }
}

}  // namespace
}  // namespace roundoff::schemes
