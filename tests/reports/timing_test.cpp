// Timings written and read back.
#include "core/reports/timing.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/reports/sample_report.h"

namespace roundoff::reports {
namespace {

using ::testing::HasSubstr, ::testing::Not;
using testing::modelWith;

speed::Timing sample() {
    speed::Timing timing;
    timing.recipe.standard = schemes::parseScheme("int8").value();
    timing.target = "onnx-qdq";
    timing.conditions = {2, "CPU, AVX2", "ONNX Runtime 1", "first sample of a,b.npy", false, 0.25};
    timing.layers.resize(2);
    timing.layers[0].scheme = timing.layers[1].scheme = timing.recipe.standard;
    timing.layers[0].status = analysis::Status::Quantized;
    timing.layers[0].target = "onnx-qdq";
    timing.layers[0].time = speed::Duel{{2, 0.1, 16}, {0.5, 0.3, 17}, true, "it rained", 0.9};
    timing.layers[1].layer = 1;
    timing.layers[1].status = analysis::Status::Skipped;
    timing.layers[1].reason = "<no>, \"really\"";
    timing.endToEnd = speed::Duel{{4, 0.5, 20}, {5, 0.5, 20}, false, "", 0.1};
    timing.endToEndReason = "it is slower";
    timing.machine = speed::Machine{100, 20, 0.001};
    return timing;
}

std::string written(std::string_view id, const speed::Timing& timing) {
    const auto model = modelWith({"a<b", "c"});
    const std::vector<speed::Timing> timings{timing};
    for (const TimingWriter& writer : timingWriters())
        if (writer.id == id) return writer.write(model, timings, {"bench", 2, 7, std::string(64, 'a')}).value();
    return {};
}

TEST(TimingReports, HaveTheIdsOfTheOtherReports) {
    ASSERT_EQ(timingWriters().size(), writers().size());
    for (std::size_t i = 0; i < writers().size(); ++i) EXPECT_EQ(timingWriters()[i].id, writers()[i].id);
}

TEST(TimingJson, CarriesEveryNumberAsItIs) {
    const auto json = nlohmann::json::parse(written("json", sample()));
    const auto& scheme = json.at("schemes").at(0);
    EXPECT_EQ(scheme.at("measured"), true);
    EXPECT_FALSE(scheme.contains("projected"));
    const auto& layer = scheme.at("layers").at(0);
    EXPECT_EQ(layer.at("name"), "a<b");
    EXPECT_EQ(layer.at("float_ms"), nlohmann::json({{"median", 2.0}, {"iqr", 0.1}, {"runs", 16}}));
    EXPECT_EQ(layer.at("quantized_ms"), nlohmann::json({{"median", 0.5}, {"iqr", 0.3}, {"runs", 17}}));
    EXPECT_EQ(layer.at("speedup"), 4.0);
    EXPECT_EQ(layer.at("noisy"), true);
    EXPECT_EQ(layer.at("noise"), "it rained");
    EXPECT_TRUE(scheme["layers"][1].at("float_ms").is_null());
    EXPECT_TRUE(scheme["layers"][1].at("speedup").is_null());
    EXPECT_EQ(scheme["layers"][1].at("reason"), sample().layers[1].reason);
    EXPECT_EQ(scheme.at("end_to_end").at("speedup"), 0.8);
    EXPECT_EQ(scheme["end_to_end"].at("reason"), "it is slower");
    EXPECT_EQ(scheme.at("conditions").at("threads"), 2);
    EXPECT_EQ(scheme["conditions"].at("others_share"), 0.25);
    EXPECT_EQ(json.at("partial"), false);
}

TEST(TimingReports, KeepProjectionsApartFromWhatWasMeasured) {
    auto timing = sample();
    timing.projected = speed::Projection{"Device 9", "by guess", {std::nullopt, speed::Projection::Estimate{7, 3.5, "memory"}}};
    const auto json = nlohmann::json::parse(written("json", timing));
    auto scheme = json.at("schemes").at(0);
    const auto projected = scheme.at("projected");
    EXPECT_EQ(projected.at("device"), "Device 9");
    ASSERT_EQ(projected.at("layers").size(), 1u);
    EXPECT_EQ(projected["layers"][0].at("quantized_ms"), 3.5);
    // Nothing else changes.
    scheme.erase("projected");
    EXPECT_EQ(scheme, nlohmann::json::parse(written("json", sample())).at("schemes").at(0));
    EXPECT_EQ(written("csv", timing), written("csv", sample()));
    EXPECT_THAT(written("text", timing), HasSubstr("PROJECTED for Device 9, not measured: by guess"));
    EXPECT_THAT(written("html", timing), HasSubstr("Projected, not measured"));
    EXPECT_THAT(written("text", sample()), Not(HasSubstr("PROJECTED")));
}

/// Fields of one line of comma-separated values.
std::size_t fields(const std::string& line) {
    bool quoted = false;
    return std::size_t(std::count_if(line.begin(), line.end(), [&](char c) {
               if (c == '"') quoted = !quoted;
               return c == ',' && !quoted;
           })) + 1;
}

TEST(TimingCsv, HasOneWidth) {
    std::istringstream in(written("csv", sample()));
    std::set<std::size_t> widths;
    std::size_t lines = 0;
    for (std::string line; std::getline(in, line); ++lines) widths.insert(fields(line));
    EXPECT_EQ(lines, 4u);  // header, two layers, the whole
    EXPECT_EQ(widths.size(), 1u);
}

TEST(TimingHtml, EscapesWhatNamesAndReasonsHold) {
    const std::string page = written("html", sample());
    EXPECT_THAT(page, HasSubstr("a&lt;b"));
    EXPECT_THAT(page, HasSubstr("&lt;no&gt;"));
    EXPECT_THAT(page, Not(HasSubstr("<no>")));
}

TEST(TimingText, MarksNoiseAndPartialWork) {
    auto timing = sample();
    EXPECT_THAT(written("text", timing), HasSubstr("~4.00×"));
    EXPECT_THAT(written("text", timing), HasSubstr("noisy: it rained"));
    EXPECT_THAT(written("text", timing), HasSubstr("other programs took 25 % of the processors"));
    EXPECT_THAT(written("text", timing), Not(HasSubstr("PARTIAL")));
    timing.partial = true;
    for (const char* id : {"text", "html"}) EXPECT_THAT(written(id, timing), ::testing::ContainsRegex("PARTIAL|Partial")) << id;
    EXPECT_EQ(nlohmann::json::parse(written("json", timing)).at("partial"), true);
}

}  // namespace
}  // namespace roundoff::reports
