#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/exports/exported_fixture.h"
#include "tests/support/onnx_builder.h"
#include "tests/support/random.h"

namespace roundoff::exports {
namespace {

using tensor::ElementType, tensor::Shape;
using test::GraphBuilder;
using ::testing::Contains, ::testing::HasSubstr, ::testing::Not;

/// The targets that write integer operators themselves.
class IntegerExport : public ExportedTest {
protected:
    static GraphBuilder& weight(GraphBuilder& graph, const std::string& name, const Shape& shape, std::uint64_t seed, double size = 0.3) {
        return graph.floats(name, shape, test::gaussian(std::size_t(tensor::elementCount(shape).value()), seed, size));
    }
    model::Model write(GraphBuilder graph, const Shape& shape, const std::vector<std::string>& outputs, std::int64_t opset = 17) {
        graph.input("x", ElementType::Float32, shape);
        for (const auto& output : outputs) graph.outputOf(output, ElementType::Float32);
        ExportedTest::write(m_temporary.path() / "model.onnx", test::onnxModel(graph, opset));
        auto model = open(m_temporary.path() / "model.onnx");
        calibrate(model, "");
        return model;
    }
    std::vector<std::string> opsOfFile() {
        std::vector<std::string> ops;
        const model::Model file = open(m_out);
        for (const model::Node& node : file.graph().nodes) ops.push_back(node.op);
        return ops;
    }
    /// Of each node, in order.
    static std::string statuses(const Exported& exported) {
        std::string all;
        for (const auto& node : exported.nodes)
            all += (all.empty() ? "" : " ") + std::string(node.status == analysis::Status::Quantized ? "Quantized" : "Kept");
        return all;
    }
    std::vector<float> run(const std::filesystem::path& path) {
        auto session = runtime::Session::open(path, {runtime::SessionOptions::Level::All, 4, 1});
        EXPECT_TRUE(session) << session.error().line();
        std::vector<float> values;
        for (const auto& sample : m_samples) {
            const auto outputs = session->run(sample, m_job);
            EXPECT_TRUE(outputs) << outputs.error().line();
            for (const auto& output : *outputs) {
                const auto* floats = reinterpret_cast<const float*>(output.bytes.data());
                values.insert(values.end(), floats, floats + output.bytes.size() / 4);
            }
        }
        return values;
    }
    static double sqnr(const std::vector<float>& expected, const std::vector<float>& actual) {
        EXPECT_EQ(expected.size(), actual.size());
        double signal = 0, noise = 0;
        for (std::size_t i = 0; i < expected.size(); ++i) {
            signal += std::pow(expected[i], 2);
            noise += std::pow(expected[i] - actual[i], 2);
        }
        return 10 * std::log10(signal / noise);
    }
};

TEST_F(IntegerExport, OperatorsComputeWhatThePairsDo) {
    ASSERT_TRUE(make(digits(), "int8/uint8", "onnx-qdq"));
    const auto pairs = run(m_out);
    const auto exported = make(digits(), "int8/uint8", "onnx-qoperator");
    ASSERT_TRUE(exported) << exported.error().line();
    EXPECT_TRUE(exported->verification->ok());
    const auto ops = opsOfFile();
    EXPECT_EQ(std::count(ops.begin(), ops.end(), "QLinearConv"), 9);
    EXPECT_EQ(std::count(ops.begin(), ops.end(), "QuantizeLinear"), 1) << "one at the entrance";
    EXPECT_THAT(ops, Not(Contains("DequantizeLinear"))) << "QGemm gives floats";
    EXPECT_GT(sqnr(pairs, run(m_out)), 60);
}

TEST_F(IntegerExport, EveryKindOfOperatorIsRewritten) {
    GraphBuilder graph;
    for (int i = 0; i < 4; ++i) weight(graph, "w" + std::to_string(i), {4, 4, 1, 1}, std::uint64_t(i));
    weight(graph, "head", {16, 10}, 9).floats("b", {4}, {1, -1, 0.5F, 0}).floats("k", {}, {0.5F});
    weight(graph, "fc", {10, 6}, 10).floats("bfc", {6}, {1, 2, 3, -4, 5, 6}).ints("flat", {2}, {1, -1});
    const auto model = write(graph.node("Conv", {"x", "w0", "b"}, {"c0"})
                                 .node("LeakyRelu", {"c0"}, {"l"})
                                 .node("Conv", {"l", "w1"}, {"c1"})
                                 .node("Sigmoid", {"c1"}, {"s"})
                                 .node("Mul", {"c1", "s"}, {"silu"})
                                 .node("Mul", {"silu", "k"}, {"half"})
                                 .node("Add", {"half", "l"}, {"sum"})
                                 .node("Relu", {"sum"}, {"r"})
                                 .node("AveragePool", {"r"}, {"pool"}, {{"kernel_shape", std::vector<std::int64_t>{2, 2}}, {"strides", std::vector<std::int64_t>{2, 2}}})
                                 .node("Split", {"pool"}, {"p", "q"}, {{"axis", 1}})
                                 .node("Concat", {"q", "p"}, {"swapped"}, {{"axis", 1}})
                                 .node("Conv", {"swapped", "w2", "b"}, {"c2"})
                                 .node("MaxPool", {"c2"}, {"m"}, {{"kernel_shape", std::vector<std::int64_t>{2, 2}}, {"strides", std::vector<std::int64_t>{2, 2}}})
                                 .node("HardSigmoid", {"m"}, {"hard"})
                                 .node("Mul", {"m", "hard"}, {"gated"})
                                 .node("Conv", {"gated", "w3"}, {"c3"})
                                 .node("Reshape", {"c3", "flat"}, {"f"})
                                 .node("MatMul", {"f", "head"}, {"h"})
                                 .node("Relu", {"h"}, {"hr"})
                                 .node("Gemm", {"hr", "fc", "bfc"}, {"y"}),
                             {1, 4, 8, 8}, {"y"});
    const auto floats = run(m_temporary.path() / "model.onnx");
    for (const char* scheme : {"int8/uint8", "uint8:tensor/uint8", "int8/int8:asym"}) {
        ASSERT_TRUE(make(model, scheme, "onnx-qdq")) << scheme;
        const auto pairs = run(m_out);
        const auto exported = make(model, scheme, "onnx-qoperator");
        ASSERT_TRUE(exported) << exported.error().line();
        EXPECT_TRUE(exported->verification->ok());
        const auto ops = opsOfFile();
        for (const char* op : {"QLinearConv", "QLinearLeakyRelu", "QLinearSigmoid", "QLinearMul", "QLinearAdd", "QLinearAveragePool",
                               "QLinearConcat", "QLinearMatMul", "QGemm", "Split", "MaxPool", "Reshape"})
            EXPECT_THAT(ops, Contains(op)) << scheme;
        EXPECT_EQ(std::count(ops.begin(), ops.end(), "DequantizeLinear"), 1) << "before HardSigmoid";
        for (const char* op : {"Conv", "Relu", "Gemm", "MatMul"}) EXPECT_THAT(ops, Not(Contains(op))) << scheme;
        EXPECT_GT(sqnr(floats, run(m_out)), 20) << scheme;
        EXPECT_GT(sqnr(pairs, run(m_out)), 30) << scheme;
    }
}

TEST_F(IntegerExport, WhatNoOperatorTakesStaysFloatBetweenCodes) {
    GraphBuilder graph;
    weight(weight(weight(graph, "w0", {4, 4, 1, 1}, 1), "w1", {4, 4, 1, 1}, 2), "w2", {4, 4, 1, 1}, 3).floats("large", {4}, {1, 1, 1, 1});
    graph.floats("tiny", {4, 4, 1, 1}, std::vector<float>(16, 1e-30F)).floats("low", {}, {0}).floats("high", {}, {3});
    const auto model = write(graph.node("Conv", {"x", "w0"}, {"c0"})
                                 .node("Clip", {"c0", "low", "high"}, {"r"})
                                 .node("Conv", {"r", "tiny", "large"}, {"c1"})
                                 .node("Add", {"c0", "c1"}, {"sum"})
                                 .node("Conv", {"sum", "w2"}, {"y"}),
                             {1, 4, 8, 8}, {"y", "c0"});
    const auto exported = make(model, "int8/uint8", "onnx-qoperator");
    ASSERT_TRUE(exported) << exported.error().line();
    EXPECT_TRUE(exported->verification->ok());
    const auto ops = opsOfFile();
    EXPECT_EQ(std::count(ops.begin(), ops.end(), "Conv"), 1) << "the bias does not fit";
    EXPECT_EQ(std::count(ops.begin(), ops.end(), "Clip"), 1) << "c0 is an output";
    EXPECT_EQ(statuses(*exported), "Quantized Kept Kept Quantized Quantized") << "as they are carried out";
    EXPECT_GT(sqnr(run(m_temporary.path() / "model.onnx"), run(m_out)), 25);
    ASSERT_TRUE(make(model, "int8/uint8", "onnx-qdq"));
    EXPECT_GT(sqnr(run(m_temporary.path() / "model.onnx"), run(m_out)), 25) << "ONNX Runtime made codes of the bias";
}

TEST_F(IntegerExport, DynamicProductsFuseAndComeNearTheFloatModel) {
    GraphBuilder graph;
    weight(weight(weight(graph, "w", {16, 8}, 1), "g", {6, 8}, 2), "c", {6, 1, 3, 3}, 3).floats("b", {8}, std::vector<float>(8, 0.5F));
    weight(graph, "t", {4, 4, 2, 2}, 4).ints("flat", {2}, {4, 16}).ints("image", {4}, {1, 1, 4, 6}).floats("bg", {6}, {1, 2, 3, 4, 5, 6}).floats("bc", {6}, {1, -1, 2, -2, 3, -3});
    const auto model = write(graph.node("ConvTranspose", {"x", "t"}, {"up"}, {{"strides", std::vector<std::int64_t>{2, 2}}})
                                 .node("AveragePool", {"up"}, {"down"}, {{"kernel_shape", std::vector<std::int64_t>{4, 4}}, {"strides", std::vector<std::int64_t>{4, 4}}})
                                 .node("Reshape", {"down", "flat"}, {"f"})
                                 .node("MatMul", {"f", "w"}, {"m"})
                                 .node("Add", {"m", "b"}, {"a"})
                                 .node("Relu", {"a"}, {"r"})
                                 .node("Gemm", {"r", "g", "bg"}, {"h"}, {{"transB", 1}})
                                 .node("Reshape", {"h", "image"}, {"i"})
                                 .node("Conv", {"i", "c", "bc"}, {"y"}, {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}}),
                             {1, 4, 8, 8}, {"y"});
    const auto exported = make(model, "int8/uint8:dynamic", "onnx-dynamic");
    ASSERT_TRUE(exported) << exported.error().line();
    EXPECT_TRUE(exported->verification->ok());
    const auto ops = opsOfFile();
    EXPECT_EQ(std::count(ops.begin(), ops.end(), "DynamicQuantizeLinear"), 3);
    EXPECT_EQ(std::count(ops.begin(), ops.end(), "MatMulInteger"), 2);
    EXPECT_EQ(std::count(ops.begin(), ops.end(), "ConvInteger"), 1);
    const auto optimized = optimizedOps();
    EXPECT_EQ(std::count(optimized.begin(), optimized.end(), "DynamicQuantizeMatMul"), 2);
    EXPECT_GT(sqnr(run(m_temporary.path() / "model.onnx"), run(m_out)), 30);
    EXPECT_THAT(exported->notes, Contains(HasSubstr("its weight alone is quantized")));
}

TEST_F(IntegerExport, TokensGetScalesOfTheirOwn) {
    // Rows that differ by orders of magnitude, and some of zeros: one scale for all would lose the small ones.
    std::vector<float> sizes(32);
    for (std::size_t row = 0; row < 32; ++row) sizes[row] = row % 4 == 3 ? 0 : std::pow(10.0F, float(row % 4) * 2);
    for (const std::int64_t opset : {17, 18}) {
        GraphBuilder graph;
        weight(weight(graph, "w", {8, 8}, 1), "g", {6, 8}, 2).floats("b", {6}, {1, 2, 3, 4, 5, 6}).floats("c", {8}, std::vector<float>(8, 0.5F)).floats("sizes", {32, 1}, sizes).ints("rows", {2}, {32, 8});
        const auto model = write(graph.node("Reshape", {"x", "rows"}, {"f"})
                                     .node("Mul", {"f", "sizes"}, {"s"})
                                     .node("MatMul", {"s", "w"}, {"m"})
                                     .node("Add", {"m", "c"}, {"y"})
                                     .node("Gemm", {"s", "g", "b"}, {"z"}, {{"transB", 1}}),
                                 {1, 4, 8, 8}, {"y", "z"}, opset);
        const auto exported = make(model, "int8/int8:token", "onnx-dynamic");
        ASSERT_TRUE(exported) << exported.error().line();
        EXPECT_TRUE(exported->verification->ok());
        const auto ops = opsOfFile();
        EXPECT_EQ(std::count(ops.begin(), ops.end(), "MatMulInteger"), 2);
        EXPECT_EQ(std::count(ops.begin(), ops.end(), "Round"), 1) << "codes are made once for both products";
        const auto floats = run(m_temporary.path() / "model.onnx"), tokens = run(m_out);
        EXPECT_GT(sqnr(floats, tokens), 35);
        const auto row = [](const std::vector<float>& all, std::size_t i) {  // of y, which comes first
            return std::vector<float>(all.begin() + std::ptrdiff_t(i * 8), all.begin() + std::ptrdiff_t(i * 8 + 8));
        };
        for (std::size_t i = 0; i < 32; ++i)
            if (sizes[i] == 0)
                EXPECT_THAT(row(tokens, i), testing::Each(0.5F)) << i;
            else
                EXPECT_GT(sqnr(row(floats, i), row(tokens, i)), 25) << i;
    }
}

TEST_F(IntegerExport, ATensorsWeightsMayHaveAZeroPointAndAConvsChannelsNot) {
    const auto oneZero = make(digits(), "uint8:tensor/uint8:dynamic", "onnx-dynamic");
    ASSERT_TRUE(oneZero) << oneZero.error().line();
    EXPECT_THAT(opsOfFile(), Contains("ConvInteger"));
    const auto zeros = make(digits(), "uint8/uint8:dynamic", "onnx-dynamic");
    ASSERT_TRUE(zeros) << zeros.error().line();
    EXPECT_TRUE(zeros->verification->ok());
    EXPECT_THAT(opsOfFile(), Not(Contains("ConvInteger")));
    EXPECT_THAT(opsOfFile(), Contains("MatMulInteger"));
}

TEST_F(IntegerExport, AFlippedBitIsFound) {
    for (const auto& [scheme, target] : {std::pair{"int8/uint8:dynamic", "onnx-dynamic"}, std::pair{"int8/uint8", "onnx-qoperator"}}) {
        ASSERT_TRUE(make(digits(), scheme, target));
        const model::Model file = open(m_out);
        std::string bad = read(m_out);
        bad[file.tensors()[file.layers()[3].weight].offset] ^= 1;
        ExportedTest::write(m_out, bad);
        const auto proof = verify(digits(), m_out, {}, m_job);
        ASSERT_TRUE(proof) << proof.error().line();
        for (const Check& check : proof->checks) {
            if (check.name == "digest" || check.name == "weights bit for bit") {
                EXPECT_FALSE(check.ok) << check.name;
            }
        }
    }
}

TEST_F(IntegerExport, RefusalsSayWhatToTake) {
    struct Case {
        const char *scheme, *target, *words;
    };
    for (const auto& [scheme, target, words] :
         {Case{"int8/uint8", "onnx-dynamic", "uint8:dynamic"}, Case{"int8/int8:dynamic", "onnx-dynamic", "asymmetric uint8"},
          Case{"int8/uint8:token", "onnx-dynamic", "int8:token"}, Case{"int8/int8:token", "onnx-dynamic", "has no tokens"}, Case{"int4:g32/uint8:dynamic", "onnx-dynamic", "8-bit weights"},
          Case{"int8/uint8:dynamic", "onnx-qoperator", "onnx-dynamic"}, Case{"int8/int16", "onnx-qoperator", "8-bit"},
          Case{"int4/uint8", "onnx-qoperator", "8-bit weights"}, Case{"uint8/int8", "onnx-qoperator", "uint8/uint8"}}) {
        const auto exported = make(digits(), scheme, target);
        ASSERT_FALSE(exported) << scheme << target;
        EXPECT_EQ(exported.error().code, ErrorCode::Usage);
        EXPECT_THAT(exported.error().line(), HasSubstr(words));
        EXPECT_THAT(exported.error().line(), HasSubstr("--exclude"));
    }
}

TEST_F(IntegerExport, ProductsThatGiveFloatsKeepTheirRectifiers) {
    for (const char* product : {"Gemm", "MatMul"}) {
        for (const char* rectifier : {"Relu", "Clip"}) {
            for (const bool output : {true, false}) {
                GraphBuilder graph;
                weight(graph, "w", {16, 8}, 1, 1).floats("b", {8}, {1, -1, 2, -2, 3, -3, 4, -4}).floats("low", {}, {0}).floats("high", {}, {2});
                if (std::string(product) == "Gemm")
                    graph.node("Gemm", {"x", "w", "b"}, {"sum"}, {}, "fc");
                else
                    graph.node("MatMul", {"x", "w"}, {"m"}, {}, "fc").node("Add", {"m", "b"}, {"sum"}, {}, "bias");
                std::vector<std::string> inputs{"sum"};
                if (std::string(rectifier) == "Clip") inputs = {"sum", "low", "high"};
                graph.node(rectifier, inputs, {output ? "y" : "r"}, {}, "cut");
                if (!output) graph.node("Softmax", {"r"}, {"y"}, {}, "softmax");
                const auto model = write(graph, {4, 16}, {"y"});
                const auto expected = run(m_temporary.path() / "model.onnx");
                const auto made = make(model, "int8/uint8", "onnx-qoperator");
                ASSERT_TRUE(made) << made.error().line();
                EXPECT_THAT(opsOfFile(), Contains(rectifier)) << product;
                EXPECT_GT(sqnr(expected, run(m_out)), 25) << product << rectifier << output;
                for (const auto& node : made->nodes)
                    if (node.name == "cut") {
                        EXPECT_EQ(node.status, analysis::Status::Kept) << product << rectifier << output;
                    }
            }
        }
    }
}

/// Codes of a power of two reach beyond the highest value; attributes say where an old Clip cuts.
TEST_F(IntegerExport, ClipsCutWhereTheySay) {
    const auto convs = [](std::vector<std::string> bounds, std::vector<test::Attribute> attributes) {
        GraphBuilder graph;
        weight(weight(graph, "w", {4, 4, 1, 1}, 1, 3), "v", {4, 4, 1, 1}, 2).floats("low", {}, {0}).floats("high", {}, {6});
        bounds.insert(bounds.begin(), "a");
        return graph.node("Conv", {"x", "w"}, {"a"}, {}, "first").node("Clip", bounds, {"b"}, attributes, "cut").node("Conv", {"b", "v"}, {"y"}, {}, "second");
    };
    for (const bool old : {false, true}) {
        const auto graph = old ? convs({}, {{"min", 0.5F}, {"max", 3.0F}}) : convs({"low", "high"}, {});
        const auto model = write(graph, {1, 4, 8, 8}, {"y"}, old ? 10 : 17);
        const auto expected = run(m_temporary.path() / "model.onnx");
        for (const char* scheme : {"int8/uint8", "int8/uint8:pot"}) {
            ASSERT_TRUE(make(model, scheme, "onnx-qdq"));
            const auto pairs = run(m_out);
            EXPECT_GT(sqnr(expected, pairs), 25) << scheme;
            const auto made = make(model, scheme, "onnx-qoperator");
            ASSERT_TRUE(made) << made.error().line();
            EXPECT_TRUE(made->verification->ok());
            EXPECT_GT(sqnr(pairs, run(m_out)), 25) << scheme << old;
            const auto ops = opsOfFile();
            EXPECT_EQ(std::count(ops.begin(), ops.end(), "QLinearConv"), 2) << scheme << old;
            EXPECT_EQ(std::count(ops.begin(), ops.end(), "Clip"), old || std::string(scheme) != "int8/uint8" ? 1 : 0) << scheme << old;
        }
    }
}

TEST_F(IntegerExport, ABatchOfMatricesTakesOneScale) {
    GraphBuilder graph;
    weight(weight(graph, "w", {2, 16, 12}, 1), "v", {12, 6}, 2);
    graph.node("MatMul", {"x", "w"}, {"a"}, {}, "first").node("MatMul", {"a", "v"}, {"y"}, {}, "second");
    const auto model = write(graph, {2, 5, 16}, {"y"});
    const auto expected = run(m_temporary.path() / "model.onnx");
    for (const char* target : {"onnx-qdq", "onnx-qoperator"}) {
        for (const char* scheme : {"int8/uint8", "int8:tensor/uint8"}) {
            const auto made = make(model, scheme, target);
            ASSERT_TRUE(made) << target << made.error().line();
            EXPECT_GT(sqnr(expected, run(m_out)), 25) << target << scheme;
            ASSERT_EQ(made->nodes.size(), 2u);
            if (std::string(scheme) == "int8/uint8")
                EXPECT_THAT(made->nodes[0].reason, HasSubstr("take int8:tensor"));
            else
                EXPECT_EQ(made->nodes[0].status, analysis::Status::Quantized);
        }
    }
}

/// Two readers of one signed value, each with activations of its own: neither takes the other's scale.
TEST_F(IntegerExport, ReadersOfOneValueKeepTheirOwnScales) {
    GraphBuilder graph;
    weight(graph, "wq", {16, 16}, 1);
    weight(graph, "wk", {16, 16}, 2);
    graph.node("MatMul", {"x", "wq"}, {"q"}, {}, "q").node("MatMul", {"x", "wk"}, {"k"}, {}, "k");
    const auto model = write(graph, {4, 16}, {"q", "k"});
    const auto expected = run(m_temporary.path() / "model.onnx");
    for (const auto& [first, second] : {std::pair("int8/uint8", "int8/int8"), std::pair("int8/int8", "int8/uint8")}) {
        analysis::Recipe mixed = recipe(first);
        mixed.layers.emplace(model.layers().back().name, schemes::parseScheme(second).value());
        for (const char* target : {"onnx-qdq", "onnx-qoperator"}) {
            const auto made = make(model, mixed, target);
            ASSERT_TRUE(made) << target << made.error().line();
            EXPECT_GT(sqnr(expected, run(m_out)), 35) << first << target;
        }
    }
}

/// No kernel takes signed and unsigned codes at once: a layer between them stays float.
TEST_F(IntegerExport, NeighboursMayDifferInTheSignOfTheirCodes) {
    GraphBuilder graph;
    weight(weight(graph, "w", {4, 4, 1, 1}, 1), "v", {4, 4, 1, 1}, 2);
    graph.node("Conv", {"x", "w"}, {"a"}, {}, "first").node("Relu", {"a"}, {"r"}, {}, "relu").node("Conv", {"r", "v"}, {"y"}, {}, "second");
    const auto model = write(graph, {1, 4, 8, 8}, {"y"});
    const auto expected = run(m_temporary.path() / "model.onnx");
    for (const auto& [first, second] : {std::pair("int8/uint8", "int8/int8"), std::pair("int8/int8", "int8/uint8"), std::pair("int8/int8:asym", "uint8/uint8")}) {
        analysis::Recipe mixed = recipe(first);
        mixed.layers.emplace(model.layers().back().name, schemes::parseScheme(second).value());
        const auto made = make(model, mixed, "onnx-qoperator");
        ASSERT_TRUE(made) << first << made.error().line();
        EXPECT_GT(sqnr(expected, run(m_out)), 30) << first;
        const auto ops = opsOfFile();
        EXPECT_EQ(std::count(ops.begin(), ops.end(), "QLinearConv"), 1) << first;
        EXPECT_EQ(std::count(ops.begin(), ops.end(), "Conv"), 1) << first;
    }
}

/// What a status says is what ONNX Runtime does.
TEST_F(IntegerExport, ProductsCountAsQuantizedWhereAKernelComputesThem) {
    struct Case {
        Shape bias;
        float alpha;
        bool integer;
    };
    for (const auto& [bias, alpha, integer] : {Case{{8}, 1, true}, Case{{1, 8}, 1, true}, Case{{8}, 0.5F, false}, Case{{4, 1}, 1, false}, Case{{}, 0.5F, true}}) {
        GraphBuilder graph;
        weight(weight(weight(graph, "w", {16, 8}, 1), "v", {8, 8}, 2), "b", bias, 3);
        graph.node("Gemm", bias.empty() ? std::vector<std::string>{"x", "w"} : std::vector<std::string>{"x", "w", "b"}, {"a"}, {{"alpha", alpha}}, "first");
        graph.node("Gemm", {"a", "v"}, {"y"}, {}, "second");
        const auto model = write(graph, {4, 16}, {"y"});
        const auto expected = run(m_temporary.path() / "model.onnx");
        for (const char* target : {"onnx-qdq", "onnx-qoperator"}) {
            const auto made = make(model, "int8/uint8", target);
            ASSERT_TRUE(made) << target << made.error().line();
            EXPECT_TRUE(made->verification->ok()) << target;
            EXPECT_EQ(statuses(*made), integer ? "Quantized Quantized" : "Kept Quantized") << target << bias.size() << alpha;
            const auto ops = optimizedOps();
            EXPECT_EQ(std::count(ops.begin(), ops.end(), "QGemm"), integer ? 2 : 1) << target << bias.size() << alpha;
            EXPECT_GT(sqnr(expected, run(m_out)), 30) << target;
        }
    }
    for (const bool output : {true, false}) {
        GraphBuilder graph;
        weight(graph, "w", {16, 8}, 1);
        graph.node("MatMul", {"x", "w"}, {"a"}, {}, "product").node("Relu", {"a"}, {output ? "y" : "r"}, {}, "relu");
        if (!output) graph.node("Softmax", {"r"}, {"y"}, {}, "softmax");
        const auto made = make(write(graph, {4, 16}, {"y"}), "int8/uint8", "onnx-qdq");
        ASSERT_TRUE(made) << made.error().line();
        EXPECT_EQ(statuses(*made), output ? "Quantized Kept" : "Kept Kept Kept");
        const auto ops = optimizedOps();
        EXPECT_EQ(std::count(ops.begin(), ops.end(), "MatMulIntegerToFloat"), output ? 1 : 0);
    }
}

/// Codes of a bias that fit into 32 bits alone, but not with the product that they are added to.
TEST_F(IntegerExport, ABiasLeavesRoomForItsProduct) {
    auto values = test::gaussian(4 * 512, 5, 0.1);
    for (std::size_t i = 0; i < 512; ++i) values[i] = 1e-6F;
    const auto graph = [&](float bias) {
        GraphBuilder made;
        made.floats("w", {4, 512, 1, 1}, values).floats("b", {4}, {bias, 0.1F, -0.1F, 0.2F});
        weight(made, "v", {3, 4, 1, 1}, 3);
        return made.node("Conv", {"x", "w", "b"}, {"a"}, {}, "first").node("Conv", {"a", "v"}, {"y"}, {}, "second");
    };
    write(graph(0), {1, 512, 2, 2}, {"y"});
    const auto& seen = m_calibration->values.at("x");
    const float scale = parametersOf(seen, *schemes::parseScheme("int8/uint8")->activation).scale;
    for (const char* target : {"onnx-qdq", "onnx-qoperator"}) {
        const auto model = write(graph(2.1474e9F * scale * (1e-6F / 127)), {1, 512, 2, 2}, {"y"});
        const auto expected = run(m_temporary.path() / "model.onnx");
        const auto made = make(model, "int8/uint8", target);
        ASSERT_TRUE(made) << target << made.error().line();
        EXPECT_GT(sqnr(expected, run(m_out)), 25) << target;
        EXPECT_THAT(made->notes, Contains(HasSubstr("bias b stays float"))) << target;
    }
}

/// A bias whose codes overflow goes behind the product with the factor that Gemm gives it.
TEST_F(IntegerExport, AMovedBiasKeepsItsFactor) {
    auto values = test::gaussian(16 * 8, 5, 0.3);
    for (std::size_t row = 0; row < 16; ++row) values[row * 8 + 3] = 1e-12F;
    GraphBuilder graph;
    graph.floats("w", {16, 8}, values).floats("b", {8}, {5, -4, 3, 2, -6, 1, 7, -2});
    graph.node("Gemm", {"x", "w", "b"}, {"y"}, {{"beta", 0.5F}}, "gemm");
    const auto model = write(graph, {4, 16}, {"y"});
    const auto expected = run(m_temporary.path() / "model.onnx");
    for (const char* target : {"onnx-qdq", "onnx-qoperator"}) {
        const auto made = make(model, "int8/uint8", target);
        ASSERT_TRUE(made) << target << made.error().line();
        EXPECT_GT(sqnr(expected, run(m_out)), 35) << target;
    }
}

/// What computes between values cannot do so on codes; what knows no codes neither.
TEST_F(IntegerExport, MovesThatTakeNoCodesGetNumbers) {
    for (const char* op : {"Dropout", "linear", "cubic"}) {
        GraphBuilder graph;
        weight(graph, "w", {4, 3, 3, 3}, 6);
        weight(graph, "v", {4, 4, 1, 1}, 7);
        graph.node("Conv", {"x", "w"}, {"a"}, {}, "first");
        if (std::string(op) == "Dropout")
            graph.node("Dropout", {"a"}, {"b"}, {}, "between");
        else
            graph.floats("sizes", {4}, {1, 1, 2, 2}).node("Resize", {"a", "", "sizes"}, {"b"}, {{"mode", op}}, "between");
        graph.node("Conv", {"b", "v"}, {"y"}, {}, "second");
        const auto model = write(graph, {1, 3, 8, 8}, {"y"});
        const auto expected = run(m_temporary.path() / "model.onnx");
        const auto made = make(model, "int8/uint8", "onnx-qoperator");
        ASSERT_TRUE(made) << op << made.error().line();
        const double integer = sqnr(expected, run(m_out));
        ASSERT_TRUE(make(model, "int8/uint8", "onnx-qdq"));
        EXPECT_NEAR(integer, sqnr(expected, run(m_out)), 1.5) << op;
    }
}

/// The weight of two products, which a third node reads, too; and codes of a value before the first that reads them.
TEST_F(IntegerExport, WeightsThatOthersReadStayAndNodesStandInOrder) {
    GraphBuilder graph;
    weight(graph, "wa", {16, 16}, 8);
    weight(graph, "wb", {16, 16}, 9);
    graph.node("MatMul", {"x", "wa"}, {"a"}, {}, "a").node("Relu", {"a"}, {"s"}, {}, "s");
    graph.node("MatMul", {"s", "wb"}, {"b"}, {}, "b").node("MatMul", {"s", "wa"}, {"c"}, {}, "c");
    graph.node("ReduceMean", {"wa"}, {"m"}, {}, "mean").node("Add", {"c", "m"}, {"d"}, {}, "d");
    const auto model = write(graph, {4, 16}, {"b", "d"});
    const auto expected = run(m_temporary.path() / "model.onnx");
    for (const char* scheme : {"int8/uint8:dynamic", "int8/int8:token"}) {
        const auto made = make(model, scheme, "onnx-dynamic");
        ASSERT_TRUE(made) << scheme << made.error().line();
        EXPECT_GT(sqnr(expected, run(m_out)), 35) << scheme;
        std::set<std::string> known{"x", ""};
        const model::Model file = open(m_out);
        for (const model::Tensor& tensor : file.tensors()) known.insert(tensor.name);
        for (const model::Node& node : file.graph().nodes) {
            for (const std::string& input : node.inputs) EXPECT_TRUE(known.contains(input)) << scheme << ": " << input << " before it is made";
            known.insert(node.outputs.begin(), node.outputs.end());
        }
    }
}

}  // namespace
}  // namespace roundoff::exports
