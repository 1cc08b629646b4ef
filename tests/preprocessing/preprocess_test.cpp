#include "core/preprocessing/preprocess.h"

#include <algorithm>
#include <cmath>

#include "core/exports/target.h"
#include "tests/formats/onnx_fixture.h"
#include "tests/support/random.h"

namespace roundoff::preprocessing {
namespace {

using tensor::ElementType, tensor::Shape;
using test::Attribute, test::GraphBuilder, test::onnxModel;
using ::testing::Contains, ::testing::ElementsAre, ::testing::HasSubstr, ::testing::IsEmpty, ::testing::Not;

class PreprocessTest : public formats::OnnxTest {
protected:
    /// The model with all steps done; each that changed something is proven by running it.
    model::Model prepared(const std::string& bytes, const std::string& steps = "all") {
        m_before = open(bytes);
        auto model = preprocess(m_before, *parseSteps(steps), {}, m_job);
        EXPECT_TRUE(model) << model.error().line();
        if (!model) return {};
        for (const model::Preprocessing& step : model->info().preprocessing)
            if (step.changes > 0) {
                EXPECT_TRUE(step.kept) << step.words;
                EXPECT_GE(step.sqnrDb, 100) << step.words;
            }
        return *model;
    }
    static std::vector<std::string> ops(const model::Model& model) {
        std::vector<std::string> out;
        for (const model::Node& node : model.graph().nodes) out.push_back(node.op);
        return out;
    }
    static std::vector<float> numbers(std::size_t count, int salt, float from = -1, float to = 1) {
        std::vector<float> out(count);
        for (std::size_t i = 0; i < count; ++i)
            out[i] = from + (to - from) * float((std::size_t(salt) * 7919 + i * 104729) % 1009) / 1009;
        return out;
    }
    static GraphBuilder& norm(GraphBuilder& graph, const std::string& from, const std::string& to, std::int64_t channels) {
        const auto count = std::size_t(channels);
        return graph.floats(to + ".gamma", {channels}, numbers(count, 1, 0.5F, 2))
            .floats(to + ".beta", {channels}, numbers(count, 2))
            .floats(to + ".mean", {channels}, numbers(count, 3))
            .floats(to + ".variance", {channels}, numbers(count, 4, 0.1F, 3))
            .node("BatchNormalization", {from, to + ".gamma", to + ".beta", to + ".mean", to + ".variance"}, {to},
                  {Attribute("epsilon", 1e-3F)});
    }
    static GraphBuilder image(const Shape& shape = {1, 4, 6, 6}) { return GraphBuilder().input("x", ElementType::Float32, shape); }

    model::Model m_before;
};

TEST_F(PreprocessTest, FoldsBatchNormalizationIntoWhatIsBeforeIt) {
    auto conv = image();
    conv.floats("w", {6, 2, 3, 3}, numbers(108, 5)).node("Conv", {"x", "w"}, {"c"}, {Attribute("group", 2), Attribute("pads", std::vector<std::int64_t>{1, 1, 1, 1})});
    norm(conv, "c", "y", 6).outputOf("y", ElementType::Float32);
    const auto folded = prepared(onnxModel(conv), "fold-batch-norm");
    EXPECT_THAT(ops(folded), ElementsAre("Conv"));
    EXPECT_EQ(folded.graph().nodes[0].inputs.size(), 3u);  // it got a bias
    EXPECT_EQ(folded.layers()[0].name, m_before.layers()[0].name);

    auto turned = image();
    turned.floats("w", {4, 3, 2, 2}, numbers(48, 6)).floats("b", {6}, numbers(6, 7)).node("ConvTranspose", {"x", "w", "b"}, {"c"}, {Attribute("group", 2), Attribute("strides", std::vector<std::int64_t>{2, 2})});
    norm(turned, "c", "y", 6).outputOf("y", ElementType::Float32);
    EXPECT_THAT(ops(prepared(onnxModel(turned), "fold-batch-norm")), ElementsAre("ConvTranspose"));

    for (const bool transposed : {false, true}) {
        GraphBuilder gemm;
        gemm.input("x", ElementType::Float32, {3, 4}).floats("w", transposed ? Shape{5, 4} : Shape{4, 5}, numbers(20, 8)).floats("b", {5}, numbers(5, 9));
        gemm.node("Gemm", {"x", "w", "b"}, {"g"}, {Attribute("transB", transposed ? 1 : 0), Attribute("alpha", 0.5F)});
        norm(gemm, "g", "y", 5).outputOf("y", ElementType::Float32);
        EXPECT_THAT(ops(prepared(onnxModel(gemm), "fold-batch-norm")), ElementsAre("Gemm"));
    }
}

TEST_F(PreprocessTest, LeavesBatchNormalizationThatOthersLookBehind) {
    auto seen = image();
    seen.floats("w", {4, 4, 1, 1}, numbers(16, 5)).node("Conv", {"x", "w"}, {"c"});
    norm(seen, "c", "n", 4).node("Add", {"n", "c"}, {"y"}).outputOf("y", ElementType::Float32);
    const auto model = prepared(onnxModel(seen), "fold-batch-norm");
    EXPECT_THAT(ops(model), ElementsAre("Conv", "BatchNormalization", "Add"));
    ASSERT_EQ(model.info().preprocessing.size(), 1u);
    EXPECT_EQ(model.info().preprocessing[0].words, "nothing to do");
    EXPECT_FALSE(model.info().preprocessing[0].kept);

    auto given = image();  // what the model gives out stays
    given.floats("w", {4, 4, 1, 1}, numbers(16, 5)).node("Conv", {"x", "w"}, {"c"});
    norm(given, "c", "y", 4).outputOf("y", ElementType::Float32).outputOf("c", ElementType::Float32);
    EXPECT_THAT(ops(prepared(onnxModel(given), "fold-batch-norm")), ElementsAre("Conv", "BatchNormalization"));
}

TEST_F(PreprocessTest, AWeightThatOthersReadKeepsItsNumbers) {
    auto shared = image();
    shared.floats("w", {4, 4, 1, 1}, numbers(16, 5)).node("Conv", {"x", "w"}, {"c"});
    norm(shared, "c", "n", 4).node("Conv", {"n", "w"}, {"y"}).outputOf("y", ElementType::Float32);
    EXPECT_THAT(ops(prepared(onnxModel(shared), "fold-batch-norm")), ElementsAre("Conv", "Conv"));
}

TEST_F(PreprocessTest, FoldsFactorsAndSummandsBehindAWeight) {
    auto graph = image();
    graph.floats("w", {6, 4, 3, 3}, numbers(216, 5)).floats("s", {1, 6, 1, 1}, numbers(6, 6, 0.5F, 2)).floats("b", {6, 1, 1}, numbers(6, 7)).floats("two", {}, {2}).floats("one", {1}, {1});
    graph.node("Conv", {"x", "w"}, {"c"}, {Attribute("pads", std::vector<std::int64_t>{1, 1, 1, 1})}).node("Mul", {"s", "c"}, {"m"}).node("Add", {"m", "b"}, {"a"}).node("Div", {"a", "two"}, {"d"}).node("Sub", {"one", "d"}, {"y"}).outputOf("y", ElementType::Float32);
    EXPECT_THAT(ops(prepared(onnxModel(graph), "fold-scales")), ElementsAre("Conv"));

    GraphBuilder product;  // no place for a summand
    product.input("x", ElementType::Float32, {2, 3, 4}).floats("w", {4, 5}, numbers(20, 5)).floats("s", {5}, numbers(5, 6)).floats("b", {5}, numbers(5, 7));
    product.node("MatMul", {"x", "w"}, {"p"}).node("Mul", {"p", "s"}, {"m"}).node("Add", {"m", "b"}, {"y"}).outputOf("y", ElementType::Float32);
    EXPECT_THAT(ops(prepared(onnxModel(product), "fold-scales")), ElementsAre("MatMul", "Add"));

    auto wide = image({1, 4, 6, 4});  // along the last axis, not the channels'
    wide.floats("w", {4, 4, 1, 1}, numbers(16, 5)).floats("s", {4}, numbers(4, 6)).node("Conv", {"x", "w"}, {"c"}).node("Mul", {"c", "s"}, {"y"}).outputOf("y", ElementType::Float32);
    EXPECT_THAT(ops(prepared(onnxModel(wide), "fold-scales")), ElementsAre("Conv", "Mul"));
}

TEST_F(PreprocessTest, FoldsFactorsAndSummandsBeforeWeights) {
    for (const std::int64_t pad : {0, 1}) {
        auto graph = image();
        const std::vector<std::int64_t> pads(4, pad);
        graph.floats("w", {3, 4, 3, 3}, numbers(108, 5)).floats("v", {2, 4, 3, 3}, numbers(72, 6)).floats("six", {}, {6}).floats("s", {1}, {1.5F}).floats("b", {1}, {0.25F});
        graph.node("Relu", {"x"}, {"r"}).node("Div", {"r", "six"}, {"d"}).node("Mul", {"d", "s"}, {"m"}).node("Add", {"b", "m"}, {"a"});
        graph.node("Conv", {"a", "w"}, {"y"}, {Attribute("pads", pads)}).node("Conv", {"a", "v"}, {"z"}, {Attribute("pads", pads)}).outputOf("y", ElementType::Float32).outputOf("z", ElementType::Float32);
        // What pads with zeros cannot take a summand, but the factor goes past it.
        if (pad == 0)
            EXPECT_THAT(ops(prepared(onnxModel(graph), "fold-scales")), ElementsAre("Relu", "Conv", "Conv"));
        else
            EXPECT_THAT(ops(prepared(onnxModel(graph), "fold-scales")), ElementsAre("Relu", "Add", "Conv", "Conv"));
    }
}

TEST_F(PreprocessTest, AGemmsBiasAlongTheRowsStaysWhatItIs) {
    GraphBuilder rows;
    rows.input("x", ElementType::Float32, {5, 4}).floats("w", {4, 5}, numbers(20, 8)).floats("b", {5, 1}, numbers(5, 9)).floats("s", {5}, numbers(5, 6, 0.5F, 2));
    rows.node("Gemm", {"x", "w", "b"}, {"g"}).node("Mul", {"g", "s"}, {"y"}).outputOf("y", ElementType::Float32);
    EXPECT_THAT(ops(prepared(onnxModel(rows), "fold-scales")), ElementsAre("Gemm", "Mul"));
}

TEST_F(PreprocessTest, JoinsFactorsThatFollowEachOther) {
    auto graph = image();
    graph.floats("six", {}, {6}).floats("s", {1}, {1.5F}).floats("b", {}, {0.25F});
    graph.node("Div", {"x", "six"}, {"d"}).node("Mul", {"d", "s"}, {"m"}).node("Add", {"m", "b"}, {"a"}).node("Relu", {"a"}, {"y"}).outputOf("y", ElementType::Float32);
    EXPECT_THAT(ops(prepared(onnxModel(graph), "fold-scales")), ElementsAre("Mul", "Add", "Relu"));
}

TEST_F(PreprocessTest, ComputesConstantsInAdvance) {
    auto graph = image({2, 4, 6, 6});
    graph.ints("first", {1}, {0}).ints("rest", {1}, {-1}).floats("w", {144, 5}, numbers(720, 5)).floats("half", {}, {0.5F});
    graph.node("Shape", {"x"}, {"shape"}).node("Gather", {"shape", "first"}, {"batch"}, {Attribute("axis", 0)}).node("Concat", {"batch", "rest"}, {"flat"}, {Attribute("axis", 0)});
    graph.node("Reshape", {"x", "flat"}, {"f"}).node("Mul", {"w", "half"}, {"v"}).node("MatMul", {"f", "v"}, {"y"}).outputOf("y", ElementType::Float32);
    const auto model = prepared(onnxModel(graph));
    EXPECT_THAT(ops(model), ElementsAre("Reshape", "MatMul"));
    ASSERT_EQ(model.layers().size(), 1u);  // the weight was none before: a node made it
    std::vector<std::string> left;
    for (const model::Tensor& tensor : model.tensors()) left.push_back(tensor.name);
    EXPECT_THAT(left, Not(Contains("half")));
}

TEST_F(PreprocessTest, AStatedShapeDoesNotFixAFreeSize) {
    GraphBuilder graph;
    graph.input("x", ElementType::Float32, {-1, 16}).stated("a", ElementType::Float32, {1, 8});  // a leftover
    graph.ints("first", {1}, {0}).ints("rest", {1}, {-1}).floats("w", {16, 8}, numbers(128, 5)).node("MatMul", {"x", "w"}, {"a"});
    graph.node("Shape", {"a"}, {"shape"}).node("Gather", {"shape", "first"}, {"batch"}, {Attribute("axis", 0)}).node("Concat", {"batch", "rest"}, {"rows"}, {Attribute("axis", 0)});
    graph.node("Reshape", {"a", "rows"}, {"y"}).outputOf("y", ElementType::Float32);
    EXPECT_THAT(ops(prepared(onnxModel(graph), "infer-shapes,fold-constants")), ElementsAre("MatMul", "Shape", "Gather", "Concat", "Reshape"));
}

TEST_F(PreprocessTest, AWeightThatOthersReadIsNotStoredTwice) {
    GraphBuilder tied;
    tied.input("ids", ElementType::Int64, {1, 6}).floats("e", {3000, 128}, numbers(3000 * 128, 5));
    tied.node("Gather", {"e", "ids"}, {"h"}).node("Transpose", {"e"}, {"t"}, {Attribute("perm", std::vector<std::int64_t>{1, 0})}).node("MatMul", {"h", "t"}, {"y"}).outputOf("y", ElementType::Float32);
    EXPECT_THAT(ops(prepared(onnxModel(tied))), ElementsAre("Gather", "Transpose", "MatMul"));
}

TEST_F(PreprocessTest, LeavesWhatWouldGrowTheFileAndWhatKeepsWeightsSmall) {
    GraphBuilder grown;
    grown.input("x", ElementType::Float32, {1000, 1000}).ints("size", {2}, {1000, 1000}).floats("one", {1}, {1});
    grown.node("Expand", {"one", "size"}, {"ones"}).node("Add", {"x", "ones"}, {"y"}).outputOf("y", ElementType::Float32);
    EXPECT_THAT(ops(prepared(onnxModel(grown), "infer-shapes,fold-constants")), ElementsAre("Expand", "Add"));

    GraphBuilder stored;
    stored.input("x", ElementType::Float32, {2, 2}).tensor(test::rawTensor("q", ElementType::Int8, {2, 2}, std::string("\x01\x02\x03\x04", 4))).floats("s", {}, {0.5F});
    stored.node("DequantizeLinear", {"q", "s"}, {"w"}).node("MatMul", {"x", "w"}, {"y"}).outputOf("y", ElementType::Float32);
    EXPECT_THAT(ops(prepared(onnxModel(stored), "infer-shapes,fold-constants")), ElementsAre("DequantizeLinear", "MatMul"));
}

TEST_F(PreprocessTest, InferredShapesStandInTheModel) {
    auto graph = image();
    graph.floats("w", {6, 4, 3, 3}, numbers(216, 5)).node("Conv", {"x", "w"}, {"c"}).node("Relu", {"c"}, {"y"}).outputOf("y", ElementType::Float32);
    const auto model = prepared(onnxModel(graph), "infer-shapes");
    const auto& values = model.graph().values;
    const auto found = std::ranges::find(values, "c", &model::Value::name);
    ASSERT_NE(found, values.end());
    EXPECT_THAT(found->shape, ElementsAre(1, 6, 4, 4));
    EXPECT_EQ(found->type, ElementType::Float32);
}

TEST_F(PreprocessTest, AStepThatCannotBeDoneSaysWhyAndChangesNothing) {
    auto beyond = image();  // 1e30 · 1e10 is no float32
    beyond.floats("w", {4, 4, 1, 1}, std::vector<float>(16, 1e30F)).floats("s", {}, {1e10F}).node("Conv", {"x", "w"}, {"c"}).node("Mul", {"c", "s"}, {"y"}).outputOf("y", ElementType::Float32);
    m_before = open(onnxModel(beyond));
    const auto model = preprocess(m_before, {"fold-scales"}, {}, m_job);
    ASSERT_TRUE(model) << model.error().line();
    EXPECT_THAT(ops(*model), ElementsAre("Conv", "Mul"));
    EXPECT_FALSE(model->info().preprocessing[0].kept);
    EXPECT_THAT(model->info().preprocessing[0].words, HasSubstr("left out"));
}

TEST_F(PreprocessTest, WhatCannotBeComparedIsLeftOut) {
    auto classes = image();
    classes.floats("w", {4, 4, 1, 1}, numbers(16, 5)).floats("s", {}, {2}).node("Conv", {"x", "w"}, {"c"}).node("Mul", {"c", "s"}, {"m"});
    classes.node("ArgMax", {"m"}, {"y"}).outputOf("y", ElementType::Int64);
    m_before = open(onnxModel(classes));
    const auto model = preprocess(m_before, {"fold-scales"}, {}, m_job);
    ASSERT_TRUE(model) << model.error().line();
    EXPECT_FALSE(model->info().preprocessing[0].kept);
    EXPECT_THAT(model->info().preprocessing[0].words, HasSubstr("no output holds floats"));
}

TEST_F(PreprocessTest, AModelThatCannotBeRunStaysWhatItIs) {
    auto odd = image();
    odd.floats("w", {4, 4, 1, 1}, numbers(16, 5)).node("Conv", {"x", "w"}, {"c"}).node("Invented", {"c"}, {"y"}).outputOf("y", ElementType::Float32);
    m_before = open(onnxModel(odd));
    const auto model = preprocess(m_before, *parseSteps("all"), {}, m_job);
    ASSERT_TRUE(model) << model.error().line();
    EXPECT_EQ(model->layers().size(), 1U);
    ASSERT_EQ(model->info().preprocessing.size(), steps().size());
    for (const auto& step : model->info().preprocessing) {
        EXPECT_FALSE(step.kept);
        EXPECT_THAT(step.words, HasSubstr("Invented"));
        EXPECT_THAT(step.words, ::testing::Not(HasSubstr("Load model from")));
    }
}

TEST_F(PreprocessTest, TheModelKeepsItsNameAndTheCopyGoesWithIt) {
    auto graph = image();
    graph.floats("w", {4, 4, 1, 1}, numbers(16, 5)).node("Conv", {"x", "w"}, {"c"});
    norm(graph, "c", "y", 4).outputOf("y", ElementType::Float32);
    std::string copy;
    {
        const auto model = prepared(onnxModel(graph));
        EXPECT_EQ(model.info().path, m_before.info().path);
        copy = model.info().file();
        EXPECT_NE(copy, model.info().path);
        const model::Model again = model;
        EXPECT_TRUE(std::filesystem::exists(copy));
    }
    EXPECT_FALSE(std::filesystem::exists(copy));
}

TEST_F(PreprocessTest, AnExportIsProvenAgainstTheModelAsItWas) {
    auto graph = image();
    graph.floats("w", {4, 4, 3, 3}, numbers(144, 5)).node("Conv", {"x", "w"}, {"c"});
    norm(graph, "c", "y", 4).outputOf("y", ElementType::Float32);
    const auto model = prepared(onnxModel(graph));
    const auto path = m_folder.path() / "out.onnx";
    const auto exported = exports::exportModel(model, {*schemes::parseScheme("int8"), {}}, *exports::findTarget("onnx-qdq"), path, {}, m_job);
    ASSERT_TRUE(exported) << exported.error().line();
    const auto proof = exports::verify(m_before, path, {}, m_job);
    ASSERT_TRUE(proof) << proof.error().line();
    for (const exports::Check& check : proof->checks) EXPECT_TRUE(check.ok) << check.name << ": " << check.detail;
    const auto over = exports::exportModel(model, {*schemes::parseScheme("int8"), {}}, *exports::findTarget("onnx-qdq"), m_before.info().path, {}, m_job);
    ASSERT_FALSE(over);
    EXPECT_THAT(over.error().line(), HasSubstr("is a file of the model being exported"));
}

TEST_F(PreprocessTest, CancelledLeavesNothing) {
    auto graph = image();
    graph.floats("w", {4, 4, 1, 1}, numbers(16, 5)).node("Conv", {"x", "w"}, {"y"}).outputOf("y", ElementType::Float32);
    m_before = open(onnxModel(graph));
    Job job = cancelledJob();
    const auto model = preprocess(m_before, *parseSteps("all"), {}, job);
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, ErrorCode::Cancelled);
}

TEST(PreprocessSteps, AreNamed) {
    EXPECT_EQ(parseSteps("all")->size(), steps().size());
    EXPECT_THAT(*parseSteps("none"), IsEmpty());
    EXPECT_THAT(*parseSteps("fold-constants,fold-batch-norm"), ElementsAre("fold-constants", "fold-batch-norm"));
    const auto unknown = parseSteps("fold-constants,fold");
    ASSERT_FALSE(unknown);
    EXPECT_THAT(unknown.error().line(), HasSubstr("there is no step 'fold'"));
    EXPECT_THAT(unknown.error().line(), HasSubstr("fold-batch-norm"));
}

}  // namespace
}  // namespace roundoff::preprocessing
