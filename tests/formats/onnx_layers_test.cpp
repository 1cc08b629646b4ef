#include "tests/formats/onnx_fixture.h"

namespace roundoff::formats {
namespace {

using tensor::ElementType, tensor::Shape;
using test::Attribute, test::GraphBuilder, test::onnxModel, test::rawTensor;
using ::testing::ElementsAre, ::testing::HasSubstr;

class OnnxLayers : public OnnxTest {
protected:
    static std::string zeros(const std::string& name, ElementType type, const Shape& shape) {
        const auto count = tensor::elementCount(shape).value();
        return rawTensor(name, type, shape, std::string(std::size_t(*tensor::storageBytes(type, count)), '\0'));
    }
    /// The layers of a graph with input x.
    std::vector<model::Layer> layers(GraphBuilder graph) {
        graph.input("x", ElementType::Float32, {-1, -1});
        m_model = open(onnxModel(graph));
        return m_model.empty() ? std::vector<model::Layer>{} : m_model.layers();
    }
    /// The only layer.
    model::Layer layer(const GraphBuilder& graph) {
        const auto all = layers(graph);
        EXPECT_EQ(all.size(), 1u);
        return all.empty() ? model::Layer() : all[0];
    }
    static GraphBuilder weight(const Shape& shape, ElementType type = ElementType::Float32) {
        return GraphBuilder().tensor(zeros("w", type, shape));
    }
    model::Model m_model;
};

TEST_F(OnnxLayers, AxesFollowTheOperator) {
    struct Case {
        const char* op;
        Shape shape;
        std::vector<std::string> inputs;
        std::vector<Attribute> attributes;
        int output, reduction;
    };
    const std::vector<Case> cases{
        {"Conv", {8, 4, 3, 3}, {"x", "w"}, {}, 0, 1}, {"ConvTranspose", {4, 8, 3, 3}, {"x", "w"}, {}, 1, 0},
        {"Gemm", {4, 8}, {"x", "w"}, {}, 1, 0},       {"Gemm", {8, 4}, {"x", "w"}, {{"transB", 1}}, 0, 1},
        {"Gemm", {8, 4}, {"w", "x"}, {}, 0, 1},       {"MatMul", {4, 8}, {"x", "w"}, {}, 1, 0},
        {"MatMul", {2, 4, 8}, {"x", "w"}, {}, 2, 1},  {"MatMul", {8, 4}, {"w", "x"}, {}, 0, 1},
        {"Gather", {100, 8}, {"w", "x"}, {}, 0, 1},   {"LSTM", {1, 16, 4}, {"x", "w", "r"}, {}, 1, 2},
    };
    for (const Case& c : cases) {
        const model::Layer found =
            layer(weight(c.shape).node(c.op, c.inputs, {"y"}, c.attributes).node("Relu", {"y"}, {"z"}));
        EXPECT_EQ(found.op, c.op);
        EXPECT_EQ(found.outputAxis, c.output) << c.op;
        EXPECT_EQ(found.reductionAxis, c.reduction) << c.op;
        EXPECT_EQ(found.shape, c.shape);
        EXPECT_EQ(found.useInput, c.inputs[0] == "w" ? 0 : 1);
        EXPECT_EQ(found.parameters, *tensor::elementCount(c.shape));
        EXPECT_FALSE(found.stored);
    }
}

TEST_F(OnnxLayers, RecurrentNodesHaveTwo) {
    const auto found = layers(GraphBuilder()
                                  .tensor(zeros("onnx::LSTM_1", ElementType::Float32, {1, 16, 4}))
                                  .tensor(zeros("onnx::LSTM_2", ElementType::Float32, {1, 16, 4}))
                                  .node("LSTM", {"x", "onnx::LSTM_1", "onnx::LSTM_2"}, {"y"}, {}, "/rnn/LSTM"));
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].name, "rnn.W");
    EXPECT_EQ(found[1].name, "rnn.R");
    EXPECT_EQ(found[1].useInput, 2);
}

TEST_F(OnnxLayers, WhatIsNoWeightIsNoLayer) {
    EXPECT_TRUE(layers(weight({4}).node("MatMul", {"x", "w"}, {"y"})).empty()) << "a vector";
    EXPECT_TRUE(layers(weight({4, 4}, ElementType::Int64).node("MatMul", {"x", "w"}, {"y"})).empty()) << "integers";
    EXPECT_TRUE(layers(weight({4, 4}).node("Add", {"x", "w"}, {"y"})).empty()) << "another operator";
    EXPECT_TRUE(layers(weight({4, 4}).node("MatMul", {"x", "w"}, {"y"}, {}, "", "my.domain")).empty())
        << "another domain";
    EXPECT_TRUE(layers(weight({32, 1}).node("MatMul", {"w", "x"}, {"y"})).empty()) << "frequencies of positions";
    EXPECT_TRUE(layers(GraphBuilder().node("MatMul", {"x", "x"}, {"y"})).empty()) << "data times data";
    EXPECT_TRUE(layers(weight({9, 4}).ints("i", {1}, {3}).node("Gather", {"w", "i"}, {"y"})).empty())
        << "constant indices";
    EXPECT_TRUE(layers(weight({9, 4}).node("Gather", {"w", "x"}, {"y"}, {{"axis", 1}})).empty()) << "columns";
}

TEST_F(OnnxLayers, TablesOfRotaryPositionsAreNoEmbeddings) {
    GraphBuilder rotary = weight({100, 8});
    rotary.node("Gather", {"w", "x"}, {"cos"})
        .node("Unsqueeze", {"cos", "axes"}, {"c"})
        .node("Mul", {"data", "c"}, {"y"});
    EXPECT_TRUE(layers(rotary).empty());
    // Scaled word vectors are.
    GraphBuilder scaled = weight({100, 8});
    scaled.floats("scale", {}, {16}).node("Gather", {"w", "x"}, {"e"}).node("Mul", {"e", "scale"}, {"y"});
    EXPECT_EQ(layers(scaled).size(), 1u);
}

TEST_F(OnnxLayers, AxesAreThoseOfTheStoredTensor) {
    // A tied embedding: [words, width], turned for the output projection.
    const auto found = layer(weight({100, 8})
                                 .node("Gather", {"w", "ids"}, {"e"})
                                 .node("Relu", {"e"}, {"h"})
                                 .node("Transpose", {"w"}, {"t"}, {{"perm", std::vector<std::int64_t>{1, 0}}})
                                 .node("Cast", {"t"}, {"c"}, {{"to", 1}})
                                 .node("MatMul", {"h", "c"}, {"y"})
                                 .input("ids", ElementType::Int64, {-1}));
    EXPECT_EQ(found.op, "Gather");
    EXPECT_THAT(found.uses, ElementsAre(0, 4));
    const auto product = layer(weight({100, 8}).node("Transpose", {"w"}, {"t"}).node("MatMul", {"x", "t"}, {"y"}));
    EXPECT_EQ(product.outputAxis, 0);
    EXPECT_EQ(product.reductionAxis, 1);
    EXPECT_EQ(product.shape, (Shape{100, 8}));
}

TEST_F(OnnxLayers, HalfAndBrainFloatsAreWeightsToo) {
    for (const auto type : {ElementType::Float16, ElementType::BFloat16, ElementType::Float64})
        EXPECT_EQ(layers(weight({4, 8}, type).node("MatMul", {"x", "w"}, {"y"})).size(), 1u) << tensor::name(type);
}

TEST_F(OnnxLayers, QuantizedWeightsShowAsWhatTheyAre) {
    const auto dequantized = [&](ElementType type, const Shape& scales, std::vector<Attribute> attributes) {
        return layer(weight({8, 4}, type)
                         .tensor(zeros("s", ElementType::Float32, scales))
                         .tensor(zeros("z", type, scales))
                         .node("DequantizeLinear", {"w", "s", "z"}, {"d"}, attributes)
                         .node("MatMul", {"x", "d"}, {"y"}));
    };
    auto found = dequantized(ElementType::Int8, {}, {});
    ASSERT_TRUE(found.stored);
    EXPECT_EQ(found.stored->description, "int8 per tensor (DequantizeLinear)");
    EXPECT_EQ(found.stored->axis, -1);
    EXPECT_EQ(m_model.tensors()[found.stored->codes].name, "w");
    EXPECT_EQ(m_model.tensors()[*found.stored->scales].name, "s");
    EXPECT_EQ(m_model.tensors()[*found.stored->zeroPoints].name, "z");

    found = dequantized(ElementType::Uint8, {4}, {});
    EXPECT_EQ(found.stored->description, "uint8 per channel (DequantizeLinear)");
    EXPECT_EQ(found.stored->axis, 1);

    found = dequantized(ElementType::Int4, {4, 4}, {{"axis", 0}, {"block_size", 2}});
    EXPECT_EQ(found.stored->description, "int4 in blocks of 2 (DequantizeLinear)");
    EXPECT_EQ(found.stored->axis, 0);
    EXPECT_EQ(found.stored->block, 2);
    EXPECT_EQ(found.stored->bits, 4);
}

TEST_F(OnnxLayers, ATransposeMovesTheAxisOfTheScales) {
    const auto found = layer(weight({8, 4}, ElementType::Int8)
                                 .tensor(zeros("s", ElementType::Float32, {8}))
                                 .node("Transpose", {"w"}, {"t"})
                                 .node("DequantizeLinear", {"t", "s"}, {"d"}, {{"axis", 1}})
                                 .node("MatMul", {"x", "d"}, {"y"}));
    EXPECT_EQ(found.stored->axis, 0);
    EXPECT_EQ(found.outputAxis, 0);
    EXPECT_EQ(found.reductionAxis, 1);
}

TEST_F(OnnxLayers, ScalesThatDoNotFitAreRefused) {
    const std::string file = onnxModel(weight({8, 4}, ElementType::Int8)
                                           .tensor(zeros("s", ElementType::Float32, {3}))
                                           .node("DequantizeLinear", {"w", "s"}, {"d"}, {}, "dq")
                                           .node("MatMul", {"x", "d"}, {"y"}));
    EXPECT_EQ(refusal(file),
              "model.onnx: node 'dq': scales of shape 3 do not fit codes of shape 8 × 4. Quantize the model again.");
}

TEST_F(OnnxLayers, IntegerOperatorsBringTheirScales) {
    const auto convolution = layer(weight({8, 4, 3, 3}, ElementType::Int8)
                                       .tensor(zeros("s", ElementType::Float32, {8}))
                                       .tensor(zeros("z", ElementType::Int8, {8}))
                                       .node("QLinearConv", {"x", "xs", "xz", "w", "s", "z", "ys", "yz"}, {"y"}));
    EXPECT_EQ(convolution.stored->description, "int8 per channel (QLinearConv)");
    EXPECT_EQ(convolution.stored->axis, 0);
    const auto product = layer(weight({4, 8}, ElementType::Uint8).node("MatMulInteger", {"x", "w"}, {"y"}));
    EXPECT_EQ(product.stored->description, "uint8 per tensor (MatMulInteger)");
    EXPECT_FALSE(product.stored->scales);
    EXPECT_EQ(product.useInput, 1);
}

TEST_F(OnnxLayers, MatMulNBitsHasTheShapeOfItsProduct) {
    const auto graph = [&](std::int64_t n, const Shape& scales) {
        return GraphBuilder()
            .tensor(zeros("layers.0.q_proj.weight_Q4", ElementType::Uint8, {6, 3, 16}))
            .tensor(zeros("s", ElementType::Float32, scales))
            .tensor(zeros("z", ElementType::Uint8, {12}))
            .node("MatMulNBits", {"x", "layers.0.q_proj.weight_Q4", "s", "z"}, {"y"},
                  {{"K", 70}, {"N", n}, {"bits", 4}, {"block_size", 32}}, "q", "com.microsoft");
    };
    const auto found = layer(graph(6, {6, 3}));
    EXPECT_EQ(found.name, "layers.0.q_proj");
    EXPECT_EQ(found.shape, (Shape{70, 6}));
    EXPECT_EQ(found.parameters, 420u);
    EXPECT_EQ(found.outputAxis, 1);
    EXPECT_EQ(found.reductionAxis, 0);
    EXPECT_EQ(found.stored->description, "4-bit groups of 32 (MatMulNBits)");
    EXPECT_TRUE(found.stored->nbits);
    EXPECT_EQ(found.stored->block, 32);
    EXPECT_EQ(refusal(onnxModel(graph(6, {6, 2}))),
              "model.onnx: node 'q' (MatMulNBits): 18 scales are needed, but 12 are there. Quantize the model again.");
    EXPECT_THAT(refusal(onnxModel(graph(7, {7, 3}))), HasSubstr("codes of shape 6 × 3 × 16 do not fit K = 70, N = 7"));
    EXPECT_THAT(refusal(onnxModel(graph(std::int64_t{1} << 62, {6, 3}))), HasSubstr("make no matrix"));
}

TEST_F(OnnxLayers, PackedEmbeddingsUnfoldTheirShape) {
    const auto found =
        layer(GraphBuilder()
                  .tensor(zeros("w", ElementType::Uint8, {100, 32}))
                  .tensor(zeros("s", ElementType::Float32, {100, 2}))
                  .node("GatherBlockQuantized", {"w", "x", "s"}, {"y"}, {{"block_size", 32}}, "", "com.microsoft"));
    EXPECT_EQ(found.shape, (Shape{100, 64}));
    EXPECT_EQ(found.stored->axis, 1);
    EXPECT_EQ(found.stored->bits, 4);
}

TEST_F(OnnxLayers, TablesOfCodesAreDequantizedAfterTheyWereRead) {
    GraphBuilder graph = weight({100, 8}, ElementType::Uint8);
    graph.tensor(zeros("s", ElementType::Float32, {}))
        .node("Gather", {"w", "x"}, {"g"})
        .node("DequantizeLinear", {"g", "s"}, {"e"});
    const auto found = layer(graph.node("Relu", {"e"}, {"y"}));
    EXPECT_EQ(found.op, "Gather");
    EXPECT_EQ(found.stored->description, "uint8 per tensor (DequantizeLinear)");
    EXPECT_EQ(m_model.tensors()[*found.stored->scales].name, "s");
    // A table of numbers that stay integers is arithmetic.
    EXPECT_TRUE(layers(weight({100, 8}, ElementType::Uint8).node("Gather", {"w", "x"}, {"y"})).empty());
}

TEST_F(OnnxLayers, NamesAreReadable) {
    const auto named = [&](const std::string& tensor, const std::string& node) {
        return layer(GraphBuilder()
                         .tensor(zeros(tensor, ElementType::Float32, {4, 4}))
                         .node("MatMul", {"x", tensor}, {"out/y:0"}, {}, node))
            .name;
    };
    EXPECT_EQ(named("layers.0.attn.q_proj.weight", "/n/MatMul"), "layers.0.attn.q_proj");
    EXPECT_EQ(named("model/dense/kernel:0", ""), "model.dense");
    EXPECT_EQ(named("conv2d_10.w_0", "p"), "conv2d_10");
    EXPECT_EQ(named("onnx::MatMul_123", "/model/layers.0/q_proj/MatMul"), "model.layers.0.q_proj");
    EXPECT_EQ(named("onnx::MatMul_123", "/fc/Gemm_1"), "fc.Gemm_1");
    EXPECT_EQ(named("17", "MatMul"), "MatMul");
    EXPECT_EQ(named("/model/Constant_3_output_0", "/head/MatMul"), "head");
    EXPECT_EQ(named("val_12", ""), "out.y");
}

}  // namespace
}  // namespace roundoff::formats
