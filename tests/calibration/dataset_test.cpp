#include "core/calibration/dataset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>

#include "core/base/cpu.h"
#include "core/runtime/memory_limit.h"
#include "tests/support/npy.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_model.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;
using tensor::ElementType;
using testing_support::input;
using testing_support::toyModel;

class Dataset : public testing::Test {
protected:

    fs::path write(const std::string& name, const std::string& bytes) {
        std::ofstream(m_folder / name, std::ios::binary) << bytes;
        return m_folder / name;
    }
    template <class T>
    fs::path npy(const std::string& name, const std::string& descr, const std::string& shape, std::vector<T> data,
                 const std::string& fortran = "False") {
        return write(name, test::npyBytes(descr, shape, data, fortran));
    }

    test::TempFolder m_temporary;
    const fs::path m_folder = m_temporary.path();
    Job m_job;
};

using Samples = std::vector<runtime::Sample>;

/// All samples of a path, as they stream by.
Result<Samples> read(const model::Model& model, const fs::path& path, std::size_t limit, Job& job) {
    const auto data = loadDataset(model, {path, 4, 0}, limit, job);
    if (!data) return propagate(data);
    Samples samples;
    for (std::size_t i = 0; i < data->count(); ++i) {
        auto sample = data->sample(i);
        if (!sample) return propagate(sample);
        samples.push_back(std::move(*sample));
    }
    return samples;
}

std::vector<float> floats(const runtime::NamedTensor& tensor) {
    std::vector<float> out(tensor.bytes.size() / 4);
    std::memcpy(out.data(), tensor.bytes.data(), tensor.bytes.size());
    return out;
}

TEST_F(Dataset, TheFirstAxisOfAnArrayCountsSamples) {
    const auto model = toyModel({input("x", ElementType::Float32, {-1, 2})});
    const auto path = npy<double>("a.npy", "<f8", "(3, 2)", {1, 2, 3, 4, 5, 6});
    const auto samples = read(model, path, 2, m_job);
    ASSERT_TRUE(samples) << samples.error().line();
    ASSERT_EQ(samples->size(), 2u);  // the limit
    EXPECT_EQ((*samples)[1][0].shape, (tensor::Shape{1, 2}));
    EXPECT_EQ(floats((*samples)[1][0]), (std::vector<float>{3, 4}));
}

TEST_F(Dataset, OrderAndEndiannessOfTheFileMakeNoDifference) {
    const auto model = toyModel({input("x", ElementType::Float32, {1, 2, 3})});
    const auto columns = npy<float>("f.npy", "<f4", "(2, 3)", {1, 4, 2, 5, 3, 6}, "True");
    EXPECT_EQ(floats((*read(model, columns, 9, m_job))[0][0]), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    const auto big = npy<unsigned char>("b.npy", ">i2", "(1, 2, 3)", {0, 1, 0, 2, 0, 3, 255, 255, 1, 0, 0, 6});
    EXPECT_EQ(floats((*read(model, big, 9, m_job))[0][0]), (std::vector<float>{1, 2, 3, -1, 256, 6}));
}

TEST_F(Dataset, AFolderHoldsOneArrayForEachInput) {
    const auto model =
        toyModel({input("ids", ElementType::Int64, {-1, -1}), input("flags", ElementType::Bool, {-1, -1})});
    npy<std::int32_t>("ids.npy", "<i4", "(2, 3)", {1, 2, 3, 4, 5, 6});
    const auto incomplete = read(model, m_folder, 9, m_job);
    ASSERT_FALSE(incomplete);
    EXPECT_NE(incomplete.error().what.find("flags.npy"), std::string::npos);
    npy<unsigned char>("flags.npy", "|b1", "(2, 3)", {1, 1, 0, 1, 1, 1});
    const auto samples = read(model, m_folder, 9, m_job);
    ASSERT_TRUE(samples) << samples.error().line();
    ASSERT_EQ(samples->size(), 2u);
    EXPECT_EQ((*samples)[0][0].bytes.size(), 24u);
    EXPECT_EQ((*samples)[0][1].bytes, (std::vector<std::byte>{std::byte{1}, std::byte{1}, std::byte{0}}));
}

TEST_F(Dataset, IdsAndTheMaskBesideThemAreKnown) {
    const auto model = toyModel({input("input_ids", ElementType::Int64, {-1, -1}), input("attention_mask", ElementType::Int64, {-1, -1})});
    npy<std::int64_t>("input_ids.npy", "<i8", "(2, 3)", {1, 2, 3, 4, 5, 6});
    npy<std::int64_t>("attention_mask.npy", "<i8", "(2, 3)", {1, 1, 0, 1, 1, 1});
    const auto data = loadDataset(model, {m_folder, 4, 0}, 9, m_job);
    ASSERT_TRUE(data) << data.error().line();
    EXPECT_EQ(data->tokens, "input_ids");
    EXPECT_EQ(data->mask, "attention_mask");
}

TEST_F(Dataset, AFixedBatchTakesSeveralWindows) {
    const auto model = toyModel({input("input_ids", ElementType::Int64, {2, 3})}, {}, {}, {{"tokenizer", "bytes"}});
    const auto samples = read(model, write("t.txt", "abcdefghijklm"), 9, m_job);
    ASSERT_TRUE(samples) << samples.error().line();
    ASSERT_EQ(samples->size(), 2u);
    EXPECT_EQ((*samples)[1][0].shape, (tensor::Shape{2, 3}));
    std::int64_t id = 0;
    std::memcpy(&id, (*samples)[1][0].bytes.data() + 5 * 8, 8);
    EXPECT_EQ(id, 'l');
    const auto little = read(model, write("t.txt", "abcde"), 9, m_job);
    ASSERT_FALSE(little);
    EXPECT_NE(little.error().line().find("2 windows that the model takes at once: 5 of 6 bytes"), std::string::npos) << little.error().line();
}

TEST_F(Dataset, AnArrayNamedAfterTheOnlyInputIsTheOne) {
    const auto model = toyModel({input("x", ElementType::Float32, {-1, 2})});
    npy<float>("x.npy", "<f4", "(1, 2)", {1, 2});
    npy<float>("other.npy", "<f4", "(3, 2)", std::vector<float>(6));
    const auto data = loadDataset(model, {m_folder}, 9, m_job);
    ASSERT_TRUE(data) << data.error().line();
    EXPECT_EQ(data->count(), 1u);
    EXPECT_NE(data->words.find("left out: other"), std::string::npos) << data->words;
}

TEST_F(Dataset, SizesAreForFreeAxesAlone) {
    const auto model = toyModel({input("x", ElementType::Float32, {-1, -1, 2}, {"batch"})});
    const auto wordsOf = [&](const std::string& name) {
        DataSource source;
        source.dims[name] = 3;
        const auto data = loadDataset(model, source, 9, m_job);
        return data ? data->words : data.error().line();
    };
    EXPECT_EQ(wordsOf("batch"), "4 synthetic samples; batch = 3");
    EXPECT_EQ(wordsOf("x:0"), "4 synthetic samples; x:0 = 3");
    for (const char* wrong : {"foo", "x:2", "y:0"})
        EXPECT_EQ(wordsOf(wrong), std::string("--dim: '") + wrong + "' is no free axis of toy.onnx. There are batch, x:1.");
    DataSource twice;
    EXPECT_TRUE(setDim(twice, "a=2"));
    EXPECT_FALSE(setDim(twice, "a=3"));
}

/// What ONNX Runtime says of a sample is the data's trouble: their file, and what may be done about such.
TEST_F(Dataset, ASampleThatDoesNotRunIsNamed) {
    const Error error{ErrorCode::Failed, "toy.onnx", "stopped", "Look"};
    const auto ids = toyModel({input("input_ids", ElementType::Int64, {-1, -1})});
    const auto path = npy<std::int64_t>("ids.npy", "<i8", "(2, 3)", {1, 2, 3, 4, 5, 6});
    const auto data = loadDataset(ids, {path}, 9, m_job).value();
    EXPECT_EQ(data.unfit(1, error).code, ErrorCode::BadInput);
    EXPECT_EQ(data.unfit(1, error).line().find(path.string() + ": sample 1: stopped. Look whether"), 0u) << data.unfit(1, error).line();
    EXPECT_NE(data.unfit(1, error).remedy.find("vocabulary"), std::string::npos);
    const auto image = toyModel({input("image", ElementType::Float32, {1, 1, 28, 28})});
    const auto pictures = loadDataset(image, {ROUNDOFF_SOURCE_DIR "/resources/samples/digits.calib"}, 9, m_job).value();
    EXPECT_EQ(pictures.unfit(3, error).where, pictures.files[3].string());
    EXPECT_EQ(pictures.unfit(3, error).remedy.find("vocabulary"), std::string::npos);
    const Error limit{ErrorCode::Failed, "--memory-limit", "too much", "Raise it"};
    EXPECT_EQ(data.unfit(1, limit).line(), limit.line());
}

TEST_F(Dataset, PictureOptionsAreFiniteNumbers) {
    ImageOptions options;
    for (const char* wrong : {"0", "-1", "nan", "inf", "1e300", "1e-300"}) {
        EXPECT_FALSE(setScale(options, wrong)) << wrong;
        EXPECT_FALSE(setStd(options, wrong)) << wrong;
    }
    EXPECT_FALSE(setMean(options, "1e39"));
    EXPECT_TRUE(setMean(options, "-1"));
    EXPECT_TRUE(setScale(options, "0.5"));
    EXPECT_EQ(options.scale, 0.5);
    EXPECT_TRUE(setScale(options, ""));
    EXPECT_FALSE(options.scale);
}

TEST_F(Dataset, TextBecomesWindowsOfBytes) {
    const auto model = toyModel({input("input_ids", ElementType::Int64, {-1, -1})}, {}, {},
                                {{"tokenizer", "bytes"}, {"context", "4"}});
    const auto path = write("t.txt", "abcdefghij");
    const auto samples = read(model, path, 9, m_job);
    ASSERT_TRUE(samples) << samples.error().line();
    ASSERT_EQ(samples->size(), 2u);  // the rest is shorter than a window
    std::int64_t id = 0;
    std::memcpy(&id, (*samples)[1][0].bytes.data(), 8);
    EXPECT_EQ(id, 'e');
    EXPECT_FALSE(read(toyModel({input("input_ids", ElementType::Int64, {-1, -1})}), path, 9, m_job));
}

TEST_F(Dataset, PicturesOfTheSample) {
    const auto model = toyModel({input("image", ElementType::Float32, {-1, 1, 28, 28})});
    const auto samples = read(model, ROUNDOFF_SOURCE_DIR "/resources/samples/digits.calib", 10, m_job);
    ASSERT_TRUE(samples) << samples.error().line();
    ASSERT_EQ(samples->size(), 10u);
    for (const auto& sample : *samples) {
        EXPECT_EQ(sample[0].shape, (tensor::Shape{1, 1, 28, 28}));
        const auto pixels = floats(sample[0]);
        EXPECT_GT(*std::max_element(pixels.begin(), pixels.end()), 0.5f);
        EXPECT_LE(*std::max_element(pixels.begin(), pixels.end()), 1.0f);
        EXPECT_EQ(pixels[0], 0);
    }
    const auto wide = toyModel({input("image", ElementType::Uint8, {1, 14, 56, 3})});
    const auto resized = read(wide, ROUNDOFF_SOURCE_DIR "/resources/samples/digits.calib", 1, m_job);
    ASSERT_TRUE(resized) << resized.error().line();
    EXPECT_EQ((*resized)[0][0].bytes.size(), 14u * 56 * 3);
}

TEST_F(Dataset, BrokenFilesAreNamed) {
    const auto model = toyModel({input("x", ElementType::Float32, {-1, 2})});
    const std::vector<fs::path> broken{
        write("text.npy", "no array at all"),
        write("header.npy", std::string("\x93NUMPY\x01\x00\xff\xff{'descr'", 18)),
        npy<float>("short.npy", "<f4", "(3, 2)", {1, 2}),
        npy<float>("huge.npy", "<f4", "(9223372036854775807, 2)", {1, 2}),
        npy<float>("object.npy", "|O", "(1, 2)", {1, 2}),
        npy<float>("unfit.npy", "<f4", "(2, 1)", {1, 2}),
        write("image.png", "\x89PNG\r\n\x1a\n"),
        write("empty.npy", ""),
        m_folder / "none.npy",
    };
    const auto image = toyModel({input("x", ElementType::Float32, {-1, 3, 8, 8})});
    for (const fs::path& path : broken) {
        const auto samples = read(path.extension() == ".png" ? image : model, path, 9, m_job);
        ASSERT_FALSE(samples) << path;
        EXPECT_EQ(samples.error().where, path.string());
        EXPECT_FALSE(samples.error().remedy.empty());
    }
    fs::create_directories(m_folder / "empty");
    EXPECT_FALSE(read(model, m_folder / "empty", 9, m_job));
}

/// Each names the place, what is wrong there, and the way out.
TEST_F(Dataset, BadDataSaysWhatIsWrong) {
    const auto model = toyModel({input("x", ElementType::Float32, {-1, 2}, {"n"})});
    const auto ids = toyModel({input("input_ids", ElementType::Int32, {-1, -1})}, {}, {}, {{"tokenizer", "bytes"}, {"context", "64"}});
    const auto two = toyModel({input("a", ElementType::Float32, {-1, 1}), input("b", ElementType::Float32, {-1, 1})});
    const auto image = toyModel({input("x", ElementType::Float32, {-1, 3, 8, 8})});
    const auto expect = [&](const model::Model& reader, const fs::path& path, const std::string& what) {
        const auto samples = read(reader, path, 99, m_job);
        ASSERT_FALSE(samples) << what;
        EXPECT_NE(samples.error().line().find(what), std::string::npos) << samples.error().line();
        EXPECT_NE(samples.error().where.find(path.filename().string()), std::string::npos) << samples.error().line();
        EXPECT_FALSE(samples.error().remedy.empty()) << samples.error().line();
    };
    expect(model, npy<float>("shape.npy", "<f4", "(3, 4)", std::vector<float>(12)), "the array is 3 × 4, input \"x\" takes n × 2.");
    expect(model, npy<float>("none.npy", "<f4", "(0, 2)", {}), "holds no samples");
    expect(ids, npy<float>("type.npy", "<f4", "(1, 2)", {1, 2.5}), "element 1 of sample 0 is 2.5, input \"input_ids\" takes int32");
    expect(ids, npy<double>("range.npy", "<f8", "(1, 1)", {3e9}), "is 3000000000, input");
    expect(model, npy<float>("nan.npy", "<f4", "(2, 2)", {1, 2, 3, NAN}), "element 1 of sample 1 is NaN");
    expect(image, write("no.png", "text"), "neither a PNG nor a JPEG picture");
    expect(image, write("cut.png", std::string("\x89PNG\r\n\x1a\n", 8)), "the picture is cut off");
    expect(model, write("cut.npz", "PK\x03\x04 and no more"), "it is cut off, damaged or none");
    expect(model, npy<float>("negative.npy", "<f4", "(1, -2)", {1, 2}), "the header is not that of a plain array");
    expect(model, npy<float>("junk.npy", "<f4", "(1x2, 2)", {1, 2}), "the header is not that of a plain array");
    expect(model, npy<double>("large.npy", "<f8", "(1, 2)", {1, 1e39}), "element 1 of sample 0 is 1e+39, more than float32 holds");
    expect(toyModel({input("x", ElementType::Float16, {-1, 1})}), npy<double>("half.npy", "<f8", "(1, 1)", {1e5}), "more than float16 holds");
    expect(two, npy<float>("alone.npy", "<f4", "(1, 1)", {1}), "one array cannot feed");
    expect(ids, write("short.txt", "a few words"), "the text is shorter than one window: 11 of 64 bytes");
    fs::create_directories(m_folder / "nothing");
    expect(model, m_folder / "nothing", "neither .npy arrays nor .png or .jpg images");
    fs::create_directories(m_folder / "counts");
    npy<float>("counts/a.npy", "<f4", "(2, 1)", {1, 2});
    npy<float>("counts/b.npy", "<f4", "(3, 1)", {1, 2, 3});
    const auto counts = read(two, m_folder / "counts", 9, m_job);
    ASSERT_FALSE(counts);
    EXPECT_NE(counts.error().line().find("b.npy: the array holds 3 samples, the one before 2"), std::string::npos) << counts.error().line();
}

TEST_F(Dataset, TextForAModelWithoutATokenizerSaysWhereToPutIt) {
    const auto data = loadDataset(toyModel({input("input_ids", ElementType::Int64, {-1, -1})}), {write("t.txt", "words")}, 9, m_job);
    ASSERT_FALSE(data);
    EXPECT_NE(data.error().line().find("no tokenizer.json"), std::string::npos) << data.error().line();
}

TEST_F(Dataset, ATextThatDoesNotFitTheMemoryIsNamed) {
    const auto model = toyModel({input("input_ids", ElementType::Int64, {-1, -1})}, {}, {}, {{"tokenizer", "bytes"}});
    const auto path = write("long.txt", std::string(30'000'000, 'a'));
    runtime::limitMemory(residentMemory() + 100'000'000);
    const auto fits = loadDataset(model, {path}, 999, m_job);
    runtime::limitMemory(residentMemory() + 10'000'000);
    const auto refused = loadDataset(model, {path}, 999, m_job);
    runtime::limitMemory(0);
    EXPECT_TRUE(fits) << fits.error().line();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().where, "--memory-limit");
    EXPECT_NE(refused.error().what.find("holding the text long.txt and its tokens needs about"), std::string::npos) << refused.error().line();
}

TEST_F(Dataset, LargeIdsStayExact) {
    const auto model = toyModel({input("input_ids", ElementType::Int64, {-1, 2})});
    const std::int64_t large = (std::int64_t(1) << 53) + 1;
    for (const char* fortran : {"False", "True"}) {
        const auto samples = read(model, npy<std::int64_t>("ids.npy", "<i8", "(1, 2)", {large, -large}, fortran), 9, m_job);
        ASSERT_TRUE(samples) << samples.error().line();
        std::int64_t got[2];
        std::memcpy(got, (*samples)[0][0].bytes.data(), sizeof got);
        EXPECT_EQ(got[0], large);
        EXPECT_EQ(got[1], -large);
    }
    const auto refused = read(model, npy<std::uint64_t>("ids.npy", "<u8", "(1, 2)", {1, std::uint64_t(large)}), 9, m_job);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().line().find("numbers so large only from arrays of that type"), std::string::npos) << refused.error().line();
}

TEST_F(Dataset, TheWindowIsWhatIsAskedForThenWhatTheModelSays) {
    const auto path = write("t.txt", std::string(600, 'a'));
    const auto count = [&](const model::Model& model, std::size_t window) {
        DataSource source{path};
        source.window = window;
        const auto data = loadDataset(model, source, 999, m_job);
        return data ? data->words : data.error().line();
    };
    const auto free = input("input_ids", ElementType::Int64, {-1, -1}), fixed = input("input_ids", ElementType::Int64, {1, 100});
    EXPECT_EQ(count(toyModel({free}, {}, {}, {{"tokenizer", "bytes"}}), 0), "2 samples of t.txt; windows of 256 bytes");
    EXPECT_EQ(count(toyModel({free}, {}, {}, {{"tokenizer", "bytes"}, {"context", "50"}}), 0), "12 samples of t.txt; windows of 50 bytes");
    EXPECT_EQ(count(toyModel({free}, {}, {}, {{"tokenizer", "bytes"}, {"context", "50"}}), 20), "30 samples of t.txt; windows of 20 bytes");
    EXPECT_EQ(count(toyModel({fixed}, {}, {}, {{"tokenizer", "bytes"}}), 0), "6 samples of t.txt; windows of 100 bytes");
    for (const char* wrong : {"1", "0", "50x"})
        EXPECT_NE(count(toyModel({free}, {}, {}, {{"tokenizer", "bytes"}, {"context", wrong}}), 0).find("no sensible window"), std::string::npos);
    EXPECT_NE(count(toyModel({fixed}, {}, {}, {{"tokenizer", "bytes"}}), 20).find("takes exactly 100 tokens"), std::string::npos);
}

TEST_F(Dataset, TheHashFollowsContentAndOptions) {
    const auto model = toyModel({input("x", ElementType::Float32, {-1, 2})});
    const auto hash = [&](const DataSource& source) {
        return hashOf(loadDataset(model, source, 9, m_job).value(), source, m_job).value();
    };
    const auto path = npy<float>("a.npy", "<f4", "(2, 2)", {1, 2, 3, 4});
    const std::string first = hash({path});
    EXPECT_EQ(first.size(), 64U);
    EXPECT_EQ(hash({path}), first);
    npy<float>("a.npy", "<f4", "(2, 2)", {1, 2, 3, 5});
    EXPECT_NE(hash({path}), first);
    EXPECT_NE(hash({{}, 4, 1}), hash({{}, 4, 2}));
    EXPECT_NE(hash({{}, 4, 1}), hash({{}, 5, 1}));
}

TEST(DataSource, IsAPathOrMadeUp) {
    EXPECT_TRUE(parseDataSource("", 3)->isSynthetic());
    EXPECT_EQ(parseDataSource("synthetic:12", 3)->synthetic, 12U);
    EXPECT_EQ(parseDataSource("synthetic", 3)->seed, 3U);
    EXPECT_EQ(parseDataSource("some/folder", 0)->path, "some/folder");
    for (const char* broken : {"synthetic:", "synthetic:0", "synthetic:-1", "synthetic:2x", "synthetic:99999999999999999999"})
        EXPECT_EQ(parseDataSource(broken, 0).error().code, ErrorCode::Usage) << broken;
}

}  // namespace
}  // namespace roundoff::calibration
