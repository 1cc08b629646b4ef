#include <cmath>

#include "core/formats/onnx/edit.h"
#include "core/runtime/session.h"
#include "tests/formats/onnx_fixture.h"

namespace roundoff::formats {
namespace {

using onnx::OnnxEdit;
using tensor::ElementType, tensor::Shape;
using test::Attribute, test::GraphBuilder, test::onnxModel;
using ::testing::HasSubstr;
using Ints = std::vector<std::int64_t>;

/// One operator in an old opset: raised to each newer one it gives the same numbers in ONNX Runtime.
class OnnxOpset : public OnnxTest {
protected:
    std::vector<float> run(const std::filesystem::path& path, const Shape& shape) {
        auto session = runtime::Session::open(path, {runtime::SessionOptions::Level::Faithful, 1, 1});
        EXPECT_TRUE(session) << session.error().line();
        if (!session) return {};
        std::vector<float> x(*tensor::elementCount(shape));
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(float(3 * i)) * 3;
        const auto raw = std::as_bytes(std::span(x));
        const auto out = session->run({{"x", ElementType::Float32, shape, {raw.begin(), raw.end()}}}, m_job);
        EXPECT_TRUE(out) << out.error().line();
        if (!out) return {};
        std::vector<float> y(out->front().bytes.size() / sizeof(float));
        std::memcpy(y.data(), out->front().bytes.data(), y.size() * sizeof(float));
        return y;
    }
    /// The note, or the refusal.
    std::string raise(const model::Model& model, std::int64_t to) {
        auto edit = OnnxEdit::begin(model);
        EXPECT_TRUE(edit);
        const auto notes = edit->raiseOpset(to);
        if (!notes) return line(notes.error());
        EXPECT_EQ(edit->opsets().at(""), std::max(to, model.info().opsets.at("")));
        const auto written = edit->write(m_folder.path() / "raised.onnx", {}, m_job);
        EXPECT_TRUE(written) << written.error().line();
        return notes->empty() ? "" : notes->front();
    }
    void expectSame(GraphBuilder graph, const Shape& shape, std::int64_t from, const std::string& note,
                    std::int64_t last = 23) {
        graph.input("x", ElementType::Float32, shape).outputOf("y", ElementType::Float32);
        const auto model = open(onnxModel(graph, from));
        const auto before = run(m_folder.path() / "model.onnx", shape);
        ASSERT_FALSE(before.empty());
        for (const std::int64_t to : {9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 21, 23}) {
            if (to <= from || to > last) continue;
            const std::string said = raise(model, to);
            ASSERT_THAT(said, HasSubstr("opset raised from " + std::to_string(from) + " to " + std::to_string(to)));
            EXPECT_EQ(run(m_folder.path() / "raised.onnx", shape), before) << note << " at " << to;
            if (to < last) continue;
            EXPECT_THAT(said, HasSubstr(note));
        }
    }
    void expectSame(const std::string& op, const std::vector<Attribute>& attributes, const Shape& shape,
                    std::int64_t from) {
        expectSame(GraphBuilder().node(op, {"x"}, {"y"}, attributes, "it"), shape, from, "1 " + op + " rewritten");
    }
};

TEST_F(OnnxOpset, SoftmaxOverSeveralAxes) {
    for (const char* op : {"Softmax", "LogSoftmax", "Hardmax"}) {
        expectSame(op, {}, {2, 3, 4}, 9);
        expectSame(op, {{"axis", 0}}, {2, 3, 4}, 7);
        expectSame(op, {{"axis", 2}}, {2, 3, 4}, 11);
        expectSame(op, {{"axis", -1}}, {2, 3, 4}, 11);
        expectSame(op, {{"axis", -2}}, {2, 3, 4}, 12);
    }
    // Nobody knows the rank here.
    expectSame(GraphBuilder().node("Relu", {"x"}, {"r"}).node("Softmax", {"r"}, {"s"}).node("Neg", {"s"}, {"y"}),
               {2, 3, 4}, 11, "1 Softmax rewritten");
}

TEST_F(OnnxOpset, AxesBecomeInputs) {
    expectSame("Squeeze", {{"axes", Ints{0, 2}}}, {1, 3, 1, 2}, 11);
    expectSame("Unsqueeze", {{"axes", Ints{0, 2}}}, {3, 2}, 9);
    for (const char* op : {"ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceProd",
                           "ReduceSumSquare", "ReduceLogSumExp"})
        expectSame(op, {{"axes", Ints{1}}, {"keepdims", 0}}, {2, 3, 4}, 11);
    expectSame(GraphBuilder().node("ReduceMean", {"x"}, {"y"}), {2, 3}, 11, "opset raised");
    expectSame(GraphBuilder().node("Abs", {"x"}, {"a"}).node("ReduceLogSum", {"a"}, {"y"}, {{"axes", Ints{0}}}), {2, 3},
               11, "1 ReduceLogSum");
}

TEST_F(OnnxOpset, SplitGetsItsSizesOrTheirNumber) {
    expectSame(GraphBuilder().node("Split", {"x"}, {"y", "rest"}, {{"axis", 1}, {"split", Ints{1, 3}}}), {2, 4}, 11,
               "1 Split rewritten");
    expectSame(GraphBuilder().node("Split", {"x"}, {"y", "rest"}, {{"axis", 1}}), {2, 4}, 9, "1 Split rewritten");
}

TEST_F(OnnxOpset, LimitsAndMarginsBecomeInputs) {
    expectSame("Clip", {{"min", -1.0f}, {"max", 2.0f}}, {3, 3}, 7);
    expectSame("Clip", {{"max", 1.5f}}, {3, 3}, 9);
    expectSame(GraphBuilder().node("Clip", {"x"}, {"y"}), {3, 3}, 10, "opset raised");
    expectSame("Pad", {{"pads", Ints{0, 1, 2, 0}}, {"value", 4.5f}}, {2, 3}, 9);
    expectSame("Pad", {{"pads", Ints{1, 1, 1, 1}}, {"mode", "reflect"}}, {3, 3}, 10);
    expectSame("Slice", {{"starts", Ints{1, 0}}, {"ends", Ints{3, -1}}, {"axes", Ints{0, 1}}}, {4, 5}, 9);
    expectSame("Slice", {{"starts", Ints{1}}, {"ends", Ints{1000}}}, {4, 5}, 7);
    expectSame(GraphBuilder().node("TopK", {"x"}, {"y", "i"}, {{"k", 2}}, "it"), {2, 5}, 9, "1 TopK rewritten");
}

TEST_F(OnnxOpset, ResizingTakesTheSameNeighbours) {
    for (const char* mode : {"nearest", "linear"}) {
        expectSame(GraphBuilder().node("Upsample", {"x"}, {"y"},
                                       {{"mode", mode}, {"scales", std::vector<float>{1, 1, 2, 2.5f}}}),
                   {1, 2, 3, 4}, 7, "Upsample");
        expectSame(GraphBuilder().floats("s", {4}, {1, 1, 2, 2}).node("Upsample", {"x", "s"}, {"y"}, {{"mode", mode}}),
                   {1, 2, 3, 4}, 9, "Upsample");
        expectSame(GraphBuilder().floats("s", {4}, {1, 1, 2, 3}).node("Resize", {"x", "s"}, {"y"}, {{"mode", mode}}),
                   {1, 2, 3, 4}, 10, "Resize");
        expectSame(
            GraphBuilder().floats("s", {4}, {1, 1, 0.6f, 0.5f}).node("Resize", {"x", "s"}, {"y"}, {{"mode", mode}}),
            {1, 2, 5, 4}, 10, "Resize");
    }
    expectSame(GraphBuilder()
                   .floats("none", {0}, {})
                   .ints("sizes", {4}, {1, 2, 6, 7})
                   .node("Resize", {"x", "none", "none", "sizes"}, {"y"}, {{"mode", "linear"}}),
               {1, 2, 3, 4}, 11, "opset raised");
}

TEST_F(OnnxOpset, NormalizationAndDropout) {
    GraphBuilder norm;
    for (const char* name : {"scale", "bias", "mean", "var"}) norm.floats(name, {2}, {1.5f, 0.5f});
    norm.node("BatchNormalization", {"x", "scale", "bias", "mean", "var"}, {"y"}, {{"spatial", 1}});
    expectSame(norm, {1, 2, 3}, 7, "1 BatchNormalization rewritten");
    expectSame("Dropout", {{"ratio", 0.7f}}, {2, 3}, 7);
    GraphBuilder groups;
    groups.floats("s", {2}, {2, 3})
        .floats("b", {2}, {1, -1})
        .node("GroupNormalization", {"x", "s", "b"}, {"y"}, {{"num_groups", 2}}, "gn");
    expectSame(groups, {1, 4, 3}, 18, "1 GroupNormalization rewritten");
}

TEST_F(OnnxOpset, RarerOperators) {
    GraphBuilder scatter;
    scatter.ints("i", {1, 2}, {1, 0})
        .floats("u", {1, 2}, {9, 8})
        .node("Scatter", {"x", "i", "u"}, {"y"}, {{"axis", 1}});
    expectSame(scatter, {2, 3}, 9, "Scatter rewritten");
    GraphBuilder grid;
    grid.floats("g", {1, 2, 2, 2}, {-0.5f, -0.5f, 0.3f, 0.2f, 0.1f, -0.9f, 0.8f, 0.7f});
    for (const char* mode : {"bilinear", "bicubic", "nearest"})
        expectSame(GraphBuilder(grid).node("GridSample", {"x", "g"}, {"y"}, {{"mode", mode}}), {1, 1, 3, 3}, 16,
                   "1 GridSample rewritten");
    GraphBuilder align;
    align.floats("r", {1, 4}, {0, 0, 3, 3})
        .ints("b", {1}, {0})
        .node("RoiAlign", {"x", "r", "b"}, {"y"}, {{"output_height", 2}, {"output_width", 2}});
    expectSame(align, {1, 1, 5, 5}, 10, "1 RoiAlign rewritten", 21);  // ONNX Runtime 1.29 runs no newer one
    expectSame("DFT", {{"axis", 1}}, {1, 4, 1}, 17);
}

TEST_F(OnnxOpset, BodiesAreRaisedToo) {
    GraphBuilder body;
    body.node("Squeeze", {"x"}, {"s"}, {{"axes", Ints{0}}})
        .node("Softmax", {"s"}, {"b"}, {{"axis", 0}})
        .outputOf("b", ElementType::Float32);
    GraphBuilder graph;
    graph.tensor(test::rawTensor("yes", ElementType::Bool, {}, std::string(1, '\1')));
    graph.node("If", {"yes"}, {"y"},
               {Attribute::graph("then_branch", body.bytes()), Attribute::graph("else_branch", body.bytes())});
    expectSame(graph, {1, 3, 2}, 11, "2 Softmax, 2 Squeeze rewritten");
}

TEST_F(OnnxOpset, WhatCannotBeRaisedIsNamed) {
    const auto refusal = [&](GraphBuilder graph, std::int64_t from, std::int64_t to) {
        return raise(open(onnxModel(graph, from)), to);
    };
    EXPECT_EQ(refusal(GraphBuilder().node("Scan", {"x", "x"}, {"y"}, {}, "loop"), 8, 13),
              "model.onnx: node 'loop' (Scan): the operator cannot be raised to opset 9: its inputs and batching "
              "changed. Export the "
              "model with a newer opset, or choose a target that needs none.");
    EXPECT_THAT(
        refusal(GraphBuilder().node("BatchNormalization", {"x", "s", "b", "m", "v"}, {"y"}, {{"spatial", 0}}, "bn"), 8,
                13),
        HasSubstr("node 'bn' (BatchNormalization): the operator cannot be raised to opset 9"));
    EXPECT_THAT(refusal(GraphBuilder().node("BatchNormalization", {"x", "s", "b", "m", "v"}, {"y", "mean"}), 13, 15),
                HasSubstr("statistics of training"));
    EXPECT_THAT(refusal(GraphBuilder().node("Dropout", {"x"}, {"y", "mask"}), 7, 13),
                HasSubstr("its mask was no bool"));
    EXPECT_THAT(refusal(GraphBuilder().floats("s", {2}, {2, 0.5f}).node("Resize", {"x", "s"}, {"y"}), 10, 13),
                HasSubstr("different neighbours"));
    EXPECT_THAT(refusal(GraphBuilder().node("Resize", {"x"}, {"y"},
                                            {{"coordinate_transformation_mode", "tf_half_pixel_for_nn"}}),
                        11, 13),
                HasSubstr("tf_half_pixel_for_nn"));
    EXPECT_THAT(refusal(GraphBuilder(), 17, 26), HasSubstr("26 is newer than 25"));
    EXPECT_EQ(refusal(GraphBuilder(), 17, 13), "") << "never lowered";
}

}  // namespace
}  // namespace roundoff::formats
