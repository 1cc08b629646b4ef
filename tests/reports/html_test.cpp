#include <gmock/gmock.h>

#include "tests/reports/sample_report.h"

namespace roundoff::reports {
namespace {

using testing::comparisonOf, testing::modelWith, testing::written;
using ::testing::HasSubstr, ::testing::Not;

/// Every element that is opened is closed, in order; comments and raw text do not occur in the pages.
void expectBalanced(const std::string& page) {
    std::vector<std::string> open;
    for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
        const std::size_t end = page.find('>', at);
        ASSERT_NE(end, std::string::npos);
        const bool closes = page[at + 1] == '/';
        const std::size_t begin = at + (closes ? 2 : 1);
        const std::string name = page.substr(begin, page.find_first_of(" />", begin) - begin);
        if (name == "!DOCTYPE" || name == "meta" || name == "br" || page[end - 1] == '/') continue;
        if (!closes) {
            open.push_back(name);
            continue;
        }
        ASSERT_FALSE(open.empty()) << "closed but never opened: " << name;
        ASSERT_EQ(open.back(), name);
        open.pop_back();
    }
    EXPECT_TRUE(open.empty());
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

TEST(HtmlReport, NeedsNothingElse) {
    const auto model = modelWith({"a", "b"});
    const std::string page = written("html", model, comparisonOf(model, {"int8", "int4:g32"}));
    for (const char* reference : {"<script", "src=", "href=", "url(", "@import", "http:", "https:"})
        EXPECT_THAT(page, Not(HasSubstr(reference)));
    EXPECT_THAT(page, HasSubstr("prefers-color-scheme:dark"));
    expectBalanced(page);
}

TEST(HtmlReport, ShowsItsConditions) {
    const auto model = modelWith({"a"});
    const auto comparison = comparisonOf(model, {"int4:g32"});
    const std::string page = written("html", model, comparison);
    EXPECT_THAT(page, HasSubstr("models/net.onnx"));
    EXPECT_THAT(page, HasSubstr(std::string(64, 'a')));
    EXPECT_THAT(page, HasSubstr("Roundoff " ROUNDOFF_VERSION));
    EXPECT_THAT(page, HasSubstr("250 ms on 2 threads"));
    EXPECT_THAT(page, HasSubstr("<dt>Seed</dt><dd>7</dd>"));
    EXPECT_THAT(page, HasSubstr(schemes::text(comparison.reports[0].recipe.standard)));
}

TEST(HtmlReport, DrawsEachLayer) {
    const auto model = modelWith({"a", "b", "c"});
    const std::string page = written("html", model, comparisonOf(model, {"int8", "int4:g32"}));
    EXPECT_EQ(count(page, "aria-label=\"histogram\""), 3u);
    EXPECT_EQ(count(page, "aria-label=\"SQNR bars\""), 3u);
    EXPECT_EQ(count(page, "<td class=\"heat h"), 6u);
    EXPECT_THAT(page, HasSubstr(">40.0</td>"));  // 10·log10(100 / 0.01)
}

TEST(HtmlReport, FoldsWhatBecomesOfEachOperator) {
    model::Graph graph;
    graph.nodes = {{"<first>", "MatMul", "", {"x", "w"}, {"y"}, 0}, {"second", "Softmax", "", {"y"}, {"z"}, 0}};
    model::Layer layer;
    layer.name = "layer";
    layer.op = "MatMul";
    layer.shape = {4, 25};
    layer.uses = {0};
    const model::Model model({}, {{"w", tensor::ElementType::Float32, {4, 25}, 400, "", 0}}, {layer}, graph, nullptr);
    const std::string page = written("html", model, comparisonOf(model, {"int8", "int8/uint8:dynamic"}));
    EXPECT_EQ(count(page, "<details>"), 1u);
    EXPECT_THAT(page, HasSubstr("1 of 2 operators compute with codes</summary>"));
    EXPECT_THAT(page, HasSubstr("<td class=\"name\">&lt;first&gt;</td><td>MatMul</td><td>quantized</td><td>its input is quantized as it comes</td>"));
    EXPECT_THAT(page, HasSubstr("<td class=\"name\">second</td><td>Softmax</td><td>kept</td><td>few bits would lose its peaks</td>"));
    expectBalanced(page);
}

TEST(HtmlReport, EscapesHostileNames) {
    const auto model = modelWith(testing::hostileNames());
    auto comparison = comparisonOf(model, {"int8"});
    for (auto& layer : comparison.reports[0].layers) layer.reason = "\"><img onerror=x>";
    comparison.findings.push_back({analysis::Finding::Severity::Warning, 0, "rule", "<b>\x1b[0m", {}});
    const std::string page = written("html", model, comparison);
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("<img")));
    EXPECT_THAT(page, Not(HasSubstr("\x1b")));
    EXPECT_THAT(page, Not(HasSubstr("\xFF")));
    EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
    EXPECT_THAT(page, HasSubstr("a&quot;b&#39;c&amp;d"));
    expectBalanced(page);
}

TEST(HtmlReport, SurvivesWhatHasNothingToShow) {
    const auto empty = modelWith({});
    const std::string nothing = written("html", empty, comparisonOf(empty, {"int8"}));
    EXPECT_THAT(nothing, HasSubstr("no layer with a weight"));
    expectBalanced(nothing);

    const auto model = modelWith({"a"});
    auto comparison = comparisonOf(model, {"int8"});
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    comparison.reports[0].layers[0].weight->signal = comparison.reports[0].layers[0].weight->noise = kNan;
    comparison.statistics[0]->histogram = {0, 0, std::vector<std::uint64_t>(2048, 0)};
    comparison.statistics[0]->nan = 100;
    const std::string page = written("html", model, comparison);
    EXPECT_THAT(page, HasSubstr("100 NaN"));
    EXPECT_THAT(page, Not(HasSubstr("\"nan\"")));
    expectBalanced(page);
}

TEST(HtmlReport, MarksWhatIsPartial) {
    const auto model = modelWith({"a"});
    auto comparison = comparisonOf(model, {"int8"});
    EXPECT_THAT(written("html", model, comparison), Not(HasSubstr("Partial")));
    comparison.reports[0].partial = true;
    EXPECT_THAT(written("html", model, comparison), HasSubstr("Partial"));
}

TEST(HtmlReport, StaysReadableForTenThousandLayers) {
    const auto model = modelWith(std::vector<std::string>(10'000, "layer"));
    const std::string page = written("html", model, comparisonOf(model, {"int8", "int4:g32"}));
    EXPECT_LT(page.size(), 12u << 20);
    EXPECT_EQ(count(page, "aria-label=\"histogram\""), 1000u);
    EXPECT_THAT(page, HasSubstr("first 1000 of 10000 layers"));
}

}  // namespace
}  // namespace roundoff::reports
