#include <fstream>

#include "tests/formats/onnx_fixture.h"

namespace roundoff::formats {
namespace {

using tensor::ElementType, tensor::Shape;
using test::Attribute, test::bytesOf, test::GraphBuilder, test::message, test::onnxModel, test::pbf_writer,
    test::rawTensor, test::tensorHead;
using ::testing::ElementsAre, ::testing::HasSubstr;

class OnnxRead : public OnnxTest {
protected:
    static std::string bytes(const model::Model& model, std::size_t tensor) {
        const auto data = model.data(tensor);
        EXPECT_TRUE(data) << data.error().line();
        if (!data) return {};
        return {reinterpret_cast<const char*>(data->view.bytes.data()), data->view.bytes.size()};
    }
    model::Model openTensor(const std::string& tensor) {
        return open(onnxModel(GraphBuilder().tensor(tensor).node("Identity", {"t"}, {"y"})));
    }
    std::string refuseTensor(const std::string& tensor) { return refusal(onnxModel(GraphBuilder().tensor(tensor))); }
};

TEST_F(OnnxRead, DescribesTheSample) {
    const auto model = openModel(ROUNDOFF_SOURCE_DIR "/resources/samples/digits.onnx", m_job);
    ASSERT_TRUE(model) << model.error().line();
    EXPECT_EQ(model->info().format, "onnx");
    EXPECT_EQ(model->info().bytes, 78354u);
    EXPECT_EQ(model->info().parameters, 18256u);
    EXPECT_EQ(model->info().opsets.at(""), 17);
    EXPECT_EQ(model->graph().nodes.size(), 21u);
    EXPECT_EQ(model->graph().inputs.at(0).name, "image");
    EXPECT_THAT(model->graph().inputs.at(0).shape, ElementsAre(-1, 1, 28, 28));
    EXPECT_EQ(model->graph().inputs.at(0).dimensionNames.at(0), "batch");
    ASSERT_EQ(model->layers().size(), 10u);
    EXPECT_EQ(model->layers()[2].name, "block0.pointwise");
    EXPECT_EQ(model->layers()[9].op, "Gemm");
    EXPECT_EQ(model->layers()[9].outputAxis, 0);
}

TEST_F(OnnxRead, TellsWhereATensorLies) {
    const std::string file = onnxModel(GraphBuilder().floats("t", {2, 2}, {1, 2, 3, 4}));
    const auto model = open(file);
    const model::Tensor& tensor = model.tensors().at(0);
    EXPECT_EQ(tensor.name, "t");
    EXPECT_EQ(tensor.bytes, 16u);
    EXPECT_EQ(tensor.file, (m_folder.path() / "model.onnx").string());
    EXPECT_EQ(file.substr(tensor.offset, 16), bytesOf<float>({1, 2, 3, 4}));
    EXPECT_EQ(bytes(model, 0), bytesOf<float>({1, 2, 3, 4}));
}

TEST_F(OnnxRead, EveryElementTypeComesBackFromRawData) {
    for (int number = 1; number <= 26; ++number) {
        const ElementType type = onnx::fromOnnx(number);
        ASSERT_EQ(onnx::toOnnx(type), number);
        if (type == ElementType::String) continue;
        std::string raw(std::size_t(*tensor::storageBytes(type, 5)), '\0');
        for (std::size_t i = 0; i < raw.size(); ++i) raw[i] = char(37 * i + 11);
        const auto model = openTensor(rawTensor("t", type, {5}, raw));
        ASSERT_EQ(model.tensors().at(0).type, type);
        EXPECT_EQ(bytes(model, 0), raw) << tensor::name(type);
    }
}

/// The same numbers in a typed field, packed and one by one.
TEST_F(OnnxRead, TypedFieldsGiveTheSameBytesAsRawData) {
    struct Case {
        ElementType type;
        std::uint32_t field;
        std::vector<std::int64_t> entries;
        std::string raw;
        std::int64_t count;
    };
    const std::vector<Case> cases{
        {ElementType::Int32, 5, {-1, 0, 70000}, bytesOf<std::int32_t>({-1, 0, 70000}), 3},
        {ElementType::Int16, 5, {-2, 300}, bytesOf<std::int16_t>({-2, 300}), 2},
        {ElementType::Int8, 5, {-128, 5, 127}, bytesOf<std::int8_t>({-128, 5, 127}), 3},
        {ElementType::Uint8, 5, {255, 0}, bytesOf<std::uint8_t>({255, 0}), 2},
        {ElementType::Uint16, 5, {65535}, bytesOf<std::uint16_t>({65535}), 1},
        {ElementType::Bool, 5, {1, 0}, bytesOf<std::uint8_t>({1, 0}), 2},
        {ElementType::Float16, 5, {0x3C00, 0xC000}, bytesOf<std::uint16_t>({0x3C00, 0xC000}), 2},
        {ElementType::BFloat16, 5, {0x3F80}, bytesOf<std::uint16_t>({0x3F80}), 1},
        {ElementType::Float8E4M3, 5, {0x7E, 0xFF}, bytesOf<std::uint8_t>({0x7E, 0xFF}), 2},
        {ElementType::Int4, 5, {0x21, 0x43, 0x05}, bytesOf<std::uint8_t>({0x21, 0x43, 0x05}), 5},
        {ElementType::Uint2, 5, {0xE4, 0x02}, bytesOf<std::uint8_t>({0xE4, 0x02}), 5},
        {ElementType::Int64, 7, {-1, std::int64_t{1} << 40}, bytesOf<std::int64_t>({-1, std::int64_t{1} << 40}), 2},
        {ElementType::Uint64, 11, {-1}, bytesOf<std::uint64_t>({~std::uint64_t{0}}), 1},
        {ElementType::Uint32, 11, {4000000000}, bytesOf<std::uint32_t>({4000000000u}), 1},
    };
    for (const Case& c : cases) {
        const std::string head = tensorHead("t", onnx::toOnnx(c.type), {c.count});
        const auto packed = openTensor(
            head + message([&](pbf_writer& w) { w.add_packed_int64(c.field, c.entries.begin(), c.entries.end()); }));
        EXPECT_EQ(bytes(packed, 0), c.raw) << tensor::name(c.type);
        const auto single = openTensor(head + message([&](pbf_writer& w) {
                                           for (const std::int64_t entry : c.entries) w.add_int64(c.field, entry);
                                       }));
        EXPECT_EQ(bytes(single, 0), c.raw) << tensor::name(c.type) << " one by one";
    }
}

TEST_F(OnnxRead, FloatFieldsAreReadInPlaceOrOneByOne) {
    const std::vector<float> values{1.5f, -2, 3};
    const std::vector<double> wide{0.1, -7};
    const auto packed = openTensor(
        tensorHead("t", 1, {3}) + message([&](pbf_writer& w) { w.add_packed_float(4, values.begin(), values.end()); }));
    EXPECT_EQ(bytes(packed, 0), bytesOf(values));
    const auto single = openTensor(tensorHead("t", 1, {3}) + message([&](pbf_writer& w) {
                                       for (const float v : values) w.add_float(4, v);
                                   }));
    EXPECT_EQ(bytes(single, 0), bytesOf(values));
    const auto doubles = openTensor(tensorHead("t", 11, {2}) +
                                    message([&](pbf_writer& w) { w.add_packed_double(10, wide.begin(), wide.end()); }));
    EXPECT_EQ(bytes(doubles, 0), bytesOf(wide));
    const auto complex = openTensor(tensorHead("t", 14, {1}) + message([&](pbf_writer& w) {
                                        w.add_packed_float(4, values.begin(), values.begin() + 2);
                                    }));
    EXPECT_EQ(bytes(complex, 0), bytesOf<float>({1.5f, -2}));
}

TEST_F(OnnxRead, ConstantsOfBodiesAndFunctionsAreTensorsToo) {
    GraphBuilder body;
    body.floats("inner", {2, 2}, {1, 2, 3, 4}).constant("c", test::floatTensorMessage("", {2, 2}, {5, 6, 7, 8}));
    body.node("MatMul", {"x", "inner"}, {"m"})
        .node("MatMul", {"m", "c"}, {"z"})
        .node("MatMul", {"z", "outer"}, {"out"})
        .outputOf("out", ElementType::Float32);
    GraphBuilder graph;
    graph.floats("outer", {2, 2}, {0, 1, 0, 1})
        .input("x", ElementType::Float32, {1, 2})
        .input("which", ElementType::Bool, {});
    graph.node("If", {"which"}, {"y"},
               {Attribute::graph("then_branch", body.bytes()), Attribute::graph("else_branch", body.bytes())});
    graph.node("MatMul", {"y", "outer"}, {"last"});
    const auto model = open(onnxModel(graph));
    ASSERT_EQ(model.tensors().size(), 5u);
    EXPECT_EQ(bytes(model, 2), bytesOf<float>({5, 6, 7, 8}));
    ASSERT_EQ(model.graph().nodes.size(), 10u);
    EXPECT_EQ(model.graph().nodes[0].subgraph, 0);
    EXPECT_EQ(model.graph().nodes[1].subgraph, 1);
    EXPECT_EQ(model.graph().nodes[5].subgraph, 2);
    EXPECT_EQ(model.graph().nodes[9].subgraph, 0);
    // Both branches call their weights alike, yet they are five layers; "outer" is one with three uses.
    ASSERT_EQ(model.layers().size(), 5u);
    EXPECT_EQ(model.layers()[0].name, "inner");
    EXPECT_EQ(model.layers()[3].name, "inner:2");
    EXPECT_EQ(model.layers()[2].name, "outer");
    EXPECT_THAT(model.layers()[2].uses, ElementsAre(4, 8, 9));
}

TEST_F(OnnxRead, InitializersThatAreInputsAreNotAskedFor) {
    const auto model = open(onnxModel(GraphBuilder()
                                          .input("w", ElementType::Float32, {1, 1})
                                          .input("x", ElementType::Float32, {-1, 1})
                                          .floats("w", {1, 1}, {1})
                                          .node("MatMul", {"x", "w"}, {"y"}),
                                      8, 3));
    ASSERT_EQ(model.graph().inputs.size(), 1u);
    EXPECT_EQ(model.graph().inputs[0].name, "x");
    EXPECT_EQ(model.layers().size(), 1u);
}

TEST_F(OnnxRead, EmptyGraphsAndModelsWithoutLayersOpen) {
    EXPECT_EQ(open(onnxModel(GraphBuilder())).layers().size(), 0u);
    const auto model = open(onnxModel(GraphBuilder().input("x", ElementType::Float32, {2}).node("Relu", {"x"}, {"y"})));
    EXPECT_EQ(model.layers().size(), 0u);
    EXPECT_EQ(model.info().parameters, 0u);
}

TEST_F(OnnxRead, TensorsWithoutElementsNeedNoData) {
    const auto model = open(onnxModel(GraphBuilder().tensor(tensorHead("t", 1, {0, 5}))));
    EXPECT_EQ(bytes(model, 0), "");
    EXPECT_EQ(model.tensors()[0].bytes, 0u);
}

TEST_F(OnnxRead, FarRecordedDataIsFound) {
    std::string data(100, 'x');
    data += bytesOf<float>({1, 2});
    m_folder.write("weights/a.bin", data);
    m_folder.write("b.bin", bytesOf<float>({3}));
    const auto model = open(onnxModel(
        GraphBuilder()
            .tensor(test::externalTensor("a", ElementType::Float32, {2},
                                         {{"location", "weights/a.bin"}, {"offset", "100"}, {"length", "8"}}))
            .tensor(test::externalTensor("b", ElementType::Float32, {1}, {{"location", "b.bin"}, {"checksum", "x"}}))
            .tensor(test::externalTensor("none", ElementType::Float32, {0}, {{"location", "nowhere"}}))));
    EXPECT_EQ(bytes(model, 0), bytesOf<float>({1, 2}));
    EXPECT_EQ(bytes(model, 1), bytesOf<float>({3}));
    EXPECT_EQ(bytes(model, 2), "");
    EXPECT_EQ(model.info().files.size(), 3u);
    EXPECT_EQ(model.info().bytes, std::filesystem::file_size(m_folder.path() / "model.onnx") + 112);
    EXPECT_EQ(model.tensors()[0].file, (m_folder.path() / "weights/a.bin").string());
    EXPECT_EQ(model.tensors()[0].offset, 100u);
}

TEST_F(OnnxRead, OpensOpsets7To25) {
    const auto with = [](std::int64_t opset) { return onnxModel(GraphBuilder().node("Relu", {"x"}, {"y"}), opset); };
    for (std::int64_t opset = 7; opset <= 25; ++opset) EXPECT_EQ(open(with(opset)).info().opsets.at(""), opset);
    EXPECT_EQ(
        refusal(with(6)),
        "model.onnx: opset 6 is outside of 7 to 25, the ones known here. Export the model with an opset in between.");
    EXPECT_THAT(refusal(with(26)), HasSubstr("opset 26 is outside of 7 to 25"));
}

TEST_F(OnnxRead, IsOneOfTheFormats) {
    ASSERT_FALSE(formats().empty());
    for (const Format& format : formats()) {
        EXPECT_FALSE(format.id.empty());
        EXPECT_FALSE(format.extensions.empty());
        EXPECT_FALSE(format.probe({})) << format.id;
    }
    // The content decides, not the name.
    EXPECT_EQ(open(onnxModel(GraphBuilder()), "model.bin").info().format, "onnx");
}

}  // namespace
}  // namespace roundoff::formats
