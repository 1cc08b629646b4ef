#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/all.h"
#include "app/cli/output.h"
#include "core/base/table.h"
#include "core/schemes/number_format.h"

namespace roundoff::cli {
namespace {

using schemes::NumberFormat;

/// A scheme of the format that differs from its default in one part, or nothing where the text form refuses it.
template <class Change>
std::string option(const NumberFormat& format, int position, Change change) {
    schemes::Scheme scheme;
    scheme.weight = format.defaults;
    change(scheme.weight);
    std::string text = schemes::text(scheme);
    for (; position > 0; --position) text = text.substr(text.find(':') + 1);
    return text.substr(0, text.find(':'));
}

std::vector<std::string> granularities(const NumberFormat& format) {
    std::vector<std::string> out;
    for (const auto kind : format.granularities) {
        if (kind == schemes::Granularity::Kind::Token) continue;  // activations only
        const bool group = kind == schemes::Granularity::Kind::Group;
        const bool block = kind == schemes::Granularity::Kind::Block;
        out.push_back(group   ? "gN"
                      : block ? "bRxC"
                              : option(format, 1, [&](auto& scheme) {
                                    scheme.granularity = {kind, 0, 0};
                                }));
    }
    return out;
}

std::vector<std::string> symmetries(const NumberFormat& format) {
    std::vector<std::string> out;
    for (const auto symmetry : format.symmetries)
        out.push_back(option(format, 2, [&](auto& scheme) { scheme.symmetry = symmetry; }));
    return out;
}

std::vector<std::string> ranges(const NumberFormat& format) {
    std::vector<std::string> out;
    for (const auto rule : format.ranges) {
        const bool percentile = rule == schemes::Range::Rule::Percentile;
        out.push_back(percentile ? "pX" : option(format, 3, [&](auto& scheme) { scheme.range = {rule, 100}; }));
    }
    return out;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words) out += (out.empty() ? std::string() : " ") + word;
    return out;
}

Result<int> list(const Options& options, Console& console) {
    if (auto checked = check(options, {}); !checked) return propagate(checked);
    Table table(7);
    table.add({"format", "bits", "default", "granularity", "symmetry", "range", "good for"});
    table.rule();
    auto rows = nlohmann::ordered_json::array();
    for (const NumberFormat& format : schemes::numberFormats()) {
        const std::string standard = schemes::text({format.defaults, {}});
        table.add({format.id, fmt::to_string(format.bits), standard, joined(granularities(format)),
                   joined(symmetries(format)), joined(ranges(format)), format.summary});
        rows.push_back({{"format", format.id},
                        {"family", format.family},
                        {"title", format.title},
                        {"bits", format.bits},
                        {"default", standard},
                        {"granularities", granularities(format)},
                        {"symmetries", symmetries(format)},
                        {"ranges", ranges(format)},
                        {"summary", format.summary},
                        {"formula", format.formula},
                        {"source", format.source}});
    }
    const std::string text =
        table.text() + "\ngN: groups of N along the reduction axis. pX: the X-th percentile, as in p99.99.\n";
    if (auto done = finish("schemes", nullptr, {{"schemes", rows}}, text, options, console); !done)
        return propagate(done);
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
