#include "tests/docs/formats_page.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/schemes/number_format.h"
#include "tests/docs/level_picture.h"

namespace roundoff::docs {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const fs::path kDocs = fs::path(ROUNDOFF_SOURCE_DIR) / "docs";

TEST(FormatsPage, IsWhatTheRegistryGives) {
    const auto files = formatsPage();
    for (const auto& [name, content] : files) {
        std::ifstream file(kDocs / name, std::ios::binary);
        ASSERT_TRUE(file) << "docs/" << name << " is missing. Run: " << kRegenerate;
        const std::string there{std::istreambuf_iterator<char>(file), {}};
        const auto differ = std::ranges::mismatch(there, content);
        ASSERT_TRUE(there == content) << "docs/" << name << " is out of date at byte " << differ.in1 - there.begin()
                                      << ". Run: " << kRegenerate;
    }
    for (const auto& entry : fs::directory_iterator(kDocs / "formats"))
        EXPECT_TRUE(files.contains("formats/" + entry.path().filename().string()))
            << entry.path() << " is of no format. Run: " << kRegenerate;
}

TEST(FormatsPage, HasAChapterAndAPictureForEveryFormat) {
    const auto files = formatsPage();
    const std::string& page = files.at("formats.md");
    for (const auto& format : schemes::numberFormats()) {
        EXPECT_THAT(page, HasSubstr("\n### " + format.id + "\n"));
        EXPECT_THAT(page, HasSubstr("formula: `" + format.formula));
        EXPECT_EQ(files.contains("formats/" + format.id + ".svg"), format.grid != nullptr) << format.id;
    }
    for (const auto& family : schemes::families()) EXPECT_THAT(page, HasSubstr("\n## " + family.title + "\n"));
    for (const auto& [name, content] : files) EXPECT_LT(content.size(), name.ends_with(".svg") ? 16'000u : 400'000u) << name;
}

std::size_t pieces(const std::string& svg, const std::string& element, char command) {
    const std::size_t at = svg.find(element), end = at == std::string::npos ? at : svg.find('"', at + element.size());
    return at == std::string::npos ? 0 : std::size_t(std::count(svg.begin() + std::ptrdiff_t(at), svg.begin() + std::ptrdiff_t(end), command));
}

TEST(FormatsPage, PicturesHaveATickForEveryLevelAndMarkZero) {
    const std::string few = levelPicture({-1, -0.5, 0, 0.25, 1});
    for (const char* x : {"M12.0 16", "M166.0 16", "M320.0 16", "M397.0 16", "M628.0 16"}) EXPECT_THAT(few, HasSubstr(x));
    EXPECT_THAT(few, HasSubstr("<path d=\"M320.0 4V66\""));
    std::vector<double> levels;
    for (int q = -127; q <= 127; ++q) levels.push_back(q / 127.0);
    const std::string many = levelPicture(levels);
    EXPECT_EQ(pieces(many, "<path d=\"M12.0 44", 'M'), 255u);
    EXPECT_EQ(pieces(many, "<path d=\"M12.0 40", 'z'), 101u) << "no slice of an even grid is empty";
}

}  // namespace
}  // namespace roundoff::docs
