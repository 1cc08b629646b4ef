#include "core/base/text.h"

#include <gtest/gtest.h>

namespace roundoff {
namespace {

TEST(Text, BytesKeepThreeDigits) {
    EXPECT_EQ(bytesText(0), "0 B");
    EXPECT_EQ(bytesText(999), "999 B");
    EXPECT_EQ(bytesText(1000), "1.00 kB");
    EXPECT_EQ(bytesText(65'536), "65.5 kB");
    EXPECT_EQ(bytesText(12'592'128), "12.6 MB");
    EXPECT_EQ(bytesText(999'499), "999 kB");
    EXPECT_EQ(bytesText(999'500), "1.00 MB");
    EXPECT_EQ(bytesText(4'294'967'296), "4.29 GB");
}

TEST(Text, GroupsThousands) {
    EXPECT_EQ(groupedText(0), "0");
    EXPECT_EQ(groupedText(999), "999");
    EXPECT_EQ(groupedText(1000), "1,000");
    EXPECT_EQ(groupedText(3'148'032), "3,148,032");
}

TEST(Text, ReplacesBrokenUtf8AndKeepsTheRest) {
    EXPECT_EQ(validUtf8("añ 层 🙂"), "añ 层 🙂");
    EXPECT_EQ(validUtf8("a\xFFz"), "a\uFFFDz");
    EXPECT_EQ(validUtf8("\xC3"), "\uFFFD");                                // cut off
    EXPECT_EQ(validUtf8("\xC0\xAF"), "\uFFFD\uFFFD");                      // overlong slash
    EXPECT_EQ(validUtf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");            // surrogate
    EXPECT_EQ(validUtf8("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // above U+10FFFF
}

TEST(Text, PrintableStaysOnOneLineAndAwayFromTheTerminal) {
    EXPECT_EQ(printable("a\nb\tc\x1b[31m"), "a\\nb\\tc\\x1b[31m");
    EXPECT_EQ(printable("\xC2\x9B"), "\\x9b");
    EXPECT_EQ(printable("été"), "été");
}

TEST(Text, CountsColumnsByCodePoint) {
    EXPECT_EQ(columns("256 × 256"), 9u);
}

}  // namespace
}  // namespace roundoff
