#include "tests/docs/formats_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/exports/target.h"
#include "core/reports/format_sheet.h"
#include "tests/docs/level_picture.h"

namespace roundoff::docs {
namespace {

using reports::FormatSheet;

/// Text in a table cell or paragraph: `|` would end the cell, `*`, `_` and `<` would be marked up.
std::string plain(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|' || c == '*' || c == '_' || c == '<' || c == '`') out += '\\';
        out += c;
    }
    return out;
}

std::string code(std::string_view text) { return fmt::format("`{}`", text); }

std::string codes(const std::vector<std::string>& words) {
    std::vector<std::string> quoted;
    for (const std::string& word : words) quoted.push_back(code(word));
    return fmt::to_string(fmt::join(quoted, ", "));
}

/// "`onnx-qdq`; `onnx-matmulnbits` as `int4:g32`".
std::string holders(const FormatSheet& sheet) {
    std::vector<std::string> list;
    for (const auto& answer : sheet.targets) {
        if (answer.scheme.empty()) continue;
        list.push_back(answer.reason.empty() ? code(answer.target) : code(answer.target) + " as " + code(answer.scheme));
    }
    return list.empty() ? "none" : fmt::to_string(fmt::join(list, "; "));
}

std::string picture(const schemes::NumberFormat& format) { return "formats/" + format.id + ".svg"; }

std::string chapter(const FormatSheet& sheet, std::map<std::string, std::string>& files) {
    const auto& format = *sheet.format;
    std::string out = fmt::format("### {}\n\n**{}.** {}\n\n", format.id, plain(format.title), plain(format.summary));
    if (format.grid) {
        const auto levels = reports::levelsOf(format);
        if (!levels.levels.empty()) {
            files[picture(format)] = levelPicture(levels.levels);
            const std::string caption = fmt::format("{} levels{}", levels.levels.size(),
                                                    levels.learned ? ", as made from normally distributed weights" : "");
            out += fmt::format("![{}: {}]({})\n\n{}.\n\n", format.id, caption, picture(format), caption);
        }
    }
    const auto line = [&out](const char* name, const std::string& text) {
        if (!text.empty()) out += fmt::format("- {}: {}\n", name, text);
    };
    line("formula", code(format.formula));
    line("source", plain(format.source));
    if (!format.grid) return out + '\n';
    line("size", fmt::format("{} bits a code, {:.3f} bits a weight under {}", format.bits, sheet.bitsPerWeight, code(sheet.standard)));
    line("granularities", codes(sheet.granularities));
    line("symmetries", codes(sheet.symmetries) + (sheet.powerOfTwoScales ? "; scales may be powers of two, `pot`" : ""));
    line("ranges", codes(sheet.ranges));
    line("variants", codes(format.variants));
    line("codes in ONNX", sheet.storage);
    line("exported by", holders(sheet));
    for (const auto& answer : sheet.targets)
        if (!answer.reason.empty())
            line(answer.scheme.empty() ? "not by" : "not by default by", code(answer.target) + ": " + plain(answer.reason));
    return out + '\n';
}

}  // namespace

std::map<std::string, std::string> formatsPage() {
    std::map<std::string, std::string> files;
    std::string page = fmt::format(
        "# Number formats\n\n"
        "Made from the registry in `core/schemes`; do not edit. `{}` writes it anew.\n\n"
        "What stands here can be written as a scheme: the format, then options in any order, as in `int4:g32:asym`. "
        "`gN` are groups of N weights along the reduction axis, `bRxC` blocks of R × C, `pX` is the X-th percentile. "
        "Bits a weight count the scales of a float32 weight of 4096 × 4096 under the format's default scheme.\n\n"
        "A picture shows where the codes of a format lie, at a scale that makes the largest 1: a tick each, on a linear axis "
        "from −max to max with zero marked; where they are many, above it how many lie in each hundredth of the axis (the "
        "height is the root of the number).\n\n",
        kRegenerate);
    page += "| family | formats |\n|---|---|\n";
    for (const auto& family : schemes::families()) {
        std::vector<std::string> links;
        for (const auto& format : family.formats) links.push_back(fmt::format("[{0}](#{0})", format.id));
        page += fmt::format("| {} | {} |\n", plain(family.title), fmt::join(links, " · "));
    }
    for (const auto& family : schemes::families()) {
        page += fmt::format("\n## {}\n\n{}\n\n", plain(family.title), plain(family.summary));
        page += "| format | bits | bits a weight | default | exported by | good for |\n|---|--:|--:|---|---|---|\n";
        std::string chapters;
        for (const auto& format : family.formats) {
            const FormatSheet sheet = reports::sheetOf(format);
            page += fmt::format("| [{0}](#{0}) | {1} | {2:.2f} | {3} | {4} | {5} |\n", format.id, format.bits, sheet.bitsPerWeight,
                                code(sheet.standard), format.grid ? holders(sheet) : "all", plain(format.summary));
            chapters += chapter(sheet, files);
        }
        page += '\n' + chapters;
    }
    while (page.ends_with("\n\n")) page.pop_back();
    files["formats.md"] = std::move(page);
    return files;
}

}  // namespace roundoff::docs
