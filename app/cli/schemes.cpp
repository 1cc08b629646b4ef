#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/all.h"
#include "app/cli/output.h"
#include "core/base/table.h"
#include "core/calibration/observer.h"
#include "core/reports/format_sheet.h"

namespace roundoff::cli {
namespace {

using reports::FormatSheet;
using schemes::NumberFormat;

constexpr int kMostBitsWithLevels = 8;

/// The words after the format, in the order of the canonical text.
std::string options(const FormatSheet& sheet) {
    std::vector<std::string> words = sheet.format->variants;
    for (const auto* list : {&sheet.granularities, &sheet.symmetries}) words.insert(words.end(), list->begin(), list->end());
    if (sheet.powerOfTwoScales) words.push_back("pot");
    words.insert(words.end(), sheet.ranges.begin(), sheet.ranges.end());
    return fmt::to_string(fmt::join(words, " "));
}

nlohmann::ordered_json json(const FormatSheet& sheet) {
    const NumberFormat& format = *sheet.format;
    const auto orNull = [](const std::string& text) { return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text); };
    auto targets = nlohmann::ordered_json::array();
    for (const auto& answer : sheet.targets)
        targets.push_back({{"target", answer.target},
                           {"default", answer.reason.empty()},
                           {"scheme", orNull(answer.scheme)},
                           {"reason", orNull(answer.reason)}});
    nlohmann::ordered_json row{{"format", format.id},
                               {"family", format.family},
                               {"title", format.title},
                               {"bits", format.bits},
                               {"bits_per_weight", sheet.bitsPerWeight},
                               {"storage", orNull(sheet.storage)},
                               {"scale_rule", sheet.scaleRule},
                               {"scale_bits", format.scaleBits},
                               {"group", format.fixedGroup},
                               {"default", sheet.standard},
                               {"variants", format.variants},
                               {"granularities", sheet.granularities},
                               {"symmetries", sheet.symmetries},
                               {"power_of_two_scales", sheet.powerOfTwoScales},
                               {"ranges", sheet.ranges},
                               {"summary", format.summary},
                               {"formula", format.formula},
                               {"source", format.source},
                               {"targets", targets}};
    if (format.grid && format.bits <= kMostBitsWithLevels) row["levels"] = schemes::levels(format.defaults);
    return row;
}

/// How ranges are found: of static activations by every rule, of weights by those that their format takes.
nlohmann::ordered_json rangesJson() {
    auto rows = nlohmann::ordered_json::array();
    for (const calibration::Observer& rule : calibration::observers())
        rows.push_back({{"range", rule.id}, {"title", rule.title}, {"summary", rule.summary}});
    return rows;
}

std::string rangesText() {
    Table table(3);
    table.add({"range", "what it takes", "in a word"});
    for (const calibration::Observer& rule : calibration::observers())
        table.add({std::string(rule.id), std::string(rule.title), std::string(rule.summary)});
    return "Ranges. Of static activations by any of these rules, of weights by those among a format's options.\n" + table.text() + '\n';
}

Result<int> list(const Options& options_, Console& console) {
    if (auto checked = check(options_, {}); !checked) return propagate(checked);
    std::string text;
    auto families = nlohmann::ordered_json::array(), rows = nlohmann::ordered_json::array();
    for (const schemes::Family& family : schemes::families()) {
        Table table(5);
        table.add({"format", "bits/weight", "default", "options", "good for"});
        auto ids = nlohmann::ordered_json::array();
        for (const NumberFormat& format : family.formats) {
            const FormatSheet sheet = reports::sheetOf(format);
            table.add({format.id, fmt::format("{:11.2f}", sheet.bitsPerWeight), sheet.standard, options(sheet), format.summary});
            ids.push_back(format.id);
            rows.push_back(json(sheet));
        }
        text += fmt::format("{}. {}\n{}\n", family.title, family.summary, table.text());
        families.push_back({{"family", family.id}, {"title", family.title}, {"summary", family.summary}, {"formats", ids}});
    }
    text += rangesText();
    text += "Bits per weight count the scales of a float32 weight of 4096 × 4096 under the default scheme. gN: groups of N "
            "along\nthe reduction axis. bRxC: blocks of R × C. pX: the X-th percentile, as in p99.99. pot: scales are powers "
            "of two.\n";
    const nlohmann::ordered_json fields{{"families", families}, {"schemes", rows}, {"ranges", rangesJson()}};
    if (auto done = finish("schemes", nullptr, fields, text, options_, console); !done) return propagate(done);
    return 0;
}

}  // namespace

Command schemesCommand() {
    return {"schemes",
            "the number formats that this build knows, with their options",
            {"json"},
            [](CLI::App&, const Options& options) -> Work {
                return [&options](Console& console) { return list(options, console); };
            }};
}

}  // namespace roundoff::cli
