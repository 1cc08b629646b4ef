#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/cli/all.h"
#include "app/cli/output.h"
#include "core/base/table.h"
#include "core/exports/target.h"

namespace roundoff::cli {
namespace {

Result<int> list(const Options& options, Console& console) {
    if (auto checked = check(options, {}); !checked) return propagate(checked);
    Table table(3);
    table.add({"target", "title", "what it is for"});
    table.rule();
    auto rows = nlohmann::ordered_json::array();
    for (const exports::Target& entry : exports::targets()) {
        table.add({std::string(entry.id), std::string(entry.title), std::string(entry.summary)});
        rows.push_back(
            {{"target", entry.id}, {"title", entry.title}, {"summary", entry.summary}, {"extension", entry.extension}});
    }
    if (auto done = finish("targets", nullptr, {{"targets", rows}}, table.text(), options, console); !done)
        return propagate(done);
    return 0;
}

}  // namespace

Command targetsCommand() {
    return {"targets",
            "the ways that this build writes a quantized model",
            {"json"},
            [](CLI::App&, const Options& options) -> Work {
                return [&options](Console& console) { return list(options, console); };
            }};
}

}  // namespace roundoff::cli
