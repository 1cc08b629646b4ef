// Models with what real ones have and the samples lack: half and double width, constants in nodes and branches, shared
// weights, old operator sets, recurrent layers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "core/base/random.h"
#include "core/calibration/calibration.h"
#include "core/exports/target.h"
#include "core/formats/format.h"
#include "core/runtime/session.h"
#include "core/tensor/convert.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/temp_folder.h"

namespace roundoff::exports {
namespace {

namespace fs = std::filesystem;
using tensor::ElementType;
using tensor::Shape;
using test::GraphBuilder;

std::string weight(const std::string& name, const Shape& shape, ElementType type = ElementType::Float32) {
    Random random(name.size() + shape.size());
    std::vector<double> values(tensor::elementCount(shape).value());
    for (double& value : values) value = 0.3 * random.normal();
    std::vector<std::byte> bytes(tensor::storageBytes(type, values.size()).value());
    tensor::writeNumbers(type, values, bytes);
    return test::rawTensor(name, type, shape, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

GraphBuilder matmul(std::int64_t k, std::int64_t n, ElementType type = ElementType::Float32) {
    return GraphBuilder()
        .node("MatMul", {"x", "fc.weight"}, {"y"}, {}, "fc")
        .tensor(weight("fc.weight", {k, n}, type))
        .input("x", type, {-1, k})
        .output("y", type, {-1, n});
}

class OddModel : public testing::Test {
protected:

    model::Model model(const std::string& bytes) {
        std::ofstream(m_folder / "in.onnx", std::ios::binary) << bytes;
        auto opened = formats::openModel(m_folder / "in.onnx", m_job);
        EXPECT_TRUE(opened) << opened.error().line();
        return opened.value();
    }
    Result<Exported> make(const model::Model& from, const std::string& scheme, const std::string& target) {
        analysis::Recipe recipe;
        recipe.standard = schemes::parseScheme(scheme).value();
        return exportModel(from, recipe, *findTarget(target), m_folder / "out.onnx", {}, m_job);
    }
    /// Exports, proves and runs under every scheme; the optimizer must not change more than activations' rounding does.
    void expectProven(const std::string& bytes, std::initializer_list<const char*> schemes,
                      const char* target = "onnx-qdq") {
        const model::Model from = model(bytes);
        for (const char* scheme : schemes) {
            const auto exported = make(from, scheme, target);
            ASSERT_TRUE(exported) << scheme << ": " << exported.error().line();
            EXPECT_TRUE(exported->verification->ok()) << scheme;
            const auto& outputs = exported->verification->outputs;
            ASSERT_EQ(outputs.size(), 2u);
            EXPECT_GT(outputs[0].sqnrDb, std::min(outputs[1].sqnrDb - 1, 30.0)) << scheme;
        }
    }
    [[nodiscard]] model::Model exported() { return formats::openModel(m_folder / "out.onnx", m_job).value(); }
    [[nodiscard]] static bool mentions(const Exported& exported, const std::string& words) {
        return std::any_of(exported.notes.begin(), exported.notes.end(),
                           [&](const std::string& note) { return note.find(words) != std::string::npos; });
    }

    test::TempFolder m_temporary;
    const fs::path m_folder = m_temporary.path();
    Job m_job;
};

TEST_F(OddModel, HalfWidthScalesAreHalfWidth) {
    const std::string bytes = onnxModel(matmul(64, 48, ElementType::Float16), 13);
    expectProven(bytes, {"int8", "uint4:g32:asym", "fp8-e5m2", "int8:tensor"});
    EXPECT_EQ(exported().info().opsets.at(""), 19) << "float16 scales came with opset 19";
    expectProven(bytes, {"int4:g32", "uint8:g16:asym"}, "onnx-matmulnbits");
    const model::Model out = exported();
    const auto scale = std::find_if(out.tensors().begin(), out.tensors().end(),
                                    [](const model::Tensor& tensor) { return tensor.name == "fc.weight_scale"; });
    ASSERT_NE(scale, out.tensors().end());
    EXPECT_EQ(scale->type, ElementType::Float16);
    expectProven(bytes, {"log5"}, "onnx-fakequant");
}

TEST_F(OddModel, DoubleWidthIsCastBack) {
    const std::string bytes = onnxModel(matmul(40, 24, ElementType::Float64), 13);
    expectProven(bytes, {"int8", "int4:g32"});
    expectProven(bytes, {"int3"}, "onnx-fakequant");
    const auto refused = make(model(bytes), "int4:g32", "onnx-matmulnbits");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().what.find("float64"), std::string::npos);
}

TEST_F(OddModel, BFloat16CannotRunAndSaysSo) {
    const auto refused = make(model(onnxModel(matmul(16, 8, ElementType::BFloat16), 13)), "int8", "onnx-qdq");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().what.find("the float model itself"), std::string::npos) << refused.error().line();
    EXPECT_FALSE(fs::exists(m_folder / "out.onnx"));
}

TEST_F(OddModel, WidthsThatFillNoBytes) {
    for (const std::int64_t n : {1, 3, 6, 7, 33})
        expectProven(onnxModel(matmul(33, n), 21), {"int2", "uint2:g16:asym", "int4:g32", "int8:tensor"});
    EXPECT_TRUE(mentions(make(model(onnxModel(matmul(33, 7), 21)), "int2", "onnx-qdq").value(), "stored as int4"));
    expectProven(onnxModel(matmul(33, 7), 9), {"int4:g16:asym", "uint8:g32:asym"}, "onnx-matmulnbits");
    EXPECT_EQ(exported().info().opsets.at(""), 9) << "MatMulNBits asks for no newer opset";
}

TEST_F(OddModel, OldOpsetsAreRaisedOnlyAsFarAsNeeded) {
    const std::string bytes = onnxModel(matmul(32, 16), 7, 3);
    for (const auto& [scheme, opset] : {std::pair{"int8:tensor", 10}, std::pair{"int8", 13}, std::pair{"fp8-e4m3", 19},
                                        std::pair{"int4", 21}, std::pair{"int2", 25}}) {
        expectProven(bytes, {scheme});
        EXPECT_EQ(exported().info().opsets.at(""), opset) << scheme;
    }
}

TEST_F(OddModel, OneDequantizerServesEveryUse) {
    const GraphBuilder graph = GraphBuilder()
                                   .node("Gather", {"embed.weight", "ids"}, {"e"}, {}, "embed")
                                   .node("Transpose", {"embed.weight"}, {"t"},
                                         {test::Attribute("perm", std::vector<std::int64_t>{1, 0})}, "turn")
                                   .node("MatMul", {"e", "t"}, {"y"}, {}, "head")
                                   .tensor(weight("embed.weight", {50, 32}))
                                   .input("ids", ElementType::Int64, {-1, -1})
                                   .output("y", ElementType::Float32, {-1, -1, 50});
    expectProven(onnxModel(graph, 13), {"int8", "int4:g32"});
    const model::Model out = exported();
    const auto& nodes = out.graph().nodes;
    EXPECT_EQ(std::count_if(nodes.begin(), nodes.end(), [](const auto& n) { return n.op == "DequantizeLinear"; }), 1);
    const GraphBuilder twice = GraphBuilder()
                                   .node("MatMul", {"x", "w"}, {"h"}, {}, "a")
                                   .node("MatMul", {"h", "w"}, {"y"}, {}, "b")
                                   .tensor(weight("w", {32, 32}))
                                   .input("x", ElementType::Float32, {-1, 32})
                                   .output("y", ElementType::Float32, {-1, 32});
    expectProven(onnxModel(twice, 13), {"int8", "int4:g32:asym"});
    expectProven(onnxModel(twice, 13), {"int4:g32:asym"}, "onnx-matmulnbits");
}

TEST_F(OddModel, WeightsInConstantNodesAndBranches) {
    const GraphBuilder constant = GraphBuilder()
                                      .constant("w", weight("value", {32, 16}))
                                      .node("MatMul", {"x", "w"}, {"y"}, {}, "fc")
                                      .input("x", ElementType::Float32, {-1, 32})
                                      .output("y", ElementType::Float32, {-1, 16});
    for (const char* target : {"onnx-qdq", "onnx-matmulnbits", "onnx-fakequant"})
        expectProven(onnxModel(constant, 9, 4), {"int4:g32", "int8:g32"}, target);
    const GraphBuilder yes = GraphBuilder()
                                 .node("MatMul", {"x", "yes.weight"}, {"a"}, {}, "yes")
                                 .tensor(weight("yes.weight", {32, 16}))
                                 .outputOf("a", ElementType::Float32);
    const GraphBuilder no = GraphBuilder()
                                .constant("w", weight("value", {32, 16}))
                                .node("MatMul", {"x", "w"}, {"b"}, {}, "no")
                                .outputOf("b", ElementType::Float32);
    const GraphBuilder branch = GraphBuilder()
                                    .node("If", {"c"}, {"y"},
                                          {test::Attribute::graph("then_branch", yes.bytes()),
                                           test::Attribute::graph("else_branch", no.bytes())},
                                          "choice")
                                    .input("x", ElementType::Float32, {-1, 32})
                                    .input("c", ElementType::Bool, {})
                                    .output("y", ElementType::Float32, {-1, 16});
    for (const char* target : {"onnx-qdq", "onnx-matmulnbits", "onnx-fakequant"})
        expectProven(onnxModel(branch, 13), {"int4:g32", "int8:g32"}, target);
}

TEST_F(OddModel, RecurrentAndTransposedLayers) {
    const GraphBuilder lstm =
        GraphBuilder()
            .node("LSTM", {"x", "W", "R"}, {"", "y"}, {test::Attribute("hidden_size", 16)}, "lstm")
            .tensor(weight("W", {1, 64, 24}))
            .tensor(weight("R", {1, 64, 16}))
            .input("x", ElementType::Float32, {-1, 1, 24})
            .output("y", ElementType::Float32, {1, 1, 16});
    expectProven(onnxModel(lstm, 11, 6), {"int8", "int8:tensor", "int4:g8"});
    const GraphBuilder up = GraphBuilder()
                                .node("ConvTranspose", {"x", "w"}, {"y"}, {test::Attribute("group", 2)}, "up")
                                .tensor(weight("w", {8, 6, 3, 3}))
                                .input("x", ElementType::Float32, {1, 8, 6, 6})
                                .output("y", ElementType::Float32, {1, 12, 8, 8});
    expectProven(onnxModel(up, 11, 6), {"int8", "uint8:g4:asym"});
}

/// A Resize that no newer opset can say: the file keeps its opset and takes ONNX Runtime's own operator.
TEST_F(OddModel, WhatCannotBeRaisedTakesMicrosoftsOperator) {
    const GraphBuilder graph = GraphBuilder()
                                   .node("Resize", {"x", "scales"}, {"r"}, {}, "resize")
                                   .node("Conv", {"r", "w"}, {"y"}, {}, "conv")
                                   .floats("scales", {4}, {1, 1, 2, 0.5F})
                                   .tensor(weight("w", {8, 3, 3, 3}))
                                   .input("x", ElementType::Float32, {1, 3, 8, 8})
                                   .output("y", ElementType::Float32, {1, 8, 14, 2});
    const model::Model from = model(onnxModel(graph, 10, 5));
    for (const char* scheme : {"int8", "uint4:asym", "int16"}) {
        const auto made = make(from, scheme, "onnx-qdq");
        ASSERT_TRUE(made) << scheme << made.error().line();
        EXPECT_TRUE(mentions(*made, "com.microsoft.DequantizeLinear"));
        EXPECT_EQ(exported().info().opsets.at(""), 10);
    }
    const auto refused = make(from, "int4:g2", "onnx-qdq");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().line().find("resize"), std::string::npos) << refused.error().line();
    EXPECT_NE(refused.error().where.find("layer w"), std::string::npos);
}

/// Opset 13 has no 16-bit QuantizeLinear, and a parameter keeps the function from being raised.
TEST_F(OddModel, WideActivationsTakeMicrosoftsOperatorsWhereTheOpsetStays) {
    const GraphBuilder body = GraphBuilder().node("ReduceMean", {"a"}, {"b"}, {test::Attribute::parameter("axes", 7)});
    const GraphBuilder graph = GraphBuilder()
                                   .node("Conv", {"x", "w"}, {"c"}, {}, "first")
                                   .node("Mean", {"c"}, {"m"}, {{"axes", std::vector<std::int64_t>{2, 3}}}, "mean", "my.domain")
                                   .node("Conv", {"m", "v"}, {"y"}, {}, "second")
                                   .tensor(weight("w", {4, 3, 3, 3}))
                                   .tensor(weight("v", {4, 4, 1, 1}))
                                   .input("x", ElementType::Float32, {1, 3, 8, 8})
                                   .output("y", ElementType::Float32, {1, 4, 1, 1});
    const model::Model from = model(test::onnxModel(graph.bytes(), 13, 8, test::functionField("Mean", {"a"}, {"b"}, body, 13, {"axes"})));
    analysis::Recipe recipe;
    recipe.standard = schemes::parseScheme("int8/int16").value();
    const auto values = calibratedValues(from, recipe, *findTarget("onnx-qdq"), {});
    ASSERT_TRUE(values) << values.error().line();
    auto ranges = calibration::calibrate(from, *values, {}, calibration::Detail::Histograms, m_job);
    ASSERT_TRUE(ranges) << ranges.error().line();
    ExportOptions options;
    options.calibration = std::make_shared<const calibration::Calibration>(std::move(*ranges));
    const auto made = exportModel(from, recipe, *findTarget("onnx-qdq"), m_folder / "out.onnx", options, m_job);
    ASSERT_TRUE(made) << made.error().line();
    EXPECT_TRUE(made->verification->ok());
    EXPECT_EQ(exported().info().opsets.at(""), 13);
    for (const OutputComparison& output : made->verification->outputs) EXPECT_GT(output.sqnrDb, 30);
}

TEST_F(OddModel, BrokenNumbersInTheWeightAreProvenToo) {
    const GraphBuilder graph = GraphBuilder()
                                   .node("MatMul", {"x", "w"}, {"y"}, {}, "fc")
                                   .floats("w", {2, 3}, {1, NAN, -2, INFINITY, 0.5F, -0.0F})
                                   .input("x", ElementType::Float32, {-1, 2})
                                   .output("y", ElementType::Float32, {-1, 3});
    expectProven(onnxModel(graph, 13), {"int8:tensor"});
}

}  // namespace
}  // namespace roundoff::exports
