#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/all.h"
#include "app/cli/output.h"
#include "core/base/table.h"
#include "core/formats/format.h"

namespace roundoff::cli {
namespace {

std::string joined(const std::vector<std::string_view>& words) {
    std::string out;
    for (const auto word : words) out.append(out.empty() ? "" : " ").append(word);
    return out;
}

Result<int> list(const Options& options, Console& console) {
    if (auto checked = check(options, {}); !checked) return propagate(checked);
    Table table(4);
    table.add({"format", "title", "files", "what is read"});
    table.rule();
    auto rows = nlohmann::ordered_json::array();
    for (const formats::Format& format : formats::formats()) {
        table.add(
            {std::string(format.id), std::string(format.title), joined(format.extensions), std::string(format.note)});
        rows.push_back(
            {{"format", format.id}, {"title", format.title}, {"extensions", format.extensions}, {"note", format.note}});
    }
    if (auto done = finish("formats", nullptr, {{"formats", rows}}, table.text(), options, console); !done)
        return propagate(done);
    return 0;
}

}  // namespace

Command formatsCommand() {
    return {
        "formats", "the model files that this build opens", {"json"}, [](CLI::App&, const Options& options) -> Work {
            return [&options](Console& console) { return list(options, console); };
        }};
}

}  // namespace roundoff::cli
