#include "core/base/sha256.h"
#include "core/base/sha256_memo.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>

namespace roundoff {
namespace {

std::string hash(std::string_view text) {
    Sha256 sum;
    sum.update(text);
    return sum.finish();
}

// The vectors of FIPS 180-4's examples.
TEST(Sha256, KnownAnswers) {
    EXPECT_EQ(hash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hash(std::string(1000000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesMakeNoDifference) {
    Sha256 sum;
    sum.update("a");
    sum.update("");
    sum.update("bc");
    EXPECT_EQ(sum.finish(), hash("abc"));
}

TEST(Sha256, FileAndItsErrors) {
    const test::TempFolder folder;
    const std::string path = folder.path() / "sha256.bin";
    std::ofstream(path) << std::string(3 << 20, 'x');
    Job job;
    EXPECT_EQ(sha256File(path, job).value(), hash(std::string(3 << 20, 'x')));
    const auto missing = sha256File(path + ".none", job);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::BadInput);
    std::stop_source stop;
    stop.request_stop();
    Job stopped(stop.get_token(), {});
    EXPECT_EQ(sha256File(path, stopped).error().code, ErrorCode::Cancelled);
}

TEST(Sha256, AFileIsReadOnceUntilItChanges) {
    namespace fs = std::filesystem;
    const test::TempFolder folder;
    const fs::path path = folder.write("file.bin", "abc");
    Job job;
    // Just written, so nothing is remembered: the same size and maybe the same time.
    EXPECT_EQ(sha256FileOnce(path, job).value(), hash("abc"));
    folder.write("file.bin", "abd");
    EXPECT_EQ(sha256FileOnce(path, job).value(), hash("abd"));

    const auto old = fs::file_time_type::clock::now() - std::chrono::hours(1);
    fs::last_write_time(path, old);
    EXPECT_EQ(sha256FileOnce(path, job).value(), hash("abd"));
    folder.write("file.bin", "abe");
    fs::last_write_time(path, old);
    EXPECT_EQ(sha256FileOnce(path, job).value(), hash("abd"));  // by size and time it is the same file
    fs::last_write_time(path, old + std::chrono::seconds(1));
    EXPECT_EQ(sha256FileOnce(path, job).value(), hash("abe"));
    fs::remove(path);
    EXPECT_EQ(sha256FileOnce(path, job).error().code, ErrorCode::BadInput);
}

}  // namespace
}  // namespace roundoff
