#include <fcntl.h>

#include <fstream>

#include "core/formats/onnx/edit.h"
#include "core/runtime/session.h"
#include "tests/formats/onnx_fixture.h"
#include "tests/support/toy_model.h"

namespace roundoff::formats {
namespace {

using onnx::OnnxEdit, onnx::ByteSink;
using tensor::ElementType, tensor::Shape;
using test::Attribute, test::bytesOf, test::GraphBuilder, test::onnxModel, test::rawTensor;
using ::testing::ElementsAre, ::testing::HasSubstr;

class OnnxEditTest : public OnnxTest {
protected:
    static std::string bytes(const model::Model& model, std::size_t tensor) {
        const auto data = model.data(tensor);
        EXPECT_TRUE(data) << data.error().line();
        return data ? std::string(reinterpret_cast<const char*>(data->view.bytes.data()), data->view.bytes.size()) : "";
    }
    OnnxEdit edit(const model::Model& model) {
        auto begun = OnnxEdit::begin(model);
        EXPECT_TRUE(begun) << begun.error().line();
        return std::move(*begun);
    }
    model::Model written(OnnxEdit& edit, const onnx::WriteOptions& options = {}) {
        m_paths = {};
        const auto paths = edit.write(m_folder.path() / "out.onnx", options, m_job);
        EXPECT_TRUE(paths) << paths.error().line();
        if (!paths) return {};
        m_paths = *paths;
        auto model = openModel(paths->front(), m_job);
        EXPECT_TRUE(model) << model.error().line();
        return model ? std::move(*model) : model::Model();
    }
    void expectSameTensors(const model::Model& a, const model::Model& b) {
        ASSERT_EQ(a.tensors().size(), b.tensors().size());
        for (std::size_t i = 0; i < a.tensors().size(); ++i) {
            EXPECT_EQ(a.tensors()[i].name, b.tensors()[i].name);
            EXPECT_EQ(a.tensors()[i].type, b.tensors()[i].type);
            EXPECT_EQ(a.tensors()[i].shape, b.tensors()[i].shape);
            EXPECT_EQ(bytes(a, i), bytes(b, i)) << a.tensors()[i].name;
        }
    }
    /// The first output of a model for x = 1, 2, … of the given shape.
    std::vector<float> run(const std::filesystem::path& path, const Shape& shape) {
        auto session = runtime::Session::open(path, {runtime::SessionOptions::Level::Faithful, 1, 1});
        EXPECT_TRUE(session) << session.error().line();
        if (!session) return {};
        std::vector<float> x(*tensor::elementCount(shape));
        for (std::size_t i = 0; i < x.size(); ++i) x[i] = float(i + 1);
        const auto raw = std::as_bytes(std::span(x));
        const auto out = session->run({{"x", ElementType::Float32, shape, {raw.begin(), raw.end()}}}, m_job);
        EXPECT_TRUE(out) << out.error().line();
        if (!out) return {};
        std::vector<float> y(out->front().bytes.size() / sizeof(float));
        std::memcpy(y.data(), out->front().bytes.data(), y.size() * sizeof(float));
        return y;
    }
    static GraphBuilder product() {
        return GraphBuilder()
            .floats("w", {2, 2}, {1, 2, 3, 4})
            .input("x", ElementType::Float32, {1, 2})
            .output("y", ElementType::Float32, {1, 2})
            .node("MatMul", {"x", "w"}, {"y"}, {}, "product");
    }
    std::vector<std::filesystem::path> m_paths;
};

TEST_F(OnnxEditTest, UnchangedModelsComeBackBitForBit) {
    for (const bool external : {false, true}) {
        for (const char* name : {"digits.onnx", "shakespeare.onnx"}) {
            const auto model = openModel(std::string(ROUNDOFF_SOURCE_DIR "/resources/samples/") + name, m_job);
            ASSERT_TRUE(model);
            OnnxEdit unchanged = edit(*model);
            const auto again = written(unchanged, {external, ""});
            expectSameTensors(*model, again);
            EXPECT_EQ(again.info().metadata, model->info().metadata);
            EXPECT_EQ(again.info().opsets, model->info().opsets);
            EXPECT_EQ(again.graph().nodes.size(), model->graph().nodes.size());
            EXPECT_EQ(again.layers().size(), model->layers().size());
            EXPECT_EQ(m_paths.size(), external ? 2u : 1u);
        }
    }
}

TEST_F(OnnxEditTest, EveryWayToStoreNumbersComesBack) {
    m_folder.write("far.bin", std::string(2000, 'f'));
    const std::vector<std::int64_t> entries{-1, 7};
    GraphBuilder graph;
    graph.tensor(test::tensorHead("typed", 6, {2}) +
                 test::message([&](test::pbf_writer& w) { w.add_packed_int64(5, entries.begin(), entries.end()); }));
    graph.tensor(test::externalTensor("far", ElementType::Uint8, {2000}, {{"location", "far.bin"}}));
    graph.tensor(test::tensorHead("none", 1, {0})).floats("scalar", {}, {5});
    graph.tensor(test::tensorHead("words", 8, {2}) + test::message([](test::pbf_writer& w) {
                     w.add_bytes(6, "a");
                     w.add_bytes(6, "b");
                 }));
    graph.node("ConstantOfShape", {"typed"}, {"c"},
               {Attribute::tensor("value", rawTensor("", ElementType::Float32, {1}, "abcd"))});
    const auto model = open(onnxModel(graph));
    for (const bool external : {false, true}) {
        OnnxEdit unchanged = edit(model);
        const auto again = written(unchanged, {external, "numbers.bin"});
        expectSameTensors(model, again);
        EXPECT_EQ(again.info().files.size(), external ? 2u : 1u);
        std::ifstream file(m_paths[0], std::ios::binary);
        const std::string all{std::istreambuf_iterator<char>(file), {}};
        EXPECT_NE(all.find("abcd"), std::string::npos) << "the value of ConstantOfShape";
        EXPECT_EQ(all.find("far.bin"), std::string::npos) << "the new model stands on its own";
    }
    EXPECT_EQ(m_paths[1].filename(), "numbers.bin");
}

TEST_F(OnnxEditTest, ExternalTensorsAreAligned) {
    const auto model = open(onnxModel(GraphBuilder()
                                          .tensor(rawTensor("a", ElementType::Uint8, {5000}, std::string(5000, 'a')))
                                          .tensor(rawTensor("small", ElementType::Uint8, {5}, "small"))
                                          .tensor(rawTensor("b", ElementType::Uint8, {1024}, std::string(1024, 'b')))));
    OnnxEdit unchanged = edit(model);
    const auto again = written(unchanged, {true, ""});
    EXPECT_EQ(again.tensors()[0].offset, 0u);
    EXPECT_EQ(again.tensors()[1].file, m_paths[0].string());
    EXPECT_EQ(again.tensors()[2].offset, 8192u);
    EXPECT_EQ(m_paths[1].filename(), "out.onnx.data");
}

TEST_F(OnnxEditTest, AWeightIsReplacedByCodesAndAScale) {
    const auto model = open(onnxModel(product(), 13));
    OnnxEdit change = edit(model);
    change.addTensor("w.codes", ElementType::Int8, {2, 2},
                     std::vector<std::byte>{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}});
    change.addTensor("w.scale", ElementType::Float32, {}, [](ByteSink& out, Job&) {
        const float scale = 0.5f;
        return out.write(std::as_bytes(std::span(&scale, 1)));
    });
    change.computeTensor(0, {{"w.dequantize", "DequantizeLinear", "", {"w.codes", "w.scale"}, {"w"}, {}}});
    const auto again = written(change);
    EXPECT_EQ(again.tensors().size(), 2u);
    ASSERT_EQ(again.layers().size(), 1u);
    EXPECT_EQ(again.layers()[0].stored->description, "int8 per tensor (DequantizeLinear)");
    EXPECT_THAT(run(m_paths[0], {1, 2}), ElementsAre(3.5f, 5));
}

TEST_F(OnnxEditTest, WeightsInConstantNodesAndBodiesAreReplacedToo) {
    GraphBuilder body;
    body.floats("inner", {2, 2}, {1, 0, 0, 1})
        .node("MatMul", {"x", "inner"}, {"a"})
        .constant("c", test::floatTensorMessage("", {2, 2}, {1, 0, 0, 1}))
        .node("MatMul", {"a", "c"}, {"b"})
        .output("b", ElementType::Float32, {1, 2});
    const auto model = open(onnxModel(
        GraphBuilder()
            .input("x", ElementType::Float32, {1, 2})
            .output("y", ElementType::Float32, {1, 2})
            .tensor(rawTensor("yes", ElementType::Bool, {}, std::string(1, '\1')))
            .node("If", {"yes"}, {"y"},
                  {Attribute::graph("then_branch", body.bytes()), Attribute::graph("else_branch", body.bytes())}),
        13));
    ASSERT_EQ(model.layers().size(), 4u);
    OnnxEdit change = edit(model);
    change.addTensor("scale", ElementType::Float32, {},
                     {std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0x40}});  // 2
    for (const model::Layer& layer : model.layers()) {
        const std::string codes = change.freshName("codes");
        change.addTensor(codes, ElementType::Int8, {2, 2},
                         std::vector<std::byte>{std::byte{1}, std::byte{0}, std::byte{0}, std::byte{1}});
        change.computeTensor(layer.weight,
                             {{change.freshName("dq"), "DequantizeLinear", "", {codes, "scale"}, {"?"}, {}}});
    }
    const auto again = written(change);
    for (const model::Layer& layer : again.layers()) EXPECT_TRUE(layer.stored);
    EXPECT_THAT(run(m_paths[0], {1, 2}), ElementsAre(4, 8));
}

TEST_F(OnnxEditTest, FunctionsGetConstantsOfTheirOwn) {
    GraphBuilder function;
    function.constant("c", test::floatTensorMessage("", {2, 2}, {1, 0, 0, 1}))
        .node("MatMul", {"a", "c"}, {"m"}, {}, "inside");
    function.node("Squeeze", {"m"}, {"b"}, {{"axes", std::vector<std::int64_t>{0}}});
    GraphBuilder graph;
    graph.input("x", ElementType::Float32, {1, 2})
        .outputOf("y", ElementType::Float32)
        .node("Layer", {"x"}, {"y"}, {}, "call", "my.domain");
    const auto model = open(onnxModel(graph.bytes(), 11, 8, test::functionField("Layer", {"a"}, {"b"}, function, 11)));
    ASSERT_EQ(model.layers().size(), 1u);
    EXPECT_EQ(model.layers()[0].name, "c");
    OnnxEdit change = edit(model);
    ASSERT_TRUE(change.raiseOpset(13));
    change.addTensor("codes", ElementType::Int8, {2, 2},
                     std::vector<std::byte>{std::byte{3}, std::byte{0}, std::byte{0}, std::byte{3}});
    change.addTensor("scale", ElementType::Float32, {},
                     {std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0x40}});  // 2
    change.computeTensor(0, {{"dq", "DequantizeLinear", "", {"codes", "scale"}, {"c"}, {}}});
    const auto again = written(change);
    ASSERT_EQ(again.layers().size(), 1u);
    EXPECT_TRUE(again.layers()[0].stored);
    EXPECT_THAT(run(m_paths[0], {1, 2}), ElementsAre(6, 12));
}

TEST_F(OnnxEditTest, NodesAreReplacedAndPutBeforeOthers) {
    const auto model = open(onnxModel(product()));
    OnnxEdit change = edit(model);
    change.addNodeBefore(0, {"twice", "Add", "", {"x", "x"}, {"xx"}, {}});
    change.replaceInput(0, 0, "xx");
    change.replaceTensor(0, ElementType::Float32, {2, 2}, [](ByteSink& out, Job&) {
        const std::vector<float> unit{1, 0, 0, 1};
        return out.write(std::as_bytes(std::span(unit)));
    });
    written(change);
    EXPECT_THAT(run(m_paths[0], {1, 2}), ElementsAre(2, 4));

    OnnxEdit gemm = edit(model);
    gemm.replaceNode(0, {"g", "Gemm", "", {"x", "w"}, {"y"}, {{"transB", std::int64_t{1}}, {"alpha", 2.0f}}});
    written(gemm);
    EXPECT_THAT(run(m_paths[0], {1, 2}), ElementsAre(10, 22));
}

TEST_F(OnnxEditTest, OldModelsForgetThatTheirWeightsWereInputs) {
    GraphBuilder graph = product();
    graph.input("w", ElementType::Float32, {2, 2});
    const auto model = open(onnxModel(graph, 13, 3));
    OnnxEdit change = edit(model);
    change.addTensor("codes", ElementType::Int8, {2, 2}, std::vector<std::byte>(4, std::byte{1}));
    change.addTensor("scale", ElementType::Float32, {},
                     {std::byte{0}, std::byte{0}, std::byte{0x80}, std::byte{0x3F}});  // 1
    change.computeTensor(0, {{"dq", "DequantizeLinear", "", {"codes", "scale"}, {"w"}, {}}});
    const auto again = written(change);
    EXPECT_EQ(again.info().irVersion, 4);
    ASSERT_EQ(again.graph().inputs.size(), 1u);
    EXPECT_THAT(run(m_paths[0], {1, 2}), ElementsAre(3, 3));
}

TEST_F(OnnxEditTest, FactsOfTheFileAreSet) {
    const auto model = open(onnxModel(product()));
    OnnxEdit change = edit(model);
    change.setMetadata("roundoff", "1");
    change.setMetadata("roundoff", "2");
    change.importDomain("com.microsoft", 1);
    change.importDomain("my.domain", 3);
    change.addTensor("four", ElementType::Int4, {3}, std::vector<std::byte>(2));
    const auto again = written(change);
    EXPECT_EQ(again.info().metadata.at("roundoff"), "2");
    EXPECT_EQ(again.info().opsets.at("my.domain"), 3);
    EXPECT_EQ(again.info().opsets.at("com.microsoft"), 1);
    EXPECT_EQ(again.info().irVersion, 10) << "int4 came with IR 10";
    EXPECT_EQ(again.tensors()[1].type, ElementType::Int4);
}

TEST_F(OnnxEditTest, FreshNamesAreNobodyElses) {
    OnnxEdit change = edit(open(onnxModel(product())));
    EXPECT_EQ(change.freshName("new"), "new");
    EXPECT_EQ(change.freshName("new"), "new_1");
    EXPECT_EQ(change.freshName("w"), "w_1");
    EXPECT_EQ(change.freshName("product"), "product_1");
}

TEST_F(OnnxEditTest, FailuresLeaveNothingBehind) {
    const auto model = open(onnxModel(product()));
    const auto failure = [&](const std::filesystem::path& path, onnx::MakeBytes make,
                             const onnx::WriteOptions& options = {}) {
        OnnxEdit change = edit(model);
        change.addTensor("made", ElementType::Uint8, {2000}, std::move(make));
        const auto paths = change.write(path, options, m_job);
        return paths ? "written" : line(paths.error());
    };
    const auto good = [](ByteSink& out, Job&) { return out.write(std::vector<std::byte>(2000)); };
    const auto few = [](ByteSink& out, Job&) { return out.write(std::vector<std::byte>(9)); };
    const auto broken = [](ByteSink&, Job&) -> Result<void> { return failed("w", "no numbers today"); };
    const auto out = m_folder.path() / "out.onnx";
    EXPECT_EQ(failure(out, broken), "w: no numbers today.");
    EXPECT_EQ(failure(out, broken, {true, ""}), "w: no numbers today.");
    EXPECT_THAT(failure(out, few), HasSubstr("a tensor of 2000 bytes was made with 9"));
    EXPECT_FALSE(std::filesystem::exists(out));
    EXPECT_FALSE(std::filesystem::exists(m_folder.path() / "out.onnx.data"));
    EXPECT_EQ(failure(m_folder.path() / "no/out.onnx", good), "no/out.onnx: the folder does not exist. Make it first.");
    EXPECT_THAT(failure(m_folder.path() / "model.onnx", good), HasSubstr("belongs to the opened model"));
    EXPECT_EQ(failure(out, good), "written");
    if (!std::filesystem::exists("/dev/full")) return;
    EXPECT_EQ(failure("/dev/full", good), "/dev/full: the disk is full. Free some space or write elsewhere.");
}

TEST_F(OnnxEditTest, ACancelledJobLeavesNothingBehind) {
    OnnxEdit change = edit(open(onnxModel(product())));
    std::stop_source stop;
    stop.request_stop();
    Job job(stop.get_token(), {});
    const auto paths = change.write(m_folder.path() / "out.onnx", {}, job);
    ASSERT_FALSE(paths);
    EXPECT_EQ(paths.error().code, ErrorCode::Cancelled);
    EXPECT_FALSE(std::filesystem::exists(m_folder.path() / "out.onnx"));
}

TEST_F(OnnxEditTest, OtherFormatsCannotBeEdited) {
    EXPECT_FALSE(OnnxEdit::begin(testing_support::toyModel({})));
    EXPECT_FALSE(OnnxEdit::begin(model::Model()));
}

}  // namespace
}  // namespace roundoff::formats
