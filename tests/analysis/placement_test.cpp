#include "core/analysis/placement.h"

#include <algorithm>
#include <set>

#include "tests/formats/onnx_fixture.h"

namespace roundoff::analysis {
namespace {

using tensor::ElementType, tensor::Shape;
using test::GraphBuilder, test::onnxModel;
using ::testing::ElementsAre, ::testing::HasSubstr, ::testing::IsEmpty;

class Place : public formats::OnnxTest {
protected:
    /// A graph with input x and outputs as named.
    void make(GraphBuilder graph, const std::vector<std::string>& outputs, std::int64_t opset = 17) {
        graph.input("x", ElementType::Float32, {1, 4, 8, 8});
        for (const auto& output : outputs) graph.outputOf(output, ElementType::Float32);
        m_model = open(onnxModel(graph, opset));
    }
    void with(const std::string& scheme, const std::map<std::string, std::string>& layers = {}) {
        std::vector<schemes::Scheme> all;
        for (const auto& layer : m_model.layers()) {
            const auto found = layers.find(m_model.tensors()[layer.weight].name);
            all.push_back(schemes::parseScheme(found == layers.end() ? scheme : found->second).value());
        }
        m_placement = place(m_model, all);
        ASSERT_EQ(m_placement.nodes.size(), m_model.graph().nodes.size());
        for (const auto& fate : m_placement.nodes) EXPECT_FALSE(fate.reason.empty());
    }
    /// "value", "value like root", "value for Conv Add" (its readers), "value is constant".
    [[nodiscard]] std::vector<std::string> points() const {
        std::vector<std::string> out;
        for (const auto& point : m_placement.points) {
            out.push_back(point.value);
            if (!point.like.empty()) out.back() += " like " + point.like;
            if (point.constant) out.back() += " is constant";
            for (const std::size_t reader : point.readers)
                out.back() += (reader == point.readers[0] ? " for " : " ") + m_model.graph().nodes[reader].op;
        }
        return out;
    }
    /// The operators that stay float.
    [[nodiscard]] std::vector<std::string> floats() const {
        std::vector<std::string> out;
        for (std::size_t i = 0; i < m_placement.nodes.size(); ++i)
            if (m_placement.nodes[i].status != Status::Quantized) out.push_back(m_model.graph().nodes[i].op);
        return out;
    }
    [[nodiscard]] std::string reason(const std::string& op) const {
        for (std::size_t i = 0; i < m_placement.nodes.size(); ++i)
            if (m_model.graph().nodes[i].op == op) return m_placement.nodes[i].reason;
        return "no such node";
    }
    static GraphBuilder& weight(GraphBuilder& graph, const std::string& name, const Shape& shape) {
        return graph.floats(name, shape, std::vector<float>(std::size_t(tensor::elementCount(shape).value()), 0.5f));
    }
    static GraphBuilder convs(int count) {
        GraphBuilder graph;
        for (int i = 0; i < count; ++i) weight(graph, "w" + std::to_string(i), {4, 4, 1, 1});
        return graph.floats("b", {4}, {1, 2, 3, 4});
    }

    model::Model m_model;
    Placement m_placement;
};

TEST_F(Place, ResidualBlocksStayInCodesFromEndToEnd) {
    make(convs(3)
             .node("Conv", {"x", "w0", "b"}, {"c0"})
             .node("Relu", {"c0"}, {"r0"})
             .node("Conv", {"r0", "w1", "b"}, {"c1"})
             .node("Add", {"r0", "c1"}, {"sum"})
             .node("Relu", {"sum"}, {"r1"})
             .node("MaxPool", {"r1"}, {"pool"})
             .node("Conv", {"pool", "w2"}, {"y"}),
         {"y"});
    with("int8/uint8");
    EXPECT_THAT(points(), ElementsAre("x for Conv", "r0", "c1", "r1", "pool like r1", "y"));
    EXPECT_THAT(floats(), IsEmpty());
    ASSERT_EQ(m_placement.biases.size(), 2u);
    EXPECT_EQ(m_placement.biases[1].input, "r0");
    EXPECT_EQ(m_placement.biases[1].slot, 2u);
    EXPECT_EQ(m_placement.biases[1].node, m_placement.biases[1].user);
    EXPECT_EQ(m_placement.pointOf("x", 0)->value, "x");
    EXPECT_EQ(m_placement.pointOf("x", 1), nullptr);
    EXPECT_EQ(m_placement.pointOf("r0", 3)->value, "r0");
}

TEST_F(Place, RectifiersFoldOnlyWhereOneReaderAndTheLowestCodeIsZero) {
    make(convs(2)
             .floats("zero", {}, {0})
             .floats("six", {}, {6})
             .floats("minus", {}, {-1})
             .node("Conv", {"x", "w0"}, {"c"})
             .node("Clip", {"c", "zero", "six"}, {"r"})
             .node("Conv", {"r", "w1"}, {"d"})
             .node("Clip", {"d", "minus", "six"}, {"y"}),
         {"y"});
    with("int8/uint8");
    EXPECT_THAT(points(), ElementsAre("x for Conv", "r", "d")) << "a Clip from -1 is none";
    with("int8/int8:asym");
    EXPECT_THAT(points(), ElementsAre("x for Conv", "r", "d"));
    with("int8/int8");
    EXPECT_THAT(points(), ElementsAre("x for Conv", "c like r", "r", "d"));
    with("fp8-e4m3/fp8-e4m3");
    EXPECT_THAT(points(), ElementsAre("x for Conv", "r", "d")) << "no kernel to please";

    make(convs(2).node("Conv", {"x", "w0"}, {"c"}).node("Relu", {"c"}, {"r"}).node("Conv", {"r", "w1"}, {"y"}), {"y", "c"});
    with("int8/uint8");
    EXPECT_THAT(points(), ElementsAre("x for Conv", "c", "r", "y")) << "c is seen outside";
}

TEST_F(Place, ProductsGiveFloatsWhereNoIntegerOperatorReads) {
    GraphBuilder graph;
    weight(weight(graph, "w", {8, 8}), "v", {8, 8}).floats("b", {8}, std::vector<float>(8, 1));
    make(graph.node("MatMul", {"x", "w"}, {"m"})
             .node("Add", {"b", "m"}, {"a"})
             .node("MatMul", {"a", "v"}, {"n"})
             .node("Erf", {"n"}, {"y"}),
         {"y"});
    with("int8/uint8");
    EXPECT_THAT(points(), ElementsAre("x for MatMul", "a"));
    EXPECT_THAT(floats(), ElementsAre("Erf"));
    ASSERT_EQ(m_placement.biases.size(), 1u);
    EXPECT_EQ(m_placement.biases[0].node, 0u);
    EXPECT_EQ(m_placement.biases[0].user, 1u);
    EXPECT_EQ(m_placement.biases[0].slot, 0u);
    EXPECT_EQ(reason("MatMul"), "product of codes");
    with("int8", {{"w", "int8/uint8"}});
    EXPECT_THAT(points(), ElementsAre("x for MatMul")) << "nobody reads codes of a";
    EXPECT_EQ(reason("MatMul"), "product of codes that gives floats");
}

TEST_F(Place, ClipsAreRectifiersWhereTheyBeginAtZeroAndEndAtAKnownValue) {
    const auto folds = [&](std::vector<std::string> bounds, std::vector<test::Attribute> attributes, std::int64_t opset) {
        bounds.insert(bounds.begin(), "c");
        make(convs(2)
                 .floats("zero", {}, {0})
                 .floats("six", {}, {6})
                 .node("ReduceMax", {"x"}, {"most"}, {{"keepdims", 0}})
                 .node("Conv", {"x", "w0"}, {"c"})
                 .node("Clip", bounds, {"r"}, attributes)
                 .node("Conv", {"r", "w1"}, {"y"}),
             {"y"}, opset);
        with("int8/uint8");
        return m_placement.nodes[2].partOf == 1u;
    };
    EXPECT_TRUE(folds({"zero", "six"}, {}, 17));
    EXPECT_EQ(m_placement.ceilings.at(1), 6);
    EXPECT_TRUE(folds({"zero"}, {}, 17));
    EXPECT_FALSE(folds({"zero", "most"}, {}, 17)) << "computed";
    EXPECT_TRUE(folds({}, {{"min", 0.0F}, {"max", 6.0F}}, 10));
    EXPECT_EQ(m_placement.ceilings.at(1), 6);
    EXPECT_FALSE(folds({}, {{"min", 0.5F}, {"max", 6.0F}}, 10));
    EXPECT_FALSE(folds({}, {{"max", 6.0F}}, 10));
}

TEST_F(Place, WhereAProductGivesFloatsItsReluIsANodeOfItsOwn) {
    GraphBuilder graph;
    weight(weight(graph, "w", {8, 8}), "v", {8, 8});
    make(graph.node("MatMul", {"x", "w"}, {"m"}).node("Relu", {"m"}, {"r"}).node("MatMul", {"r", "v"}, {"n"}).node("Relu", {"n"}, {"y"}),
         {"y"});
    with("int8/uint8");
    EXPECT_THAT(points(), ElementsAre("x for MatMul", "r"));
    EXPECT_THAT(floats(), ElementsAre("Relu"));
    EXPECT_EQ(m_placement.nodes[1].partOf, 0u);
    EXPECT_FALSE(m_placement.nodes[3].partOf);
    EXPECT_EQ(m_placement.nodes[3].reason, "what it gives is an output of the model, which stays float");
}

TEST_F(Place, ValuesOfFloatOperatorsAreQuantizedForTheirIntegerReadersAlone) {
    GraphBuilder graph;
    weight(weight(graph, "w", {8, 8}), "v", {8, 8});
    make(graph.node("Erf", {"x"}, {"e"})
             .node("MatMul", {"e", "w"}, {"q"})
             .node("MatMul", {"e", "v"}, {"k"})
             .node("Add", {"e", "q"}, {"y"}),
         {"y", "k"});
    with("int8/uint8");
    EXPECT_THAT(points(), ElementsAre("e for MatMul MatMul"));
    EXPECT_EQ(reason("Add"), "what it gives is an output of the model, which stays float");
    with("int8/uint8", {{"v", "int8/uint8:p99"}});
    EXPECT_THAT(points(), ElementsAre("e for MatMul", "e for MatMul")) << "each its own scheme";
}

TEST_F(Place, ConstantsAreQuantizedForIntegerOperatorsUnlessTheyAreMasks) {
    const auto chain = [&](const char* op, float constant) {
        make(convs(2)
                 .floats("k", {}, {constant})
                 .node("Conv", {"x", "w0"}, {"c"})
                 .node(op, {"c", "k"}, {"s"})
                 .node("Conv", {"s", "w1"}, {"y"}),
             {"y"});
        with("int8/uint8");
        return points();
    };
    EXPECT_THAT(chain("Mul", 3), ElementsAre("x for Conv", "c", "k is constant for Mul", "s", "y"));
    EXPECT_THAT(chain("Add", -1e9f), ElementsAre("x for Conv", "c", "s for Conv", "y"));
    EXPECT_EQ(reason("Add"), "its constant is a mask, too large for a scale");
    EXPECT_THAT(chain("Div", 3), ElementsAre("x for Conv", "c", "s", "y"));
    EXPECT_EQ(reason("Div"), "computes floats between codes: ONNX Runtime has no integer kernel for Div");
    EXPECT_THAT(floats(), ElementsAre("Div"));
    EXPECT_THAT(chain("Pow", 3), ElementsAre("x for Conv", "c", "s for Conv", "y"));
    EXPECT_EQ(reason("Pow"), "ONNX Runtime has no integer kernel for Pow");
}

TEST_F(Place, CheapFloatOperatorsStandBetweenCodesButNotBehindMatrixProducts) {
    make(convs(2)
             .floats("three", {}, {3})
             .floats("zero", {}, {0})
             .floats("six", {}, {6})
             .node("Conv", {"x", "w0"}, {"c"})
             .node("Add", {"c", "three"}, {"a"})
             .node("Clip", {"a", "zero", "six"}, {"h"})
             .node("Mul", {"c", "h"}, {"m"})
             .node("Div", {"m", "six"}, {"swish"})
             .node("Conv", {"swish", "w1"}, {"y"}),
         {"y"});
    with("int8/uint8");
    EXPECT_THAT(points(), ElementsAre("x for Conv", "c", "three is constant for Add", "h", "m", "swish", "y"));
    EXPECT_THAT(floats(), ElementsAre("Div"));

    GraphBuilder graph;
    weight(weight(graph, "w", {8, 8}), "v", {8, 8});
    make(graph.node("MatMul", {"x", "w"}, {"m"}).node("Tanh", {"m"}, {"t"}).node("MatMul", {"t", "v"}, {"y"}), {"y"});
    with("int8/uint8");
    EXPECT_THAT(points(), ElementsAre("x for MatMul", "t for MatMul"));
}

TEST_F(Place, AttributesSayWhatAnOperatorDoesToItsValues) {
    const auto between = [&](const char* op, std::vector<std::string> inputs, std::vector<test::Attribute> attributes) {
        make(convs(2)
                 .floats("twice", {4}, {1, 1, 2, 2})
                 .node("Conv", {"x", "w0"}, {"c"})
                 .node(op, inputs, {"m"}, attributes)
                 .node("Conv", {"m", "w1"}, {"y"}),
             {"y"}, 19);
        with("int8/uint8");
        return points();
    };
    EXPECT_THAT(between("Resize", {"c", "", "twice"}, {}), ElementsAre("x for Conv", "c", "m like c", "y"));
    EXPECT_THAT(floats(), IsEmpty());
    for (const auto& attribute : {test::Attribute("mode", "linear"), test::Attribute("coordinate_transformation_mode", "tf_crop_and_resize")}) {
        EXPECT_THAT(between("Resize", {"c", "", "twice"}, {attribute}), ElementsAre("x for Conv", "c", "m", "y")) << "a range of its own";
        EXPECT_THAT(floats(), ElementsAre("Resize"));
    }
    const auto pool = [&](std::int64_t dilation) {
        return between("AveragePool", {"c"}, {{"kernel_shape", std::vector<std::int64_t>{2, 2}}, {"dilations", std::vector<std::int64_t>{dilation, 1}}});
    };
    EXPECT_THAT(pool(1), ElementsAre("x for Conv", "c", "m", "y"));
    EXPECT_THAT(pool(2), ElementsAre("x for Conv", "c", "m for Conv", "y"));
    EXPECT_THAT(floats(), ElementsAre("AveragePool"));
}

TEST_F(Place, AttentionMultipliesCodesWhereItsOperandsComeAsCodes) {
    GraphBuilder graph;
    for (const char* w : {"wq", "wk", "wv", "wo"}) weight(graph, w, {8, 8});
    graph.ints("heads", {4}, {0, 0, 2, 4}).ints("flat", {3}, {0, 0, 8});
    make(graph.node("MatMul", {"x", "wq"}, {"q"})
             .node("MatMul", {"x", "wk"}, {"k"})
             .node("MatMul", {"x", "wv"}, {"v"})
             .node("Reshape", {"q", "heads"}, {"qh"})
             .node("Transpose", {"k"}, {"kt"})
             .node("Neg", {"qh"}, {"qn"})
             .node("MatMul", {"qn", "kt"}, {"scores"})
             .node("Softmax", {"scores"}, {"p"})
             .node("MatMul", {"p", "v"}, {"mixed"})
             .node("Reshape", {"mixed", "flat"}, {"context"})
             .node("MatMul", {"context", "wo"}, {"y"}),
         {"y"});
    with("int8/uint8");
    EXPECT_THAT(points(), ElementsAre("x for MatMul MatMul MatMul", "k", "v", "kt like k", "qn for MatMul", "p for MatMul",
                                      "mixed", "context like mixed"));
    EXPECT_THAT(floats(), ElementsAre("Reshape", "Neg", "Softmax"));
    EXPECT_EQ(reason("Reshape"), "no integer operator reads what it gives");
    EXPECT_EQ(reason("Softmax"), "few bits would lose its peaks");
}

TEST_F(Place, OtherLayersAreQuantizedInTheirWeightAlone) {
    GraphBuilder graph;
    weight(weight(weight(graph, "t", {4, 4, 2, 2}), "l", {4, 4, 1, 1}), "m", {8, 8});
    make(graph.node("ConvTranspose", {"x", "t"}, {"a"})
             .node("Conv", {"a", "l"}, {"b"})
             .node("MatMul", {"m", "b"}, {"y"}),
         {"y"});
    with("int8/uint8");
    EXPECT_THAT(points(), ElementsAre("a for Conv", "b"));
    EXPECT_EQ(reason("ConvTranspose"), "its weight alone is quantized: ONNX Runtime has no integer kernel for ConvTranspose");
    EXPECT_EQ(reason("MatMul"), "its weight alone is quantized: it is the left operand, whose rows can have no scale each");
    with("int8");
    EXPECT_THAT(points(), IsEmpty());
    EXPECT_EQ(reason("Conv"), "the scheme quantizes its weight alone");
    with("float");
    EXPECT_EQ(reason("Conv"), "its layer stays float");
}

TEST_F(Place, SeveralOutputsAndOperandsEachHaveAPoint) {
    make(convs(2)
             .node("Conv", {"x", "w0"}, {"c"})
             .node("Split", {"c"}, {"p", "q"}, {{"axis", 1}})
             .node("Sigmoid", {"p"}, {"s"})
             .node("Concat", {"s", "q"}, {"j"}, {{"axis", 1}})
             .node("Conv", {"j", "w1"}, {"y"}),
         {"y"});
    with("int8/uint8");
    EXPECT_THAT(points(), ElementsAre("x for Conv", "c", "p like c", "q like c", "s", "j", "y"));
    EXPECT_THAT(floats(), IsEmpty());
}

TEST_F(Place, DynamicSchemesQuantizeTheInputsAlone) {
    make(convs(2).node("Conv", {"x", "w0"}, {"c"}).node("Relu", {"c"}, {"r"}).node("Conv", {"r", "w1"}, {"y"}), {"y"});
    with("int8/uint8:dynamic");
    EXPECT_THAT(points(), ElementsAre("x for Conv", "r for Conv"));
    EXPECT_EQ(reason("Conv"), "its input is quantized as it comes");
    EXPECT_THAT(floats(), ElementsAre("Relu"));
    with("int8/uint8", {{"w1", "int8/uint8:dynamic"}});
    EXPECT_THAT(points(), ElementsAre("x for Conv", "r", "r for Conv")) << "the second takes what the first gives";
}

TEST_F(Place, OtherWidthsHaveThePointsButNoIntegerKernel) {
    make(convs(1).node("Conv", {"x", "w0", "b"}, {"y"}), {"y"});
    with("int8/int16");
    EXPECT_THAT(points(), ElementsAre("x for Conv", "y"));
    EXPECT_THAT(m_placement.biases, IsEmpty());
    EXPECT_THAT(reason("Conv"), HasSubstr("8 bits"));
}

TEST_F(Place, DigitsIsQuantizedThroughout) {
    m_model = formats::openModel(ROUNDOFF_SOURCE_DIR "/resources/samples/digits.onnx", m_job).value();
    with("int8/uint8");
    EXPECT_THAT(floats(), IsEmpty());
    EXPECT_EQ(m_placement.biases.size(), 10u);
    const auto all = points();
    ASSERT_EQ(all.size(), 12u);
    EXPECT_EQ(all.front(), "image for Conv");
    EXPECT_EQ(all.back(), "features like pool");
}

TEST_F(Place, ShakespeareHasAPointBeforeEveryProductAndNoneTwice) {
    m_model = formats::openModel(ROUNDOFF_SOURCE_DIR "/resources/samples/shakespeare.onnx", m_job).value();
    with("int8/uint8");
    std::set<std::string> values;
    for (const auto& point : m_placement.points) EXPECT_TRUE(values.insert(point.value).second) << point.value;
    for (const auto& layer : m_model.layers()) {
        if (layer.op != "MatMul") continue;
        for (const std::size_t use : layer.uses) {
            EXPECT_EQ(m_placement.nodes[use].status, Status::Quantized);
            EXPECT_TRUE(m_placement.pointOf(m_model.graph().nodes[use].inputs[0], use));
        }
    }
    EXPECT_TRUE(values.contains("layers.0.mlp.hidden"));
    EXPECT_FALSE(values.contains("layers.0.attn.scores")) << "goes through a mask and Softmax";
    EXPECT_FALSE(values.contains("layers.0.attn.residual")) << "read by a norm";
    const auto& embedding = m_model.layers()[0];
    ASSERT_EQ(embedding.op, "Gather");
    EXPECT_THAT(m_placement.nodes[embedding.uses[0]].reason, HasSubstr("no integer kernel for Gather"));
}

}  // namespace
}  // namespace roundoff::analysis
