#include "core/exports/digest.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace roundoff::exports {
namespace {

namespace fs = std::filesystem;

class DigestFile : public testing::Test {
protected:
    void SetUp() override {
        m_file = m_folder.path() / "digest.bin";
        m_data = m_folder.path() / "digest.data";
        std::string bytes = "head" + entry() + "tail";
        write(m_file, bytes);
        write(m_data, "payload");
    }
    static std::string entry() { return std::string("\x0A\x0F") + "roundoff.digest" + "\x12\x40" + kUnsealed; }
    static void write(const fs::path& path, const std::string& bytes) {
        std::ofstream(path, std::ios::binary) << bytes;
    }
    static std::string read(const fs::path& path) {
        std::stringstream text;
        text << std::ifstream(path, std::ios::binary).rdbuf();
        return text.str();
    }
    [[nodiscard]] bool holds() {
        const auto digest = readDigest(m_file, {m_data}, m_job);
        return digest && *digest && (*digest)->holds();
    }

    test::TempFolder m_folder;
    fs::path m_file, m_data;
    Job m_job;
};

TEST_F(DigestFile, SealedItHoldsAndOnlyItsDigitsChanged) {
    EXPECT_FALSE(holds());
    const std::string before = read(m_file);
    ASSERT_TRUE(seal(m_file, {m_data}, m_job));
    EXPECT_TRUE(holds());
    std::string after = read(m_file);
    ASSERT_EQ(after.size(), before.size());
    after.replace(after.find("\x12\x40") + 2, kDigestLength, kUnsealed);
    EXPECT_EQ(after, before);
}

TEST_F(DigestFile, EveryFlippedBitIsFound) {
    ASSERT_TRUE(seal(m_file, {m_data}, m_job));
    for (const fs::path& path : {m_file, m_data}) {
        const std::string good = read(path);
        for (std::size_t i = 0; i < good.size() * 8; ++i) {
            std::string bad = good;
            bad[i / 8] = char(bad[i / 8] ^ (1 << i % 8));
            write(path, bad);
            ASSERT_FALSE(holds()) << path << " bit " << i;
        }
        write(path, good + "x");
        EXPECT_FALSE(holds());
        write(path, good);
        EXPECT_TRUE(holds());
    }
}

TEST_F(DigestFile, AnEntryAcrossTwoReadsIsFound) {
    for (const std::size_t shift : {0, 1, 10, 19, 20, 50, 83, 84, 100}) {
        write(m_file, std::string((1 << 20) - shift, 'x') + entry() + "end");
        ASSERT_TRUE(seal(m_file, {}, m_job)) << shift;
        EXPECT_TRUE(readDigest(m_file, {}, m_job).value()->holds()) << shift;
    }
}

TEST_F(DigestFile, AFileWithoutAnEntry) {
    write(m_file, "nothing of ours");
    EXPECT_FALSE(readDigest(m_file, {}, m_job).value());
    EXPECT_FALSE(seal(m_file, {}, m_job));
    EXPECT_FALSE(readDigest(m_file.string() + ".none", {}, m_job));
    write(m_file,
          "\x0A\x0Froundoff.digest\x12\x40"
          "cut");
    const auto cut = readDigest(m_file, {}, m_job);
    EXPECT_TRUE(cut && *cut && !(*cut)->holds());
}

}  // namespace
}  // namespace roundoff::exports
