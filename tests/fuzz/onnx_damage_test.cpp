#include <fstream>
#include <iterator>

#include "core/formats/onnx/edit.h"
#include "tests/formats/onnx_fixture.h"

namespace roundoff::formats {
namespace {

using tensor::ElementType;
using test::Attribute, test::GraphBuilder, test::message, test::onnxModel, test::pbf_writer;

/// Opens damaged files and reads all that opens. Either it works or it is one line that names the file.
class OnnxDamage : public OnnxTest {
protected:
    enum class Outcome { Opened, Refused };
    Outcome probe(std::string_view bytes) {
        const auto model = tryOpen(bytes, "damaged.onnx");
        if (!model) {
            EXPECT_EQ(model.error().code, ErrorCode::BadInput);
            EXPECT_NE(model.error().where.find("damaged.onnx"), std::string::npos) << model.error().line();
            EXPECT_EQ(model.error().line().find('\n'), std::string::npos);
            return Outcome::Refused;
        }
        std::size_t total = 0;
        for (std::size_t i = 0; i < model->tensors().size(); ++i)
            if (const auto data = model->data(i))
                for (const std::byte b : data->view.bytes) total += std::size_t(b);
        for (const model::Layer& layer : model->layers()) {
            EXPECT_LT(layer.weight, model->tensors().size());
            EXPECT_LT(std::size_t(layer.outputAxis), layer.shape.size());
            EXPECT_LT(std::size_t(layer.reductionAxis), layer.shape.size());
        }
        m_read += total;
        return Outcome::Opened;
    }
    /// A bit of everything: typed fields, bodies, stored quantization, external data, attributes.
    static std::string sample() {
        const std::vector<std::int64_t> entries{-1, 300, 7, 0};
        const std::string typed = test::tensorHead("typed", 6, {2, 2}) + message([&](pbf_writer& w) {
                                      w.add_packed_int64(5, entries.begin(), entries.end());
                                  });
        GraphBuilder body;
        body.constant("c", test::floatTensorMessage("", {2, 2}, {1, 2, 3, 4}))
            .node("MatMul", {"d", "c"}, {"b"})
            .outputOf("b", ElementType::Float32);
        GraphBuilder graph;
        graph.tensor(typed).floats("s", {2}, {1, 2}).floats("f", {2, 2}, {1, 2, 3, 4});
        graph.tensor(test::rawTensor("q", ElementType::Int8, {2, 2}, "abcd"));
        graph.tensor(test::rawTensor("n", ElementType::Uint8, {2, 1, 8}, std::string(16, 'n')));
        graph.tensor(test::externalTensor("e", ElementType::Float32, {2, 1}, {{"location", "e.bin"}, {"offset", "4"}}));
        graph.input("x", ElementType::Float32, {-1, 2}).input("which", ElementType::Bool, {});
        graph.node("DequantizeLinear", {"q", "s"}, {"d"}, {{"axis", 1}}, "dq")
            .node("MatMul", {"x", "d"}, {"m"}, {}, "/a/MatMul");
        graph.node("MatMulNBits", {"m", "n", "s"}, {"k"}, {{"K", 2}, {"N", 2}, {"bits", 4}, {"block_size", 16}}, "nb",
                   "com.microsoft");
        graph.node("Transpose", {"f"}, {"t"}, {{"perm", std::vector<std::int64_t>{1, 0}}})
            .node("Gemm", {"k", "t", "s"}, {"g"});
        graph.node("If", {"which"}, {"y"}, {Attribute::graph("then_branch", body.bytes())})
            .node("MatMul", {"g", "e"}, {"z"});
        return onnxModel(graph, 21, 10);
    }
    void SetUp() override { m_folder.write("e.bin", "123456789012"); }
    std::size_t m_read = 0;
};

TEST_F(OnnxDamage, TheSampleIsGood) {
    ASSERT_EQ(probe(sample()), Outcome::Opened) << openModel(m_folder.path() / "damaged.onnx", m_job).error().line();
    EXPECT_GT(m_read, 0u);
}

TEST_F(OnnxDamage, EveryPrefixIsRefusedOrWhole) {
    const std::string whole = sample();
    std::size_t opened = 0;
    for (std::size_t length = 0; length < whole.size(); ++length)
        opened += probe(std::string_view(whole).substr(0, length)) == Outcome::Opened;
    // Only the end of the graph with its operator set, and what stands behind it, can be done without.
    EXPECT_LE(opened, 2u);
}

TEST_F(OnnxDamage, EveryPrefixOfTheDigitsModelsHeadIsRefused) {
    std::ifstream file(ROUNDOFF_SOURCE_DIR "/resources/samples/digits.onnx", std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(file), {}};
    ASSERT_EQ(whole.size(), 78354u);
    for (std::size_t length = 0; length < whole.size(); length += length < 2000 ? 1 : 97)
        ASSERT_EQ(probe(std::string_view(whole).substr(0, length)), Outcome::Refused) << length;
}

TEST_F(OnnxDamage, NoFlippedBitCrashes) {
    const std::string whole = sample();
    std::size_t refused = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const int bit : {0, 3, 7}) {
            std::string damaged = whole;
            damaged[at] = char(damaged[at] ^ (1 << bit));
            refused += probe(damaged) == Outcome::Refused;
        }
    }
    EXPECT_GT(refused, whole.size());  // most of the structure matters
}

TEST_F(OnnxDamage, NoOverwrittenByteCrashes) {
    const std::string whole = sample();
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (const char value : {'\x00', '\xFF'}) {
            std::string damaged = whole;
            damaged[at] = value;
            probe(damaged);
        }
}

TEST_F(OnnxDamage, WhatOpensCanBeWrittenAgain) {
    const std::string whole = sample();
    std::size_t written = 0;
    for (std::size_t at = 0; at < whole.size(); at += 3) {
        std::string damaged = whole;
        damaged[at] = char(damaged[at] ^ 4);
        const auto model = tryOpen(damaged, "damaged.onnx");
        if (!model) continue;
        auto edit = onnx::OnnxEdit::begin(*model);
        ASSERT_TRUE(edit);
        // Numbers of varints are checked when they are read: here at the latest.
        const auto files = edit->write(m_folder.path() / "again.onnx", {}, m_job);
        if (!files) continue;
        const auto again = openModel(files->front(), m_job);
        ASSERT_TRUE(again) << at << ": " << again.error().line();
        EXPECT_EQ(again->tensors().size(), model->tensors().size());
        ++written;
    }
    EXPECT_GT(written, 0u);
}

}  // namespace
}  // namespace roundoff::formats
