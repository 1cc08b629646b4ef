#include <sys/stat.h>
#include <unistd.h>

#include <limits>

#include "tests/formats/onnx_fixture.h"

namespace roundoff::formats {
namespace {

using tensor::ElementType, tensor::Shape;
using test::GraphBuilder, test::message, test::onnxModel, test::pbf_writer, test::rawTensor, test::tensorHead;
using ::testing::HasSubstr, ::testing::MatchesRegex, ::testing::StartsWith;

class OnnxBadInput : public OnnxTest {
protected:
    std::string refuseTensor(const std::string& tensor) {
        return refusal(onnxModel(GraphBuilder().tensor(tensor).node("MatMul", {"x", "t"}, {"y"})));
    }
    std::string refusePath(const std::filesystem::path& path) {
        const auto model = openModel(path, m_job);
        return model ? "opened" : line(model.error());
    }
    std::string refuseExternal(const std::string& location, const std::string& offset = "0",
                               const std::string& length = "8") {
        return refuseTensor(test::externalTensor("t", ElementType::Float32, {2},
                                                 {{"location", location}, {"offset", offset}, {"length", length}}));
    }
};

TEST_F(OnnxBadInput, FilesThatAreNone) {
    EXPECT_EQ(refusePath(m_folder.path() / "none.onnx"), "none.onnx: there is no such file. Check the path.");
    EXPECT_EQ(refusePath(m_folder.path()),
              m_folder.path().string() + ": this is a folder, not a file. Name a file in it.");
    EXPECT_EQ(refusal(""), "model.onnx: the file is empty. Get the file again.");
    ::mkfifo((m_folder.path() / "pipe").c_str(), 0600);
    EXPECT_EQ(refusePath(m_folder.path() / "pipe"), "pipe: this is not a regular file. Copy it to a file first.");
    if (::geteuid() == 0) return;  // root may read everything
    const auto secret = m_folder.write("secret.onnx", "x");
    std::filesystem::permissions(secret, std::filesystem::perms::none);
    EXPECT_EQ(refusePath(secret), "secret.onnx: no permission to read the file. Change its permissions.");
}

TEST_F(OnnxBadInput, FilesOfOtherKinds) {
    EXPECT_EQ(refusePath(m_folder.write("notes.txt", "just some text\n")),
              "notes.txt: this is no model of a known format. Give a file of one of these: ONNX.");
    EXPECT_EQ(refusal("just some text\n"),
              "model.onnx: byte 0: a field reaches behind the end: the file is cut off, damaged or not ONNX. Get or "
              "export the file again.");
    EXPECT_THAT(refusal(std::string(64, '\0')), StartsWith("model.onnx: byte 0: this is not a protobuf field"));
    EXPECT_THAT(refusal(std::string(5000, '\xFF')), StartsWith("model.onnx: byte 0: "));
}

TEST_F(OnnxBadInput, ModelsThatLackTheirParts) {
    EXPECT_EQ(refusal(message([](pbf_writer& w) { w.add_int64(1, 8); })),
              "model.onnx: the file holds no graph: it is cut off, or not ONNX. Get or export it again.");
    EXPECT_EQ(
        refusal(message([](pbf_writer& w) { w.add_message(7, GraphBuilder().node("Relu", {"x"}, {"y"}).bytes()); })),
        "model.onnx: the model names no operator set: it is cut off or damaged. Get or export the file again.");
}

TEST_F(OnnxBadInput, ShapesThatNoTensorHas) {
    EXPECT_THAT(refuseTensor(rawTensor("t", ElementType::Float32, {-1, 2}, "")),
                MatchesRegex("model\\.onnx: tensor 't' at byte [0-9]+: the shape -1 × 2 is negative or too large\\. "
                             "Export the model again\\."));
    const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
    EXPECT_THAT(refuseTensor(rawTensor("t", ElementType::Float32, {huge, huge}, "abcd")),
                HasSubstr("is negative or too large"));
    EXPECT_THAT(refuseTensor(rawTensor("t", ElementType::Float32, {huge}, "abcd")), HasSubstr("the size overflows"));
    EXPECT_THAT(refuseTensor(rawTensor("t", ElementType::Float32, {huge / 16}, "abcd")),
                HasSubstr("but raw_data has 4"));
}

TEST_F(OnnxBadInput, DataThatDoesNotFit) {
    const std::string head = tensorHead("t", 1, {2, 2});
    EXPECT_THAT(refuseTensor(rawTensor("t", ElementType::Float32, {2, 2}, std::string(15, 'x'))),
                MatchesRegex("model\\.onnx: tensor 't' at byte [0-9]+: 2 × 2 of float32 needs 16 bytes, but raw_data "
                             "has 15\\. Export the model again\\."));
    EXPECT_THAT(refuseTensor(head), HasSubstr("16 bytes are declared, but there is no data"));
    EXPECT_THAT(refuseTensor(tensorHead("t", 1, {0}) + message([](pbf_writer& w) { w.add_bytes(9, "abcd"); })),
                HasSubstr("needs 0 bytes"));
    EXPECT_THAT(refuseTensor(rawTensor("t", ElementType::Float32, {1}, "abcd") +
                             message([](pbf_writer& w) { w.add_float(4, 1); })),
                HasSubstr("two kinds of data fields are set"));
    EXPECT_THAT(refuseTensor(rawTensor("t", ElementType::Float32, {1}, "abcd") +
                             message([](pbf_writer& w) { w.add_bytes(9, "abcd"); })),
                HasSubstr("raw_data occurs twice"));
    EXPECT_THAT(refuseTensor(head + message([](pbf_writer& w) { w.add_int32(5, 1); })),
                HasSubstr("float32 elements cannot lie in int32_data"));
    EXPECT_THAT(refuseTensor(head + message([](pbf_writer& w) { w.add_float(4, 1); })), HasSubstr("needs 4 numbers"));
    EXPECT_THAT(refuseTensor(tensorHead("t", 99, {1})), HasSubstr("element type 99 is not known"));
    EXPECT_THAT(refuseTensor(tensorHead("t", 0, {1})), HasSubstr("element type 0 is not known"));
    EXPECT_THAT(refuseTensor(tensorHead("t", 1, {1}) + message([](pbf_writer& w) { w.add_message(3, std::string()); })),
                HasSubstr("stored in segments"));
    const std::vector<std::int64_t> few{1, 2};
    const std::string claims = tensorHead("t", 7, {std::int64_t{1} << 50}) +
                               message([&](pbf_writer& w) { w.add_packed_int64(7, few.begin(), few.end()); });
    EXPECT_THAT(refuseTensor(claims), HasSubstr("needs 1125899906842624 numbers, but int64_data has 2 bytes"));
}

TEST_F(OnnxBadInput, NumbersThatAreCutOffAreFoundWhenRead) {
    const auto read = [&](const std::string& varints) {
        const auto model = open(onnxModel(
            GraphBuilder().tensor(tensorHead("t", 7, {3}) + message([&](pbf_writer& w) { w.add_bytes(7, varints); }))));
        const auto data = model.data(0);
        return data ? "read" : line(data.error());
    };
    EXPECT_EQ(read(std::string("\x01\x02\x03", 3)), "read");
    EXPECT_THAT(read(std::string("\x01\x02\x83", 3)), HasSubstr("a number is cut off"));
    EXPECT_THAT(read(std::string("\x01\x02\x83\x01\x05", 5)), HasSubstr("3 numbers are needed, but 4 are there"));
    EXPECT_THAT(read(std::string(12, '\xFF')), HasSubstr("a number is cut off"));
}

TEST_F(OnnxBadInput, ExternalDataStaysInTheFolder) {
    m_folder.write("weights.bin", "12345678");
    std::filesystem::create_symlink("/etc/hostname", m_folder.path() / "link");
    std::filesystem::create_directory(m_folder.path() / "sub");
    std::filesystem::create_directory_symlink("/etc", m_folder.path() / "etc");
    EXPECT_EQ(refuseExternal("weights.bin"), "opened");
    EXPECT_EQ(refuseExternal("sub/./../weights.bin").substr(0, 10), "model.onnx");
    EXPECT_THAT(refuseExternal("../weights.bin"),
                MatchesRegex("model\\.onnx: tensor 't' at byte [0-9]+: the external data's location "
                             "\"\\.\\./weights\\.bin\" leads out of the "
                             "model's folder\\. Put the data file beside the model and name it by a relative path\\."));
    EXPECT_THAT(refuseExternal("/etc/hostname"), HasSubstr("is absolute"));
    EXPECT_THAT(refuseExternal("C:\\weights"), HasSubstr("is absolute"));
    EXPECT_THAT(refuseExternal("\\\\host\\weights"), HasSubstr("is absolute"));
    EXPECT_THAT(refuseExternal(""), HasSubstr("is empty"));
    EXPECT_THAT(refuseExternal("link"), HasSubstr("is a link out of the model's folder"));
    EXPECT_THAT(refuseExternal("etc/hostname"), HasSubstr("is a link out of the model's folder"));
    EXPECT_THAT(refuseExternal("sub"), HasSubstr("this is a folder, not a file"));
    EXPECT_THAT(refuseExternal("none.bin"), MatchesRegex("model\\.onnx: tensor 't' at byte [0-9]+: the data file "
                                                         "\"none\\.bin\" is missing\\. Put it beside the model\\."));
}

TEST_F(OnnxBadInput, DownloadCachesLinkBothFilesIntoOneStore) {
    std::filesystem::create_directories(m_folder.path() / "snapshot");
    const std::string file =
        onnxModel(GraphBuilder().tensor(test::externalTensor("t", ElementType::Float32, {2}, {{"location", "w.bin"}})));
    m_folder.write("store/1f", file);
    m_folder.write("store/2e", "12345678");
    std::filesystem::create_symlink("../store/1f", m_folder.path() / "snapshot/model.onnx");
    std::filesystem::create_symlink("../store/2e", m_folder.path() / "snapshot/w.bin");
    EXPECT_EQ(refusePath(m_folder.path() / "snapshot/model.onnx"), "opened");
}

TEST_F(OnnxBadInput, ExternalRangesLieInTheFile) {
    m_folder.write("w.bin", "12345678abcd");
    EXPECT_EQ(refuseExternal("w.bin", "4"), "opened");
    EXPECT_THAT(refuseExternal("w.bin", "5"),
                HasSubstr("8 bytes at 5 reach behind the end of \"w.bin\", which has 12"));
    EXPECT_THAT(refuseExternal("w.bin", "18446744073709551615"), HasSubstr("reach behind the end"));
    EXPECT_THAT(refuseExternal("w.bin", "99999999999999999999"),
                HasSubstr("the external data's offset \"99999999999999999999\" is not a number of bytes"));
    EXPECT_THAT(refuseExternal("w.bin", "-4"), HasSubstr("is not a number of bytes"));
    EXPECT_THAT(refuseExternal("w.bin", "0", "8x"), HasSubstr("length \"8x\" is not a number"));
    EXPECT_THAT(refuseExternal("w.bin", "0", "4"), HasSubstr("the tensor needs 8 bytes, but its external data has 4"));
    m_folder.write("void.bin", "");
    EXPECT_THAT(refuseExternal("void.bin"), HasSubstr("the file is empty"));
    EXPECT_THAT(refuseTensor(test::externalTensor("t", ElementType::Float32, {2}, {{"location", "w.bin"}}) +
                             message([](pbf_writer& w) { w.add_bytes(9, "12345678"); })),
                HasSubstr("both inside and outside of the file"));
}

TEST_F(OnnxBadInput, BodiesInBodiesEndSomewhere) {
    std::string graph = GraphBuilder().node("Relu", {"x"}, {"y"}).bytes();
    for (int depth = 0; depth < 5000; ++depth)
        graph = GraphBuilder().node("If", {"c"}, {"y"}, {test::Attribute::graph("then_branch", graph)}).bytes();
    EXPECT_THAT(refusal(onnxModel(graph)), HasSubstr("messages are nested too deeply"));
}

TEST_F(OnnxBadInput, ATensorGivenTwiceIsRefused) {
    const std::string one = test::floatTensorMessage("", {1}, {1});
    const std::string attribute = message([&](pbf_writer& w) {
        w.add_string(1, "value");
        w.add_message(5, one);
        w.add_message(5, one);
        w.add_int32(20, 4);
    });
    const std::string node = message([&](pbf_writer& w) {
        w.add_string(2, "c");
        w.add_string(4, "Constant");
        w.add_message(5, attribute);
    });
    EXPECT_THAT(refusal(onnxModel(message([&](pbf_writer& w) { w.add_message(1, node); }))),
                HasSubstr("the tensor is given twice"));
}

TEST_F(OnnxBadInput, ACancelledJobOpensNothing) {
    static std::stop_source stop;  // static, as GCC 12 takes a local one for uninitialized
    stop.request_stop();
    Job job(stop.get_token(), {});
    const auto model = openModel(m_folder.write("m.onnx", onnxModel(GraphBuilder())), job);
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, ErrorCode::Cancelled);
}

}  // namespace
}  // namespace roundoff::formats
