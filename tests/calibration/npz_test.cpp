#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "core/calibration/dataset.h"
#include "tests/support/npy.h"
#include "tests/support/random.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_model.h"

namespace roundoff::calibration {
namespace {

namespace fs = std::filesystem;
using tensor::ElementType;
using test::npyBytes;
using testing_support::input;
using testing_support::toyModel;

/// An archive as Python's zipfile writes it.
class ZipWriter {
public:
    enum class How { Stored, Deflate, Zip64, Zip64Deflate };
    ZipWriter& add(const std::string& name, const std::string& data, How how = How::Stored, std::uint32_t flags = 0) {
        const bool deflate = how == How::Deflate || how == How::Zip64Deflate, large = how == How::Zip64 || how == How::Zip64Deflate;
        const std::string packed = deflate ? deflated(data) : data;
        const auto crc = std::uint32_t(crc32(0, reinterpret_cast<const Bytef*>(data.data()), uInt(data.size())));
        const auto offset = std::uint32_t(m_bytes.size());
        const auto common = [&](std::string& out, bool central) {
            put(out, 45, 2), put(out, flags, 2), put(out, deflate ? 8 : 0, 2), put(out, 0, 2), put(out, 0x21, 2), put(out, crc, 4);
            const bool hide = large && !central;  // as numpy: the local header alone says it is large
            put(out, hide ? 0xFFFFFFFF : packed.size(), 4), put(out, hide ? 0xFFFFFFFF : data.size(), 4);
            put(out, name.size(), 2), put(out, hide ? 20 : 0, 2);
        };
        put(m_bytes, 0x04034b50, 4);
        common(m_bytes, false);
        m_bytes += name;
        if (large) put(m_bytes, 1, 2), put(m_bytes, 16, 2), put(m_bytes, data.size(), 8), put(m_bytes, packed.size(), 8);
        m_bytes += packed;
        put(m_directory, 0x02014b50, 4), put(m_directory, 45, 2);
        common(m_directory, true);
        put(m_directory, 0, 2), put(m_directory, 0, 2), put(m_directory, 0, 2), put(m_directory, 0, 4), put(m_directory, offset, 4);
        m_directory += name;
        ++m_count;
        return *this;
    }
    [[nodiscard]] std::string bytes() const {
        std::string out = m_bytes + m_directory;
        put(out, 0x06054b50, 4), put(out, 0, 2), put(out, 0, 2), put(out, m_count, 2), put(out, m_count, 2);
        put(out, m_directory.size(), 4), put(out, m_bytes.size(), 4), put(out, 0, 2);
        return out;
    }

private:
    static void put(std::string& out, std::uint64_t value, int size) {
        for (int i = 0; i < size; ++i) out += char(value >> 8 * i & 255);
    }
    static std::string deflated(const std::string& data) {
        z_stream stream{};
        deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
        std::string out(deflateBound(&stream, uLong(data.size())), '\0');
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
        stream.avail_in = uInt(data.size());
        stream.next_out = reinterpret_cast<Bytef*>(out.data());
        stream.avail_out = uInt(out.size());
        deflate(&stream, Z_FINISH);
        out.resize(stream.total_out);
        deflateEnd(&stream);
        return out;
    }
    std::string m_bytes, m_directory;
    std::uint64_t m_count = 0;
};
using How = ZipWriter::How;

template <class T>
std::vector<T> valuesOf(const runtime::NamedTensor& tensor) {
    std::vector<T> out(tensor.bytes.size() / sizeof(T));
    std::memcpy(out.data(), tensor.bytes.data(), tensor.bytes.size());
    return out;
}

class Npz : public testing::Test {
protected:
    Result<Dataset> load(const model::Model& model, const std::string& bytes) {
        return loadDataset(model, {m_folder.write("data.npz", bytes), 4, 0}, 1000, m_job);
    }
    /// The error of loading and reading all of it, as a user sees it; "none" without one.
    std::string errorOf(const model::Model& model, const std::string& bytes) {
        const auto data = load(model, bytes);
        if (!data) return data.error().line();
        for (std::size_t i = 0; i < data->count(); ++i)
            if (const auto sample = data->sample(i); !sample) return sample.error().line();
        return "none";
    }
    test::TempFolder m_folder;
    Job m_job;
    const model::Model m_two = toyModel({input("x", ElementType::Float32, {-1, 5}), input("ids:0", ElementType::Int64, {-1, -1})});
};

/// Whatever was written comes back, in any order of reading, however it is packed.
TEST_F(Npz, GivesBackWhatWasWritten) {
    test::Random random(3);
    for (const How how : {How::Stored, How::Deflate, How::Zip64, How::Zip64Deflate}) {
        for (const std::size_t samples : {1u, 2u, 7u, 300u}) {
            std::vector<float> x(samples * 5);
            std::vector<std::int32_t> ids(samples * 3);
            for (float& v : x) v = float(random.gauss());
            for (auto& v : ids) v = std::int32_t(random.bits() % 1000) - 500;
            const auto n = std::to_string(samples);
            const auto data = load(m_two, ZipWriter()
                                              .add("x.npy", npyBytes("<f4", "(" + n + ", 5)", x), how)
                                              .add("ids:0.npy", npyBytes("<i4", "(" + n + ", 3)", ids), how)
                                              .bytes());
            ASSERT_TRUE(data) << data.error().line();
            ASSERT_EQ(data->count(), samples);
            for (std::size_t turn = 0; turn < samples + 3; ++turn) {
                const std::size_t i = turn < samples ? turn : random.bits() % samples;
                const auto sample = data->sample(i);
                ASSERT_TRUE(sample) << sample.error().line();
                EXPECT_EQ((*sample)[0].shape, (tensor::Shape{1, 5}));
                EXPECT_EQ(valuesOf<float>((*sample)[0]), std::vector<float>(x.begin() + std::ptrdiff_t(i * 5), x.begin() + std::ptrdiff_t(i * 5 + 5)));
                EXPECT_EQ(valuesOf<std::int64_t>((*sample)[1]),
                          std::vector<std::int64_t>(ids.begin() + std::ptrdiff_t(i * 3), ids.begin() + std::ptrdiff_t(i * 3 + 3)));
            }
        }
    }
}

TEST_F(Npz, TheOneArrayMayHaveAnyName) {
    const auto model = toyModel({input("x", ElementType::Float32, {-1, 2})});
    const auto data = load(model, ZipWriter().add("arr_0.npy", npyBytes<double>("<f8", "(3, 2)", {1, 2, 3, 4, 5, 6})).bytes());
    ASSERT_TRUE(data) << data.error().line();
    EXPECT_EQ(data->count(), 3U);
    EXPECT_EQ(data->words, "3 samples of data.npz");
    EXPECT_EQ(valuesOf<float>((*data->sample(2))[0]), (std::vector<float>{5, 6}));
}

TEST_F(Npz, WhatALanguageModelAsksForBesideItsTokensIsSupplied) {
    const auto model = toyModel({input("input_ids", ElementType::Int64, {-1, -1}, {"batch", "sequence"}),
                                 input("attention_mask", ElementType::Int64, {-1, -1}, {"batch", "past + sequence"}),
                                 input("position_ids", ElementType::Int64, {-1, -1}, {"batch", "sequence"}),
                                 input("token_type_ids", ElementType::Int64, {-1, -1}, {"batch", "sequence"}),
                                 input("past_key_values.0.key", ElementType::Float32, {-1, 2, -1, 8}, {"batch", "", "past", ""}),
                                 input("cache_position", ElementType::Int64, {-1}, {"sequence"})});
    const std::string ids = npyBytes<std::int64_t>("<i8", "(2, 3)", {5, 6, 7, 8, 9, 10});
    for (const auto& path : {m_folder.write("ids.npy", ids), m_folder.write("ids.npz", ZipWriter().add("input_ids.npy", ids).bytes())}) {
        const auto data = loadDataset(model, {path, 4, 0}, 9, m_job);
        ASSERT_TRUE(data) << data.error().line();
        EXPECT_EQ(data->tokens, "input_ids");
        EXPECT_EQ(data->mask, "");
        const auto sample = data->sample(1);
        ASSERT_TRUE(sample) << sample.error().line();
        std::map<std::string, runtime::NamedTensor> by;
        for (const auto& tensor : *sample) by[tensor.name] = tensor;
        ASSERT_EQ(by.size(), 6U);
        EXPECT_EQ(valuesOf<std::int64_t>(by["input_ids"]), (std::vector<std::int64_t>{8, 9, 10}));
        EXPECT_EQ(valuesOf<std::int64_t>(by["attention_mask"]), (std::vector<std::int64_t>{1, 1, 1}));
        EXPECT_EQ(valuesOf<std::int64_t>(by["position_ids"]), (std::vector<std::int64_t>{0, 1, 2}));
        EXPECT_EQ(valuesOf<std::int64_t>(by["token_type_ids"]), (std::vector<std::int64_t>{0, 0, 0}));
        EXPECT_EQ(valuesOf<std::int64_t>(by["cache_position"]), (std::vector<std::int64_t>{0, 1, 2}));
        EXPECT_EQ(by["past_key_values.0.key"].shape, (tensor::Shape{1, 2, 0, 8}));
        EXPECT_TRUE(by["past_key_values.0.key"].bytes.empty());
    }
}

TEST_F(Npz, BrokenArchivesAreNamed) {
    const auto model = toyModel({input("x", ElementType::Float32, {-1, 2})});
    const std::string array = npyBytes<float>("<f4", "(2, 2)", {1, 2, 3, 4});
    const auto one = [&](const std::string& name, const std::string& data, How how = How::Stored) {
        return ZipWriter().add(name, data, how).bytes();
    };
    EXPECT_EQ(errorOf(model, one("x.npy", array)), "none");
    const auto expect = [&](const std::string& bytes, const std::string& what) {
        const std::string line = errorOf(model, bytes);
        EXPECT_NE(line.find(what), std::string::npos) << line;
        EXPECT_NE(line.find("data.npz"), std::string::npos) << line;
    };
    expect("no archive", "not a readable .npz archive");
    expect("", "not a readable .npz archive");
    expect(one("../x.npy", array), "a name that leads elsewhere");
    expect(one("a/x.npy", array), "a name that leads elsewhere");
    expect(one("x.txt", array), "is no .npy array");
    expect(ZipWriter().bytes(), "no array");
    expect(one("x.npy", npyBytes<float>("|O", "(2, 2)", {1, 2, 3, 4})), "elements of type '|O'");
    expect(one("x.npy", npyBytes<float>("<f4", "(2, 3)", {1, 2, 3, 4, 5, 6})), "the array is 2 × 3, input \"x\" takes");
    expect(one("x.npy", npyBytes<float>("<f4", "(9000, 2)", {1, 2})), "shorter than its shape");
    expect(ZipWriter().add("x.npy", array, How::Stored, 1).bytes(), "is encrypted");
    for (const How how : {How::Stored, How::Deflate}) {
        std::string damaged = one("x.npy", npyBytes<float>("<f4", "(2, 2)", {1, 2, 3, 4}), how);
        const auto last = damaged.find("PK\x01\x02") - 2;
        damaged[last] = char(damaged[last] ^ 0x55);
        expect(damaged, "the archive is broken");
    }
    const std::string two = ZipWriter().add("x.npy", array).add("ids:0.npy", npyBytes<std::int64_t>("<i8", "(3, 1)", {1, 2, 3})).bytes();
    EXPECT_NE(errorOf(m_two, two).find("takes"), std::string::npos);
    EXPECT_NE(errorOf(m_two, one("y.npy", array)).find("no \"x.npy\" for the input of that name, only y"), std::string::npos);
}

/// No prefix and no flipped byte does more than fail.
TEST_F(Npz, DamageNeverDoesMoreThanFail) {
    const auto model = toyModel({input("x", ElementType::Float32, {-1, 2})});
    const std::vector<float> values(64, 1.5f);
    const std::string whole = ZipWriter().add("x.npy", npyBytes("<f4", "(32, 2)", values), How::Zip64Deflate).bytes();
    for (std::size_t length = 0; length < whole.size(); ++length) EXPECT_NE(errorOf(model, whole.substr(0, length)), "none") << length;
    test::Random random(1);
    for (int i = 0; i < 400; ++i) {
        std::string damaged = whole;
        char& byte = damaged[random.bits() % whole.size()];
        byte = char(byte ^ (1 << random.bits() % 8));
        const auto data = load(model, damaged);
        if (!data) continue;
        for (std::size_t s = 0; s < data->count(); ++s)
            if (const auto sample = data->sample(s)) {
                ASSERT_EQ(sample->front().bytes.size(), 8U);
            }
    }
}

}  // namespace
}  // namespace roundoff::calibration
